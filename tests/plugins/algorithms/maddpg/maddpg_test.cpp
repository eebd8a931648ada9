#include "plugins/algorithms/maddpg/maddpg.cpp"

#include <gtest/gtest.h>

#include "known_task.hpp"
#include "operators_twin.hpp"
#include "plain_networks.hpp"
#include "plugin_checks.hpp"

namespace tutti {
namespace {

/// Ten copies, one update for each environment step, HARL's rates.
ParameterValues small_values() {
  return {{"hidden", IntegerList{128, 128}},
          {"batch_size", std::int64_t{128}},
          {"warm_up_steps", std::int64_t{1000}},
          {"discount", 0.9}};
}

Tensor values_of(Training& training, std::string_view name) {
  return part_of<Mlp>(training.as<Maddpg>(), name).block().values().clone();
}

TEST(Maddpg, EverythingMovesWithEveryUpdate) {
  Training training(make_line_spread, with(small_values(), {{"updates_per_step", 0.1}}));
  training.steps(1000);
  const Tensor critic = values_of(training, "critic"), target = values_of(training, "target_critic");
  const auto actors = [&](std::string_view name) {
    return part_of<AgentNetworks>(training.as<Maddpg>(), name).weights().front().values.clone();
  };
  const Tensor before = actors("actors");
  training.steps(10);
  EXPECT_EQ(training.algorithm->updates(), 1);
  EXPECT_FALSE(actors("actors").equal(before));
  const Tensor expected = target + 0.005 * (values_of(training, "critic") - target);
  EXPECT_TRUE(values_of(training, "target_critic").allclose(expected, 1e-6, 1e-7));
  EXPECT_FALSE(values_of(training, "critic").equal(critic));
}

// Three updates written out from the equations.
TEST(Maddpg, UpdatesFollowTheEquations) {
  const KnownTask task;
  const auto algorithm = task.algorithm({{"hidden", IntegerList{8, 8}},
                                         {"discount", 0.9},
                                         {"target_rate", 0.3},
                                         {"actor_learning_rate", 0.01},
                                         {"critic_learning_rate", 0.02}},
                                        3);
  auto& maddpg = dynamic_cast<Maddpg&>(*algorithm);
  const WeightBlock actor_weights = part_of<AgentNetworks>(maddpg, "actors").blocks().front(),
                    target_actor_weights = part_of<AgentNetworks>(maddpg, "target_actors").blocks().front(),
                    critic_weights = part_of<Mlp>(maddpg, "critic").block(),
                    target_weights = part_of<Mlp>(maddpg, "target_critic").block();
  std::vector<PlainMlp> actors = plain_stack(actor_weights, {relu, relu, tanh}),
                        target_actors = plain_stack(target_actor_weights, {relu, relu, tanh}),
                        critics = plain_stack(critic_weights, {relu, relu, identity}),
                        targets = plain_stack(target_weights, {relu, relu, identity});
  std::vector<PlainAdam> actor_adams;
  for (const PlainMlp& actor : actors) actor_adams.emplace_back(actor.parameters, 0.01);
  PlainAdam critic_adam(parameters_of(critics), 0.02);
  RandomStream replay = task.stream("replay");
  task.teach(*algorithm);

  for (int update = 1; update <= 3; ++update) {
    const KnownRows rows = task.rows.draw(task.kBatch, replay);
    const Tensor next_actions = plain_team_actions(target_actors, rows.next_observations);
    const Tensor next_values = plain_value(targets[0], rows.next_states, next_actions);
    const Tensor y = rows.rewards + 0.9 * rows.going_on * next_values;
    critic_adam.step(plain_squared_error(critics, rows.states, rows.actions, y));

    const std::vector<Tensor> seen = rows.observations.chunk(task.kAgents, 1);
    for (std::size_t i = 0; i < actors.size(); ++i) {
      std::vector<Tensor> joint = rows.actions.chunk(task.kAgents, 1);
      joint[i] = actors[i](seen[i]);
      actor_adams[i].step(-plain_value(critics[0], rows.states, torch::cat(joint, 1)).mean());
    }
    follow(target_actors, actors, 0.3);
    follow(targets, critics, 0.3);
  }
  expect_close(critic_weights, critics, "critic");
  expect_close(actor_weights, actors, "actor");
  expect_close(target_weights, targets, "target critic");
  expect_close(target_actor_weights, target_actors, "target actor");
}

TEST(Maddpg, KeepsTheContract) { expect_keeps_the_contract(small_values()); }

TEST(Maddpg, OperatorsOfLibTorchLearnTheSame) { expect_operators_learn_the_same(small_values()); }

TEST(Maddpg, ResumesExactly) {
  expect_resumes_exactly(with(small_values(), {{"n_step", std::int64_t{3}}}));
  expect_resumes_exactly(with(small_values(), {{"share_parameters", true}}));
}

TEST(Maddpg, PresetsHoldHarlsValues) {
  expect_presets_fit();
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-2x4", "n_step"), ParameterValue(std::int64_t{20}));
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-2x4", "updates_per_step"), ParameterValue(0.05));
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-4x2", "exploration_noise"), ParameterValue(0.05));
  EXPECT_EQ(preset_value("harl", "mpe/coop-nav-n3", "n_step"), ParameterValue(std::int64_t{1}));
}

TEST(Maddpg, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(with(small_values(), {{"buffer_size", std::int64_t{100}}}),
                 "batch_size is 128, but buffer_size is only 100; a batch has to fit into the buffer");
}

TEST(Maddpg, RefusesATeamWithoutAgents) {
  EXPECT_THROW(make_toy_algorithm(EnvironmentSpec{}, small_values(), 1, 1, 1), Error);
}

TEST(Maddpg, SaysWhichUpdateGaveALossThatIsNotFinite) {
  Training training(make_line_spread, small_values());
  training.steps(1000);
  part_of<Mlp>(training.as<Maddpg>(), "critic").block().values().fill_(std::nanf(""));
  try {
    training.steps(10);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "update 1: critic_loss is nan, not a finite number");
  }
}

// Optimal play gives -0.295, uniform random play -4.21.
TEST(MaddpgLearning, SpreadsOnTheLine) {
  EXPECT_GT(Training(make_line_spread, small_values()).steps(12'000).evaluate().mean_return, -0.5);
}

}  // namespace
}  // namespace tutti
