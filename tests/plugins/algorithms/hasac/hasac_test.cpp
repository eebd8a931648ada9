#include "plugins/algorithms/hasac/hasac.cpp"

#include <gtest/gtest.h>

#include "constant_actors.hpp"
#include "plugin_checks.hpp"

namespace tutti {
namespace {

/// Ten copies, one update for each environment step, faster than HARL's rates.
ParameterValues small_values() {
  return {{"hidden", IntegerList{128, 128}},     {"batch_size", std::int64_t{128}},
          {"warm_up_steps", std::int64_t{1000}}, {"discount", 0.9},
          {"actor_learning_rate", 1e-3},         {"critic_learning_rate", 1e-3},
          {"temperature_learning_rate", 3e-3}};
}

/// "Samples" of constant actions; the log-density is the action itself, times `density_scale`.
struct ConstantPolicy {
  ConstantActors actors;
  double density_scale = 0;
  SquashedSample sample(const Tensor& observations) const {
    const Tensor actions = actors(observations)[0];
    return {actions, density_scale * actions};
  }
  SquashedSample sample(std::size_t agent, const Tensor& observations) const {
    const Tensor actions = actors.agent(agent, observations)[0];
    return {actions, density_scale * actions};
  }
  Tensor replace(const Tensor& joint, std::size_t agent, const Tensor& actions) const {
    return actors.replace(joint, agent, actions);
  }
};

struct Outcome {
  double first, second;        // theta
  std::vector<double> losses;  // in the order of the sequence
  std::vector<double> densities;
  SequenceResult result;
};

/// One sequence with gradient descent of step 1 from (0.1, -0.2) and Q_c = shift_c + a_1 a_2.
Outcome one_sequence(std::vector<std::size_t> order, double density_scale, std::vector<double> alphas,
                     double first_shift = 0, double second_shift = 0) {
  ConstantPolicy policy{.actors = {}, .density_scale = density_scale};
  Outcome outcome{};
  const auto value = [&](const Tensor& actions) {
    return torch::stack({product_of_actions(actions) + first_shift, product_of_actions(actions) + second_shift});
  };
  outcome.result = update_in_sequence(
      policy, order, torch::zeros({1, 1}, torch::kFloat64), value, [&](std::size_t agent) { return alphas[agent]; },
      [&](std::size_t agent, const Tensor& loss, double log_density) {
        loss.backward();
        policy.actors.descend(agent);
        outcome.losses.push_back(loss.item<double>());
        outcome.densities.push_back(log_density);
      });
  outcome.first = policy.actors.value(0);
  outcome.second = policy.actors.value(1);
  return outcome;
}

TEST(Hasac, EachAgentSeesTheAlreadyUpdatedActionsOfThoseBeforeIt) {
  const Outcome forward = one_sequence({0, 1}, 0, {0, 0}), backward = one_sequence({1, 0}, 0, {0, 0});
  EXPECT_NEAR(forward.first, -0.1, 1e-12);
  EXPECT_NEAR(forward.second, -0.3, 1e-12);  // a simultaneous update would give -0.1
  EXPECT_NEAR(backward.first, 0.0, 1e-12);
  EXPECT_NEAR(backward.second, -0.1, 1e-12);
}

TEST(Hasac, LossTakesTheSmallerValueAndTheAgentsOwnLogDensityOnly) {
  const Outcome outcome = one_sequence({0, 1}, 1, {0.5, 0.25}, 3, 2);
  EXPECT_NEAR(outcome.losses[0], -(2 + 0.1 * -0.2) + 0.5 * 0.1, 1e-12);
  const Outcome swapped = one_sequence({0, 1}, 1, {0.5, 0.25}, 2, 3);
  EXPECT_EQ(swapped.losses, outcome.losses);
  EXPECT_EQ(swapped.first, outcome.first);
  EXPECT_EQ(swapped.second, outcome.second);
}

TEST(Hasac, LogDensitiesForTheCriticsTemperatureAreThoseBeforeTheSteps) {
  const Outcome outcome = one_sequence({0, 1}, 1, {0.5, 0.5});
  EXPECT_NEAR(outcome.densities[0], 0.1, 1e-12);
  EXPECT_NEAR(outcome.densities[1], -0.2, 1e-12);
  EXPECT_NEAR(outcome.result.log_density, 0.1 - 0.2, 1e-12);
  EXPECT_NE(outcome.first, 0.1);
}

Tensor actors_of(Training& training) {
  return part_of<GaussianActors>(training.as<Hasac>(), "actors").networks().weights().front().values.clone();
}

/// One update after the warm-up from a state that `change` may alter first.
template <class Change>
Training after_change(const Change& change) {
  Training training(make_line_spread, with(small_values(), {{"updates_per_step", 0.1}}));
  training.steps(1000);
  change(training.as<Hasac>());
  training.steps(10);
  return training;
}

TEST(Hasac, TheTwoCriticsAreInterchangeable) {
  auto plain = after_change([](Hasac&) {});
  auto swapped = after_change([](Hasac& hasac) {
    for (const char* name : {"critics", "target_critics"}) {
      const Tensor values = part_of<Mlp>(hasac, name).block().values();
      values.copy_(values.flip(0).clone());
    }
  });
  EXPECT_TRUE(actors_of(swapped).equal(actors_of(plain)));
}

TEST(Hasac, TemperaturesRiseWhenTheEntropyIsTooLowAndFallWhenItIsTooHigh) {
  const auto set_log_deviation = [](Hasac& hasac, float value) {
    const WeightBlock block = part_of<GaussianActors>(hasac, "actors").networks().blocks().front();
    block.tensor(4).detach().zero_();                              // weights of the last layer
    block.tensor(5).detach().copy_(torch::tensor({0.0F, value}));  // bias: mean 0, logarithm of the deviation
  };
  const auto temperature = [](Training& training, std::string_view name) {
    return part_of<Temperature>(training.as<Hasac>(), name).value();
  };
  auto narrow = after_change([&](Hasac& hasac) { set_log_deviation(hasac, -4); });
  auto wide = after_change([&](Hasac& hasac) { set_log_deviation(hasac, -0.5); });
  for (const char* name : {"temperature", "critic_temperature"}) {
    EXPECT_GT(temperature(narrow, name), 1) << name;
    EXPECT_LT(temperature(wide, name), 1) << name;
  }
}

TEST(Hasac, FixedTemperaturesStay) {
  Training training(make_line_spread, with(small_values(), {{"learn_temperature", false}, {"temperature", 0.2}}));
  training.steps(1100);
  EXPECT_NEAR(training.metrics.last("temperature"), 0.2, 1e-12);
  EXPECT_NEAR(training.metrics.last("critic_temperature"), 0.2, 1e-12);
}

TEST(Hasac, KeepsTheContract) { expect_keeps_the_contract(small_values()); }

TEST(Hasac, ResumesExactly) {
  expect_resumes_exactly(with(small_values(), {{"n_step", std::int64_t{3}}, {"huber_threshold", 10.0}}));
}

TEST(Hasac, PresetsHoldHarlsValues) {
  expect_presets_fit();
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-2x4d", "batch_size"), ParameterValue(std::int64_t{2200}));
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-4x2", "batch_size"), ParameterValue(std::int64_t{1000}));
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-4x2", "temperature"), ParameterValue(0.2));
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-4x2", "learn_temperature"), ParameterValue(false));
  EXPECT_EQ(preset_value("harl", "mamujoco/half-cheetah-2x3", "learn_temperature"), ParameterValue(true));
  EXPECT_EQ(preset_value("harl", "mamujoco/half-cheetah-2x3", "critic_learning_rate"), ParameterValue(1e-3));
  EXPECT_EQ(preset_value("harl", "mamujoco/walker2d-2x3", "huber_threshold"), ParameterValue(0.0));
  EXPECT_EQ(preset_value("harl", "mpe/coop-nav-n3", "n_step"), ParameterValue(std::int64_t{20}));
  EXPECT_EQ(preset_value("harl", "mpe/coop-nav-n3", "learn_temperature"), ParameterValue(true));
}

TEST(Hasac, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(with(small_values(), {{"buffer_size", std::int64_t{100}}}),
                 "batch_size is 128, but buffer_size is only 100; a batch has to fit into the buffer");
}

TEST(Hasac, RefusesATeamWithoutAgents) {
  EXPECT_THROW(make_toy_algorithm(EnvironmentSpec{}, small_values(), 1, 1, 1), Error);
}

TEST(Hasac, SaysWhichUpdateGaveALossThatIsNotFinite) {
  Training training(make_line_spread, small_values());
  training.steps(1000);
  part_of<Mlp>(training.as<Hasac>(), "critics").block().values().fill_(std::nanf(""));
  try {
    training.steps(10);
    FAIL() << "no error";
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "update 1: critic_loss is nan, not a finite number");
  }
}

ParameterValues bandit_values() { return with(small_values(), {{"warm_up_steps", std::int64_t{500}}}); }

TEST(HasacLearning, SolvesTheSeparableBanditInOneMode) {
  Training training(make_separable_bandit, bandit_values());
  training.steps(7'000);
  EXPECT_GT(training.evaluate().mean_return, 0.95);
  const ToyEvaluation sampled = training.evaluate(ActMode::kSampled);
  EXPECT_LT(std::min(sampled.share_near(0, 0.6, 0.25), sampled.share_near(0, -0.6, 0.25)), 0.02);
}

TEST(HasacLearning, SolvesTheCoordinationBanditInOneMode) {
  const ToyEvaluation result = Training(make_coordination_bandit, bandit_values()).steps(7'000).evaluate();
  EXPECT_GT(result.mean_return, 0.95);
  EXPECT_GT(result.mean_action(0) * result.mean_action(1), 0);
}

// Optimal play gives -0.295, uniform random play -4.21.
TEST(HasacLearning, SpreadsOnTheLine) {
  Training training(make_line_spread, small_values());
  training.steps(10'000);
  EXPECT_GT(training.evaluate().mean_return, -0.55);
  EXPECT_LT(training.metrics.last("critic_temperature"), 0.1);
}

}  // namespace
}  // namespace tutti
