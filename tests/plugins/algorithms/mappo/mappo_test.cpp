#include "plugins/algorithms/mappo/mappo.cpp"

#include <gtest/gtest.h>

#include "plugin_checks.hpp"

namespace tutti {
namespace {

ParameterValues small_values() {
  return {{"hidden", IntegerList{32, 32}},
          {"rollout_length", std::int64_t{20}},
          {"epochs", std::int64_t{2}},
          {"minibatches", std::int64_t{2}}};
}

torch::Tensor column(std::vector<float> values) { return torch::tensor(values).unsqueeze(1); }

// By hand, gamma = 0.5, lambda = 0.5, V = (1, 2, 3, 4), V(s') = (2, 3, 5, 6), rewards 1: deltas without an end are
// 1 + V(s')/2 - V = (1, 0.5, 0.5, 0), and A_t = delta_t + A_{t+1}/4.
struct Advantages {
  torch::Tensor rewards = column({1, 1, 1, 1}), values = column({1, 2, 3, 4}), next_values = column({2, 3, 5, 6});
  torch::Tensor operator()(std::vector<float> terminated, std::vector<float> ended) const {
    return generalised_advantages(rewards, values, next_values, column(std::move(terminated)), column(std::move(ended)),
                                  0.5, 0.5);
  }
};

TEST(GeneralisedAdvantages, SumDiscountedErrorsOfTheValue) {
  const torch::Tensor result = Advantages()({0, 0, 0, 0}, {0, 0, 0, 0});
  EXPECT_TRUE(result.allclose(column({1.15625, 0.625, 0.5, 0})));
}

TEST(GeneralisedAdvantages, TruncationBootstrapsAndLetsNothingAcross) {
  const torch::Tensor result = Advantages()({0, 0, 0, 0}, {0, 1, 0, 0});
  EXPECT_TRUE(result.allclose(column({1.125, 0.5, 0.5, 0})));
}

TEST(GeneralisedAdvantages, TerminationDoesNotBootstrap) {
  const torch::Tensor result = Advantages()({0, 1, 0, 0}, {0, 1, 0, 0});  // second delta: 1 - 2
  EXPECT_TRUE(result.allclose(column({0.75, -1, 0.5, 0})));
}

TEST(GeneralisedAdvantages, WithLambdaOneAreReturnsLessValues) {
  const torch::Tensor rewards = column({1, 2, 3}), values = column({5, 5, 5}), next = column({5, 5, 7});
  const torch::Tensor none = column({0, 0, 0}), end = column({0, 0, 1});
  const torch::Tensor result = generalised_advantages(rewards, values, next, none, end, 0.5, 1);
  EXPECT_TRUE(result.allclose(column({1 + 1 + 0.75F + 0.875F - 5, 2 + 1.5F + 1.75F - 5, 3 + 3.5F - 5})));
}

TEST(ClippedGain, StopsWhereTheRatioLeavesItsRangeInTheGainfulDirection) {
  const torch::Tensor ratio = torch::tensor({1.5F, 1.5F, 0.5F, 0.5F, 1.1F});
  const torch::Tensor advantage = torch::tensor({1.0F, -1.0F, 1.0F, -1.0F, 2.0F});
  const torch::Tensor expected = torch::tensor({1.2F, -1.5F, 0.5F, -0.8F, 2.2F});
  EXPECT_TRUE(clipped_gain(ratio, advantage, 0.2).allclose(expected));
}

TEST(Mappo, LogDensityIsThatOfANormalDistribution) {
  const Training training(make_line_spread, small_values());
  // Deviation 0.5 for every action: -((0.5 / 0.5)^2)/2 - log 0.5 - log(2 pi)/2.
  const torch::Tensor mean = torch::tensor({{0.0F, 1.0F}}), action = torch::tensor({{0.5F, 1.0F}});
  const torch::Tensor result = training.as<Mappo>().log_density(mean, action);
  EXPECT_NEAR(result[0][0].item<double>(), -0.7257914, 1e-6);
  EXPECT_NEAR(result[0][1].item<double>(), -0.2257914, 1e-6);
}

TEST(Mappo, RatiosAreOneBeforeTheFirstStep) {
  ParameterValues values = small_values();
  values["rollout_length"] = std::int64_t{30};
  Training training(make_line_spread, values);
  training.steps(200);  // 20 of 30 steps of ten copies
  const Mappo& mappo = training.as<Mappo>();
  EXPECT_EQ(mappo.updates(), 0);
  const torch::Tensor logarithms = mappo.log_ratios(torch::arange(200, torch::kInt64));
  EXPECT_EQ(logarithms.sizes(), (std::vector<std::int64_t>{200, 2}));
  EXPECT_LT(logarithms.abs().max().item<double>(), 1e-5);
}

TEST(Mappo, ARatioOfZeroHasAFiniteDivergence) {
  Training training(make_line_spread, small_values());
  RecordedMetrics metrics;
  training.as<Mappo>().report_policies(torch::tensor({{-200.0F, 0.0F}}), metrics);  // exp(-200) is 0 in float32
  EXPECT_NEAR(metrics.last("divergence"), 199.0 / 2, 1e-6);
}

TEST(Mappo, LearnsOnceForEachFullRollout) {
  Training training(make_line_spread, small_values());
  training.steps(190);
  EXPECT_EQ(training.algorithm->updates(), 0);
  training.steps(10);
  EXPECT_EQ(training.algorithm->updates(), 4);  // two epochs of two parts
  training.steps(190);
  EXPECT_EQ(training.algorithm->updates(), 4);
  training.steps(10);
  EXPECT_EQ(training.algorithm->updates(), 8);
}

TEST(Mappo, PartsOfARolloutCoverItOnce) {
  ParameterValues values = small_values();
  values["minibatches"] = std::int64_t{3};
  const Training training(make_line_spread, values);
  std::vector<std::size_t> order(200);
  std::iota(order.begin(), order.end(), 0);
  torch::Tensor seen = torch::zeros({200});
  for (std::int64_t part = 0; part < 3; ++part) {
    const torch::Tensor rows = training.as<Mappo>().rows_of_part(order, part);
    seen.index_add_(0, rows, torch::ones({rows.size(0)}));
  }
  EXPECT_TRUE(seen.equal(torch::ones({200})));
}

TEST(Mappo, StoresActionsBeforeTheyWereClipped) {
  ParameterValues values = small_values();
  values["initial_deviation"] = 3.0;
  Training training(make_line_spread, values);
  training.steps(100);
  EXPECT_GT(training.as<Mappo>().rollout().actions.abs().max().item<double>(), 1);
}

TEST(Mappo, ResumesExactlyInTheMiddleOfARollout) {
  Training original(make_line_spread, small_values());
  original.steps(270);
  Training copy(make_line_spread, small_values());
  copy.steps(270);
  const auto fresh = make_toy_algorithm(copy.loop.spec(), small_values(), 10, 100'000, /*seed=*/99);
  copy_state(*copy.algorithm, *fresh);
  original.loop.train(*original.algorithm, 330, original.metrics);
  copy.loop.train(*fresh, 330, copy.metrics);
  EXPECT_EQ(state_of(*original.algorithm), state_of(*fresh));
}

TEST(Mappo, KeepsTheContract) {
  ParameterValues values = small_values();  // 1,100 environment steps are five rollouts: 100 updates
  values["epochs"] = std::int64_t{5};
  values["minibatches"] = std::int64_t{4};
  expect_keeps_the_contract(values);
  expect_presets_fit();
}

TEST(Mappo, FollowsHarlOnItsTasks) {
  EXPECT_EQ(preset_value("harl", "mpe/coop-nav-n3", "epochs"), ParameterValue(std::int64_t{5}));
  EXPECT_EQ(preset_value("harl", "mamujoco/half-cheetah-2x3", "clip_range"), ParameterValue(0.05));
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-2x4", "clip_range"), ParameterValue(0.1));
}

// Copies are unknown to check(); a plan asks for resources before anything runs.
TEST(Mappo, RefusesMorePartsThanARolloutHasSteps) {
  ParameterValues values = small_values();
  values["minibatches"] = std::int64_t{1000};
  const std::string sentence =
      "minibatches is 1000, but a rollout has only 200 environment steps; expected at most one part for each of them";
  expect_refusal(values, sentence);
  const EnvironmentSpec spec = make_line_spread()->spec();
  ParameterSchema schema;
  tutti_algorithm.declare(schema);
  for (const ParameterSpec& parameter : schema) values.emplace(parameter.name, parameter.default_value);
  const auto expect_no_resources = [&](std::int64_t copies, const std::string& why) {
    const AlgorithmContext context{.environment = spec,
                                   .task = "toy",
                                   .values = values,
                                   .copies = copies,
                                   .environment_steps = 1000,
                                   .seed = 1,
                                   .folder = {},
                                   .replayed_steps = 0};
    try {
      tutti_algorithm.resources(context);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), why);
    }
  };
  expect_no_resources(10, sentence);
  values["rollout_length"] = std::int64_t{1};
  expect_no_resources(1, "a rollout has 1 environment step; expected at least 2: rollout_length times copies");
}

TEST(Mappo, RefusesATeamWithoutAgents) {
  EXPECT_THROW(make_toy_algorithm(EnvironmentSpec{}, small_values(), 1, 1, 1), Error);
}

TEST(Mappo, RefusesARewardThatIsNotFinite) {
  Training training(make_line_spread, small_values());
  std::vector<float> observations(40), states(20), actions(20), rewards(10, NAN);
  std::vector<std::uint8_t> none(10);
  RandomStream random(1);
  training.algorithm->act({observations.data(), 10, 4}, ActMode::kExplore, random, {actions.data(), 10, 2});
  EXPECT_THROW(training.algorithm->observe({{observations.data(), 10, 4},
                                            {states.data(), 10, 2},
                                            {actions.data(), 10, 2},
                                            rewards,
                                            {observations.data(), 10, 4},
                                            {states.data(), 10, 2},
                                            none,
                                            none}),
               Error);
}

TEST(MappoLearning, SpreadsOnTheLine) {
  ParameterValues values = small_values();
  values["rollout_length"] = std::int64_t{50};
  values["epochs"] = std::int64_t{10};
  values["minibatches"] = std::int64_t{4};
  values["discount"] = 0.9;
  values["actor_learning_rate"] = 1e-3;
  values["critic_learning_rate"] = 1e-3;
  Training training(make_line_spread, values);
  training.steps(60'000);
  const double result = training.evaluate().mean_return;
  RecordProperty("mean_return", std::to_string(result));
  EXPECT_GT(result, -0.6);  // best possible -0.295, uniform actions -4.21
}

}  // namespace
}  // namespace tutti
