#include "plugins/algorithms/madpmd/madpmd.cpp"

#include <gtest/gtest.h>

#include "plugin_checks.hpp"

namespace tutti {
namespace {

/// Small networks, so that a learning check takes seconds: 10 copies, one update for each environment step.
ParameterValues small_values() {
  return {{"denoiser_hidden_sizes", IntegerList{64, 64, 64}},
          {"critic_hidden_sizes", IntegerList{64, 64, 64}},
          {"batch_size", std::int64_t{64}},
          {"buffer_size", std::int64_t{100'000}},
          {"particles", std::int64_t{4}},
          {"reward_scale", 2.0},
          {"temperature_interval", std::int64_t{10}},
          {"warm_up_steps", std::int64_t{500}},
          {"updates_per_step", 1.0}};
}

ParameterValues with(ParameterValues values, std::string name, ParameterValue value) {
  values[name] = std::move(value);
  return values;
}

std::unique_ptr<Algorithm> make(const EnvironmentSpec& spec, const ParameterValues& values, std::uint64_t seed = 1) {
  return make_toy_algorithm(spec, values, 10, 10'000, seed);
}

Madpmd& inside(Algorithm& algorithm) { return dynamic_cast<Madpmd&>(algorithm); }

/// An algorithm that has learned a little, so that nothing it holds is at its initial value.
struct Trained {
  explicit Trained(const ParameterValues& values, std::uint64_t seed = 1)
      : loop(make_line_spread, 10, seed), algorithm(make(loop.spec(), values, seed)) {
    loop.train(*algorithm, 560, metrics);
  }
  RecordedMetrics metrics;
  ToyLoop loop;
  std::unique_ptr<Algorithm> algorithm;
};

TEST(Madpmd, ConstantValuesGiveEqualWeights) {
  const auto spec = make_line_spread()->spec();
  const auto algorithm = make(spec, small_values());
  Madpmd& madpmd = inside(*algorithm);
  const torch::Tensor values = torch::full({8}, 2.0F);
  const torch::Tensor weights = madpmd.mirror_descent_weights(madpmd.normalised_values(values));
  // Running mean 0 and deviation 1 at the start, alpha = 5: every weight is e^(2/5).
  EXPECT_NEAR(weights.min().item<double>(), std::exp(0.4), 1e-6);
  EXPECT_EQ(weights.min().item<double>(), weights.max().item<double>());
}

TEST(Madpmd, ConstantValuesGiveThePlainDenoisingLossTimesTheirWeight) {
  const auto spec = make_line_spread()->spec();
  const auto loss_at = [&](float value) {  // 0 has the weight 1; the same seed draws the same noise
    const auto algorithm = make(spec, small_values());
    RecordedMetrics metrics;
    inside(*algorithm).update_policy(torch::zeros({64, 4}), torch::zeros({64, 2}), torch::full({64}, value), metrics);
    return metrics.last("policy_loss");
  };
  EXPECT_NEAR(loss_at(2.0F), loss_at(0.0F) * std::exp(2.0 / 5), 1e-5);
}

TEST(Madpmd, ValuesAreClippedBeforeTheExponential) {
  const auto spec = make_line_spread()->spec();
  const auto algorithm = make(spec, small_values());
  const torch::Tensor weights =
      inside(*algorithm).mirror_descent_weights(torch::tensor({-100.0F, -3.0F, 3.0F, 100.0F}));
  EXPECT_TRUE(weights.allclose(torch::tensor({-0.6F, -0.6F, 0.6F, 0.6F}).exp()));
}

TEST(Madpmd, NormalisesByTheRunningMeanAndDeviation) {
  const auto spec = make_line_spread()->spec();
  const torch::Tensor values = torch::tensor({10.0F, 14.0F});  // mean 12, population deviation 2
  for (const bool as_source : {false, true}) {
    const auto algorithm =
        make(spec, with(with(small_values(), "source_normalisation", as_source), "value_statistics_rate", 0.5));
    Madpmd& madpmd = inside(*algorithm);
    madpmd.follow_values(values);  // running mean 6, deviation 1.5
    const torch::Tensor expected = as_source ? values - 6.0 / 1.5 : (values - 6.0) / 1.5;
    EXPECT_TRUE(madpmd.normalised_values(values).allclose(expected));
  }
}

TEST(Madpmd, PolicyRateIsConstantAtFirstAndThenFallsToItsEnd) {
  const auto spec = make_line_spread()->spec();
  const auto algorithm = make(spec, with(with(small_values(), "policy_rate_constant_steps", std::int64_t{2}),
                                         "policy_rate_decay_steps", std::int64_t{4}));
  Madpmd& madpmd = inside(*algorithm);
  std::vector<double> rates;
  RecordedMetrics metrics;
  for (int step = 0; step < 8; ++step) {
    rates.push_back(madpmd.policy_rate());
    madpmd.update_policy(torch::zeros({4, 4}), torch::zeros({4, 2}), torch::zeros({4}), metrics);
  }
  const double expected[] = {3e-4, 3e-4, 3e-4, 2.325e-4, 1.65e-4, 0.975e-4, 3e-5, 3e-5};
  for (std::size_t step = 0; step < 8; ++step) EXPECT_NEAR(rates[step], expected[step], 1e-12) << step;
}

TEST(Madpmd, TargetsBootstrapAfterTruncationAndNotAfterTermination) {
  Trained trained(small_values());
  Batch batch;
  batch.rewards = torch::tensor({1.0F, 1.0F});
  batch.bootstrap = torch::tensor({0.99F, 0.0F});  // a truncated and a terminated step
  batch.next_observations = torch::ones({2, 4});
  const torch::Tensor targets = inside(*trained.algorithm).critic_targets(batch, torch::zeros({2, 2}));
  EXPECT_NE(targets[0].item<float>(), 2.0F);
  EXPECT_EQ(targets[1].item<float>(), 2.0F);  // reward scale 2
}

TEST(Madpmd, TemperatureDependsOnNeitherRewardsNorAgents) {
  RecordedMetrics bandit, line;
  for (auto [task, metrics] : {std::pair{MakeEnvironment(make_separable_bandit), &bandit}, {make_line_spread, &line}}) {
    ToyLoop loop(task, 10, 3);
    const auto algorithm = make(loop.spec(), small_values(), 3);
    loop.train(*algorithm, 700, *metrics);
  }
  EXPECT_EQ(bandit.last("temperature"), line.last("temperature"));
  EXPECT_LT(bandit.last("temperature"), 5);
}

TEST(Madpmd, DoubleCriticStepMovesTheCriticsFurther) {
  Trained once(small_values()), twice(with(small_values(), "double_critic_step", true));
  EXPECT_NE(once.metrics.last("critic_loss"), twice.metrics.last("critic_loss"));
  EXPECT_EQ(once.algorithm->updates(), twice.algorithm->updates());
}

TEST(Madpmd, LoadedStateContinuesBitForBit) {
  Trained original(small_values());
  const auto copy = make(original.loop.spec(), small_values(), /*seed=*/77);
  copy_state(*original.algorithm, *copy);
  RecordedMetrics first, second;
  for (int update = 0; update < 5; ++update) {
    inside(*original.algorithm).update_once(first);
    inside(*copy).update_once(second);
  }
  EXPECT_EQ(state_of(*original.algorithm), state_of(*copy));
  EXPECT_EQ(first.last("critic_loss"), second.last("critic_loss"));
}

TEST(Madpmd, SnapshotOfAnotherShapeIsRefused) {
  Trained original(small_values());
  const auto other = make(original.loop.spec(), with(small_values(), "denoiser_hidden_sizes", IntegerList{32, 32}));
  EXPECT_THROW(copy_state(*original.algorithm, *other), Error);
}

TEST(Madpmd, PolicySnapshotGivesTheSameEvaluation) {
  for (const std::int64_t particles : {1, 4}) {
    const ParameterValues values = with(small_values(), "evaluation_particles", particles);
    Trained original(values);
    const auto copy = make(original.loop.spec(), values, 5);
    SnapshotWriter writer;
    original.algorithm->save_policy(writer);
    SnapshotReader reader(writer.bytes());
    copy->load_policy(reader);
    reader.finish();
    const auto evaluate = [](Algorithm& algorithm) {
      return evaluate_toy(make_line_spread, algorithm, ActMode::kDeterministic, 50).mean_return;
    };
    EXPECT_EQ(evaluate(*original.algorithm), evaluate(*copy));
  }
}

TEST(Madpmd, EvaluationChangesNothing) {
  Trained trained(small_values());
  const auto before = state_of(*trained.algorithm);
  evaluate_toy(make_line_spread, *trained.algorithm, ActMode::kDeterministic, 20);
  evaluate_toy(make_line_spread, *trained.algorithm, ActMode::kSampled, 20);
  EXPECT_EQ(state_of(*trained.algorithm), before);
}

TEST(Madpmd, ReportsEveryDeclaredQuantity) {
  Trained trained(small_values());
  std::vector<std::string> declared = trained.algorithm->metric_names();
  std::ranges::sort(declared);
  EXPECT_EQ(trained.metrics.names(), declared);
}

// Exploration noise starts at 0.1 * 5 for each action, so many noisy actions leave the box.
TEST(Madpmd, ClipsNoiseInTargetsOnlyIfAskedTo) {
  const auto spec = make_line_spread()->spec();
  for (const bool clip : {false, true}) {
    const auto algorithm = make(spec, with(small_values(), "clip_target_noise", clip));
    const torch::Tensor actions = inside(*algorithm).sample_next_actions(torch::zeros({200, 4}));
    EXPECT_EQ(actions.abs().max().item<double>() <= 1, clip);
  }
}

TEST(Madpmd, ExploringActionsStayInTheBox) {
  Trained trained(small_values());
  const ToyEvaluation exploring = evaluate_toy(make_line_spread, *trained.algorithm, ActMode::kExplore, 200);
  for (const auto& actions : exploring.first_actions) {
    for (const float action : actions) EXPECT_LE(std::abs(action), 1);
  }
}

TEST(Madpmd, ALossThatIsNotFiniteEndsTheRunWithItsUpdate) {
  Trained trained(small_values());
  Madpmd& algorithm = inside(*trained.algorithm);
  while (algorithm.updates() % 2 == 0) algorithm.update_once(trained.metrics);  // the next one leaves the policy alone
  part_of<Mlp>(algorithm, "critics").block().values().fill_(NAN);
  const std::string update = std::to_string(algorithm.updates());
  try {
    algorithm.update_once(trained.metrics);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "update " + update + ": the critic loss is nan, not a finite number");
  }
}

TEST(Madpmd, PresetsFit) { expect_presets_fit(); }

TEST(Madpmd, BatchLargerThanBufferIsRefused) {
  const auto spec = make_line_spread()->spec();
  try {
    make(spec, with(small_values(), "buffer_size", std::int64_t{10}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "batch_size is 64, but buffer_size is only 10; a batch has to fit into the buffer");
  }
}

TEST(Madpmd, ATeamWithoutAgentsIsRefused) { EXPECT_THROW(make(EnvironmentSpec{}, small_values()), Error); }

TEST(Madpmd, LearnsWithSharedParametersToo) {
  Trained trained(with(small_values(), "share_parameters", true));
  EXPECT_GT(trained.algorithm->updates(), 0);
}

// An independent implementation of the same method reached 0.736 without and 0.940 with selection.
TEST(MadpmdLearning, SolvesTheSeparableBandit) {
  ToyLoop loop(make_separable_bandit, 10, 1);
  const auto algorithm = make(loop.spec(), small_values());
  RecordedMetrics metrics;
  loop.train(*algorithm, 4000, metrics);
  const auto alone = evaluate_toy(make_separable_bandit, *algorithm, ActMode::kDeterministic);
  const auto selecting = make(loop.spec(), with(small_values(), "evaluation_particles", std::int64_t{4}));
  copy_state(*algorithm, *selecting);
  const auto best = evaluate_toy(make_separable_bandit, *selecting, ActMode::kDeterministic);
  RecordProperty("without_selection", std::to_string(alone.mean_return));
  RecordProperty("with_selection", std::to_string(best.mean_return));
  EXPECT_GT(alone.mean_return, 0.6);
  EXPECT_GT(best.mean_return, 0.85);
  EXPECT_NEAR(alone.mean_action(1), 0.3, 0.15);
}

// The same: -0.991 without, -0.856 with selection; uniform actions -4.21.
TEST(MadpmdLearning, SpreadsOnTheLine) {
  ToyLoop loop(make_line_spread, 10, 1);
  ParameterValues values = small_values();
  values["discount"] = 0.9;
  values["policy_learning_rate"] = 1e-3;
  values["policy_interval"] = std::int64_t{1};
  values["warm_up_steps"] = std::int64_t{1000};
  const auto algorithm = make(loop.spec(), values);
  RecordedMetrics metrics;
  loop.train(*algorithm, 6000, metrics);
  const auto alone = evaluate_toy(make_line_spread, *algorithm, ActMode::kDeterministic);
  const auto selecting = make(loop.spec(), with(values, "evaluation_particles", std::int64_t{4}));
  copy_state(*algorithm, *selecting);
  const auto best = evaluate_toy(make_line_spread, *selecting, ActMode::kDeterministic);
  RecordProperty("without_selection", std::to_string(alone.mean_return));
  RecordProperty("with_selection", std::to_string(best.mean_return));
  EXPECT_GT(alone.mean_return, -1.3);
  EXPECT_GT(best.mean_return, -1.2);
}

}  // namespace
}  // namespace tutti
