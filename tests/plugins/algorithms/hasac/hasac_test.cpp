#include "plugins/algorithms/hasac/hasac.cpp"

#include <gtest/gtest.h>

#include "constant_actors.hpp"
#include "known_task.hpp"
#include "operators_twin.hpp"
#include "plain_networks.hpp"
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

/// "Samples" of constant actions at one row; the log-density is the action itself, times `density_scale`.
struct ConstantPolicy {
  ConstantActors actors;
  double density_scale = 0;
  Tensor row = torch::zeros({1, 1}, torch::kFloat64);
  SquashedSample sample() const {
    const Tensor actions = actors(row)[0];
    return {actions, density_scale * actions};
  }
  SquashedSample sample(std::size_t agent) const {
    const Tensor actions = actors.agent(agent, row)[0];
    return {actions, density_scale * actions};
  }
  Tensor replace(const Tensor& joint, std::size_t agent, const Tensor& actions) const {
    return actors.replace(joint, agent, actions);
  }
  void moved(std::size_t) {}
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
      policy, order, value, [&](std::size_t agent) { return alphas[agent]; },
      [&](std::size_t agent, const Tensor& loss, const Tensor& log_density) {
        loss.backward();
        policy.actors.descend(agent);
        outcome.losses.push_back(loss.item<double>());
        outcome.densities.push_back(log_density.item<double>());
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
  EXPECT_NEAR(outcome.result.log_density.item<double>(), 0.1 - 0.2, 1e-12);
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
  const auto temperatures = [](Training& training) {
    std::vector<Temperature*> all = parts_of<Temperature>(training.as<Hasac>(), "temperature");
    all.push_back(&part_of<Temperature>(training.as<Hasac>(), "critic_temperature"));
    return all;
  };
  auto narrow = after_change([&](Hasac& hasac) { set_log_deviation(hasac, -4); });
  auto wide = after_change([&](Hasac& hasac) { set_log_deviation(hasac, -0.5); });
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GT(temperatures(narrow).at(i)->value(), 1) << i;
    EXPECT_LT(temperatures(wide).at(i)->value(), 1) << i;
  }
}

TEST(Hasac, FixedTemperaturesStay) {
  Training training(make_line_spread, with(small_values(), {{"learn_temperature", false}, {"temperature", 0.2}}));
  training.steps(1100);
  EXPECT_NEAR(training.metrics.last("temperature"), 0.2, 1e-12);
  EXPECT_NEAR(training.metrics.last("critic_temperature"), 0.2, 1e-12);
}

