#include "plugins/algorithms/masac/masac.cpp"

#include <gtest/gtest.h>

#include "known_task.hpp"
#include "operators_twin.hpp"
#include "plain_networks.hpp"
#include "plugin_checks.hpp"
#include "presets.hpp"

namespace tutti {
namespace {

/// Ten copies, one update for each environment step, fast rates.
ParameterValues small_values() {
  return {{"hidden", IntegerList{128, 128}},     {"batch_size", std::int64_t{128}},
          {"warm_up_steps", std::int64_t{1000}}, {"discount", 0.9},
          {"actor_learning_rate", 1e-3},         {"critic_learning_rate", 1e-3},
          {"temperature_learning_rate", 3e-3}};
}

TEST(Masac, CopiesOfOneAgentGetTheGradientOfBenchmarlsAverageWithTheTemperatureDividedByTheirNumber) {
  const std::int64_t copies = 3, rows = 5;
  const double alpha = 0.7;
  const Mlp critics(network_seeds(1, "critics", 2), copies * (4 + 2), layers(IntegerList{8, 8}, Activation::kRelu, 1));
  const auto gradient_of = [&](const auto& loss) {
    const GaussianActors actors(std::vector<AgentSpec>(copies, {"copy", 4, 2}),
                                hidden_layers(IntegerList{8, 8}, Activation::kRelu), /*share_parameters=*/false, 1);
    const WeightBlock block = actors.networks().blocks().front();
    block.values().copy_(block.values()[0].expand_as(block.values()).clone());
    RandomStream random(2);
    const Tensor observations = normal_tensor(random, {rows, 4}).repeat({1, copies});
    const SquashedSample sample = actors.sample(observations, random);
    const Tensor densities = sample.log_densities.view({rows, copies, 2}).sum(2);  // log pi_i of each agent
    loss(densities, critic_values(critics, observations, sample.actions)).backward();
    return block.gradient().clone();
  };
  const Tensor ours = gradient_of([&](const Tensor& densities, const Tensor& values) {
    return team_loss(torch::scalar_tensor(alpha / static_cast<double>(copies)), densities.sum(1), values);
  });
  const Tensor theirs = gradient_of([&](const Tensor& densities, const Tensor& values) {
    return (alpha * densities - values.amin(0).unsqueeze(1)).mean();
  });
  EXPECT_GT(ours.abs().max().item<double>(), 0.01);
  EXPECT_TRUE(ours.allclose(theirs, 1e-5, 1e-7));
}

/// One update after the warm-up from a state that `change` may alter first.
template <class Change>
Training after_change(const Change& change) {
  Training training(make_line_spread, with(small_values(), {{"updates_per_step", 0.1}}));
  training.steps(1000);
  change(training.as<Masac>());
  training.steps(10);
  return training;
}

Tensor actors_of(Training& training) {
  return part_of<GaussianActors>(training.as<Masac>(), "actors").networks().weights().front().values.clone();
}

TEST(Masac, TheTwoCriticsAreInterchangeable) {
  auto plain = after_change([](Masac&) {});
  auto swapped = after_change([](Masac& masac) {
    for (const char* name : {"critics", "target_critics"}) {
      const Tensor values = part_of<Mlp>(masac, name).block().values();
      values.copy_(values.flip(0).clone());
    }
  });
  EXPECT_TRUE(actors_of(swapped).equal(actors_of(plain)));
}

TEST(Masac, TemperatureRisesWhenTheTeamsEntropyIsTooLow) {
  const auto with_log_deviation = [](float value) {
    return after_change([value](Masac& masac) {
      const WeightBlock block = part_of<GaussianActors>(masac, "actors").networks().blocks().front();
      block.tensor(4).detach().zero_();                              // weights of the last layer
      block.tensor(5).detach().copy_(torch::tensor({0.0F, value}));  // bias: mean 0, logarithm of the deviation
    });
  };
  const auto temperature = [](Training training) {
    return part_of<Temperature>(training.as<Masac>(), "temperature").value();
  };
  EXPECT_GT(temperature(with_log_deviation(-4)), 1);
  EXPECT_LT(temperature(with_log_deviation(-0.5)), 1);
}

// Three updates written out from the equations.
TEST(Masac, UpdatesFollowTheEquations) {
  const KnownTask task;
  const auto algorithm = task.algorithm({{"hidden", IntegerList{8, 8}},
                                         {"discount", 0.9},
                                         {"target_rate", 0.3},
                                         {"actor_learning_rate", 0.01},
                                         {"critic_learning_rate", 0.02},
                                         {"temperature_learning_rate", 0.1}},
                                        3);
  auto& masac = dynamic_cast<Masac&>(*algorithm);
  const WeightBlock actor_weights = part_of<GaussianActors>(masac, "actors").networks().blocks().front(),
                    critic_weights = part_of<Mlp>(masac, "critics").block(),
                    target_weights = part_of<Mlp>(masac, "target_critics").block();
  const Tensor log_deviation = actor_weights.tensor(5).detach().narrow(1, 2, 2);  // bias of the last layer
  log_deviation.sub_(2);                                                          // a log-density between 1 and D = 6
  std::vector<PlainMlp> actors = plain_stack(actor_weights, {relu, relu, identity}),
                        critics = plain_stack(critic_weights, {relu, relu, identity}),
                        targets = plain_stack(target_weights, {relu, relu, identity});
  const Tensor lambda = torch::zeros({1}, torch::kFloat64).requires_grad_(true);
  PlainAdam actor_adam(parameters_of(actors), 0.01), critic_adam(parameters_of(critics), 0.02),
      temperature_adam({lambda}, 0.1);
  RandomStream replay = task.stream("replay"), policy = task.stream("policy");
  const auto noise = [&](std::int64_t columns) { return task.noise(policy, {task.kBatch, columns}); };
  task.teach(*algorithm);

  for (int update = 0; update < 3; ++update) {
    const KnownRows rows = task.rows.draw(task.kBatch, replay);
    const double alpha = lambda.exp().item<double>();
    const PlainSample next = plain_team_sample(actors, rows.next_observations, noise(task.kActions));
    const Tensor soft = plain_minimum(targets, rows.next_states, next.actions) - alpha * next.log_density;
    const Tensor y = rows.rewards + 0.9 * rows.going_on * soft;
    critic_adam.step(plain_squared_error(critics, rows.states, rows.actions, y));

    const PlainSample now = plain_team_sample(actors, rows.observations, noise(task.kActions));
    actor_adam.step((alpha * now.log_density - plain_minimum(critics, rows.states, now.actions)).mean());
    temperature_adam.step(-lambda * (now.log_density.mean().item<double>() - task.kActions));
    follow(targets, critics, 0.3);
  }
  expect_close(critic_weights, critics, "critic");
  expect_close(actor_weights, actors, "actor");
  expect_close(target_weights, targets, "target critic");
  EXPECT_NEAR(part_of<Temperature>(masac, "temperature").value(), lambda.exp().item<double>(), 1e-6);
}

TEST(Masac, KeepsTheContract) { expect_keeps_the_contract(small_values()); }

TEST(Masac, OperatorsOfLibTorchLearnTheSame) { expect_operators_learn_the_same(small_values()); }

TEST(Masac, ResumesExactly) { expect_resumes_exactly(with(small_values(), {{"n_step", std::int64_t{3}}})); }

TEST(Masac, PresetsHaveBenchMarlsTemperatureInSumsOverAgents) {
  expect_presets_fit();
  for (const auto& [task, agents] : {std::pair{"mpe/physical-deception-n2", 2},
                                     {"mpe/coop-nav-n3", 3},
                                     {"mpe/coop-nav-n4", 4},
                                     {"mamujoco/half-cheetah-2x3", 2},
                                     {"mamujoco/ant-2x4d", 2},
                                     {"mamujoco/ant-4x2", 4},
                                     {"mamujoco/half-cheetah-6x1", 6}}) {
    EXPECT_EQ(preset_value("paper", task, "temperature"), ParameterValue(1.0 / agents)) << task;
    EXPECT_EQ(preset_value("paper", task, "batch_size"), ParameterValue(std::int64_t{128})) << task;
  }
}

TEST(Masac, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(with(small_values(), {{"buffer_size", std::int64_t{100}}}),
                 "batch_size is 128, but buffer_size is only 100; a batch has to fit into the buffer");
}

TEST(Masac, RefusesATeamWithoutAgents) {
  EXPECT_THROW(make_toy_algorithm(EnvironmentSpec{}, small_values(), 1, 1, 1), Error);
}

TEST(Masac, SaysWhichUpdateGaveALossThatIsNotFinite) {
  Training training(make_line_spread, small_values());
  training.steps(1000);
  part_of<Mlp>(training.as<Masac>(), "critics").block().values().fill_(std::nanf(""));
  try {
    training.steps(10);
    FAIL() << "no error";
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "update 1: critic_loss is nan, not a finite number");
  }
}

TEST(MasacLearning, SolvesTheSeparableBanditInOneMode) {
  Training training(make_separable_bandit, with(small_values(), {{"warm_up_steps", std::int64_t{500}}}));
  training.steps(7'000);
  EXPECT_GT(training.evaluate().mean_return, 0.95);
  const ToyEvaluation sampled = training.evaluate(ActMode::kSampled);
  EXPECT_LT(std::min(sampled.share_near(0, 0.6, 0.25), sampled.share_near(0, -0.6, 0.25)), 0.02);
}

// Optimal play gives -0.295, uniform random play -4.21.
TEST(MasacLearning, SpreadsOnTheLine) {
  EXPECT_GT(Training(make_line_spread, small_values()).steps(10'000).evaluate().mean_return, -0.6);
}

}  // namespace
}  // namespace tutti