// Three updates written out from the equations; every temperature starts elsewhere, some rise and some fall.
TEST(Hasac, UpdatesFollowTheEquations) {
  const KnownTask task;
  const auto algorithm = task.algorithm({{"hidden", IntegerList{8, 8}},
                                         {"discount", 0.9},
                                         {"target_rate", 0.3},
                                         {"actor_learning_rate", 0.01},
                                         {"critic_learning_rate", 0.02}},
                                        3);
  auto& hasac = dynamic_cast<Hasac&>(*algorithm);
  const WeightBlock actor_weights = part_of<GaussianActors>(hasac, "actors").networks().blocks().front(),
                    critic_weights = part_of<Mlp>(hasac, "critics").block(),
                    target_weights = part_of<Mlp>(hasac, "target_critics").block();
  const Tensor log_deviation = actor_weights.tensor(5).detach().narrow(1, 2, 2);  // bias of the last layer
  log_deviation.sub_(torch::tensor({{1.0F}, {2.0F}, {3.0F}}));
  std::vector<Temperature*> temperatures = parts_of<Temperature>(hasac, "temperature");
  temperatures.push_back(&part_of<Temperature>(hasac, "critic_temperature"));
  ASSERT_EQ(temperatures.size(), 4U);
  std::vector<Tensor> lambdas;
  std::vector<PlainAdam> temperature_adams;
  for (std::size_t i = 0; i < 4; ++i) {
    const double alpha = 0.1 * std::pow(2.0, i);
    *temperatures[i] = Temperature(alpha, /*learned=*/true, /*learning_rate=*/0.1);
    lambdas.push_back(torch::full({1}, std::log(alpha), torch::kFloat64).requires_grad_(true));
    temperature_adams.emplace_back(std::vector{lambdas[i]}, 0.1);
  }
  const auto alpha = [&](std::size_t i) { return lambdas[i].exp().item<double>(); };

  std::vector<PlainMlp> actors = plain_stack(actor_weights, {relu, tanh, identity}),
                        critics = plain_stack(critic_weights, {relu, relu, identity}),
                        targets = plain_stack(target_weights, {relu, relu, identity});
  std::vector<PlainAdam> actor_adams;
  for (const PlainMlp& actor : actors) actor_adams.emplace_back(actor.parameters, 0.01);
  PlainAdam critic_adam(parameters_of(critics), 0.02);
  RandomStream replay = task.stream("replay"), policy = task.stream("policy"), orders = task.stream("order");
  const auto noise = [&](std::int64_t columns) { return task.noise(policy, {task.kBatch, columns}); };
  task.teach(*algorithm);

  for (int update = 0; update < 3; ++update) {
    const KnownRows rows = task.rows.draw(task.kBatch, replay);
    const PlainSample next = plain_team_sample(actors, rows.next_observations, noise(task.kActions));
    const Tensor soft = plain_minimum(targets, rows.next_states, next.actions) - alpha(3) * next.log_density;
    const Tensor y = rows.rewards + 0.9 * rows.going_on * soft;
    critic_adam.step(plain_squared_error(critics, rows.states, rows.actions, y));

    const std::vector<Tensor> seen = rows.observations.chunk(task.kAgents, 1);
    std::vector<Tensor> joint =
        plain_team_sample(actors, rows.observations, noise(task.kActions)).actions.detach().chunk(task.kAgents, 1);
    double sum = 0;
    const std::vector<std::size_t> order = task.shuffled(orders);
    for (const std::size_t i : order) {
      const PlainSample own = plain_sample(actors[i], seen[i], noise(task.kAction));
      joint[i] = own.actions;
      const Tensor value = plain_minimum(critics, rows.states, torch::cat(joint, 1));
      actor_adams[i].step(-(value - alpha(i) * own.log_density).mean());
      const double log_density = own.log_density.mean().item<double>();
      temperature_adams[i].step(-lambdas[i] * (log_density - task.kAction));
      sum += log_density;
      if (i == order.back()) break;  // nobody sees its new action, so none is drawn
      joint[i] = plain_sample(actors[i], seen[i], noise(task.kAction)).actions.detach();
    }
    temperature_adams[3].step(-lambdas[3] * (sum - task.kActions));
    follow(targets, critics, 0.3);
  }
  expect_close(critic_weights, critics, "critic");
  expect_close(actor_weights, actors, "actor");
  expect_close(target_weights, targets, "target critic");
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(temperatures[i]->value(), alpha(i), 1e-6) << i;
}

TEST(Hasac, KeepsTheContract) { expect_keeps_the_contract(small_values()); }

TEST(Hasac, OperatorsOfLibTorchLearnTheSame) {
  expect_operators_learn_the_same(with(small_values(), {{"huber_threshold", 10.0}, {"share_parameters", true}}));
}

TEST(Hasac, AThresholdThatNoErrorReachesChangesNothing) {
  const torch::Tensor values = torch::tensor({{0.5F, -1.0F}, {2.0F, 0.25F}}), target = torch::tensor({0.0F, 1.5F});
  const auto loss = [&](double threshold) {
    const Training training(make_line_spread, with(small_values(), {{"huber_threshold", threshold}}));
    return training.as<Hasac>().critic_loss(values, target).item<float>();
  };
  EXPECT_FLOAT_EQ(loss(1e6), loss(0));
  EXPECT_LT(loss(1), loss(0));
}

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
