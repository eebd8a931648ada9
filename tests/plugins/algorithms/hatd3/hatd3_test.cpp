#include "plugins/algorithms/hatd3/hatd3.cpp"

#include <gtest/gtest.h>

#include "constant_actors.hpp"
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

/// Constant actors as AgentsAtObservations has them, at one row.
struct ConstantActorsAtRow : ConstantActors {
  Tensor row = torch::zeros({1, 1}, torch::kFloat64);
  Tensor joint() const { return (*this)(row).detach(); }
  Tensor agent(std::size_t i) const { return ConstantActors::agent(i, row); }
  void moved(std::size_t) {}
};

/// theta after one actor step with Q = a_1 a_2 and gradient descent with step 1 from (0.1, -0.2).
std::pair<double, double> after_one_step(std::vector<std::size_t> order) {
  ConstantActorsAtRow actors;
  update_in_sequence(actors, order, product_of_actions, [&](std::size_t agent, const Tensor& loss) {
    loss.backward();
    actors.descend(agent);
  });
  return {actors.value(0), actors.value(1)};
}

TEST(Hatd3, EachAgentSeesTheAlreadyUpdatedActionsOfThoseBeforeIt) {
  const auto [first, second] = after_one_step({0, 1});
  EXPECT_NEAR(first, -0.1, 1e-12);
  EXPECT_NEAR(second, -0.3, 1e-12);  // a simultaneous update would give -0.1
}

TEST(Hatd3, TheOrderOfTheSequenceMatters) {
  const auto [first, second] = after_one_step({1, 0});
  EXPECT_NEAR(first, 0.0, 1e-12);
  EXPECT_NEAR(second, -0.1, 1e-12);
}

/// One update (the actors' included) after the warm-up, from a state that `change` may alter first.
template <class Change>
Training after_change(const ParameterValues& values, const Change& change) {
  Training training(make_line_spread, with(values, {{"policy_interval", std::int64_t{1}}, {"updates_per_step", 0.1}}));
  training.steps(1000);
  change(training.as<Hatd3>());
  training.steps(10);
  return training;
}

Tensor values_of(Training& training, std::string_view name) {
  return part_of<Mlp>(training.as<Hatd3>(), name).block().values().clone();
}
Tensor actors_of(Training& training) {
  return part_of<AgentNetworks>(training.as<Hatd3>(), "actors").weights().front().values.clone();
}

TEST(Hatd3, SecondCriticDecidesTheTargetButNotTheActorsGradient) {
  auto plain = after_change(small_values(), [](Hatd3&) {});
  auto second = after_change(small_values(),
                             [](Hatd3& hatd3) { part_of<Mlp>(hatd3, "critics").network(1).block().values().mul_(2); });
  EXPECT_TRUE(actors_of(second).equal(actors_of(plain)));
  auto target = after_change(
      small_values(), [](Hatd3& hatd3) { part_of<Mlp>(hatd3, "target_critics").network(1).block().values().mul_(20); });
  EXPECT_FALSE(values_of(target, "critics")[0].equal(values_of(plain, "critics")[0]));
}

TEST(Hatd3, ActorStepsLeaveTheCriticsAlone) {
  const auto critics = [](std::int64_t policy_interval) {
    Training training(make_line_spread, with(small_values(), {{"policy_interval", policy_interval}}));
    training.steps(1001);
    return values_of(training, "critics");
  };
  EXPECT_TRUE(critics(10).equal(critics(1'000'000)));
}

TEST(Hatd3, TargetsMoveOnlyWithTheActors) {
  Training training(make_line_spread, with(small_values(), {{"updates_per_step", 0.1}}));
  training.steps(1000);
  const Tensor before = values_of(training, "target_critics");
  training.steps(10);
  EXPECT_EQ(training.algorithm->updates(), 1);
  EXPECT_TRUE(values_of(training, "target_critics").equal(before));
  training.steps(10);
  EXPECT_FALSE(values_of(training, "target_critics").equal(before));
}

// Five updates written out from the equations; the actors and all targets move with the second and the fourth only.
TEST(Hatd3, UpdatesFollowTheEquations) {
  const KnownTask task;
  const auto algorithm = task.algorithm({{"hidden", IntegerList{8, 8}},
                                         {"discount", 0.9},
                                         {"target_rate", 0.3},
                                         {"actor_learning_rate", 0.01},
                                         {"critic_learning_rate", 0.02}},
                                        5);
  auto& hatd3 = dynamic_cast<Hatd3&>(*algorithm);
  const WeightBlock actor_weights = part_of<AgentNetworks>(hatd3, "actors").blocks().front(),
                    target_actor_weights = part_of<AgentNetworks>(hatd3, "target_actors").blocks().front(),
                    critic_weights = part_of<Mlp>(hatd3, "critics").block(),
                    target_weights = part_of<Mlp>(hatd3, "target_critics").block();
  std::vector<PlainMlp> actors = plain_stack(actor_weights, {relu, relu, tanh}),
                        target_actors = plain_stack(target_actor_weights, {relu, relu, tanh}),
                        critics = plain_stack(critic_weights, {relu, relu, identity}),
                        targets = plain_stack(target_weights, {relu, relu, identity});
  std::vector<PlainAdam> actor_adams;
  for (const PlainMlp& actor : actors) actor_adams.emplace_back(actor.parameters, 0.01);
  PlainAdam critic_adam(parameters_of(critics), 0.02);
  RandomStream replay = task.stream("replay"), noise = task.stream("target noise"), orders = task.stream("order");
  task.teach(*algorithm);

  for (int update = 1; update <= 5; ++update) {
    const KnownRows rows = task.rows.draw(task.kBatch, replay);
    const Tensor blur = (0.2 * task.noise(noise, {task.kBatch, task.kActions})).clamp(-0.5, 0.5);
    const Tensor next_actions = (plain_team_actions(target_actors, rows.next_observations) + blur).clamp(-1, 1);
    const Tensor y = rows.rewards + 0.9 * rows.going_on * plain_minimum(targets, rows.next_states, next_actions);
    critic_adam.step(plain_squared_error(critics, rows.states, rows.actions, y));
    if (update % 2 != 0) continue;

    const std::vector<Tensor> seen = rows.observations.chunk(task.kAgents, 1);
    std::vector<Tensor> joint = plain_team_actions(actors, rows.observations).detach().chunk(task.kAgents, 1);
    for (const std::size_t i : task.shuffled(orders)) {
      joint[i] = actors[i](seen[i]);
      actor_adams[i].step(-plain_value(critics[0], rows.states, torch::cat(joint, 1)).mean());
      joint[i] = actors[i](seen[i]).detach();
    }
    follow(target_actors, actors, 0.3);
    follow(targets, critics, 0.3);
  }
  expect_close(critic_weights, critics, "critic");
  expect_close(actor_weights, actors, "actor");
  expect_close(target_weights, targets, "target critic");
  expect_close(target_actor_weights, target_actors, "target actor");
}

TEST(Hatd3, KeepsTheContract) { expect_keeps_the_contract(small_values()); }

TEST(Hatd3, OperatorsOfLibTorchLearnTheSame) { expect_operators_learn_the_same(small_values()); }

TEST(Hatd3, ResumesExactly) {
  expect_resumes_exactly(with(small_values(), {{"n_step", std::int64_t{3}}}));
  expect_resumes_exactly(with(small_values(), {{"share_parameters", true}}));
}

TEST(Hatd3, PresetsHoldHarlsValues) {
  expect_presets_fit();
  EXPECT_EQ(preset_value("harl", "mamujoco/ant-2x4", "n_step"), ParameterValue(std::int64_t{5}));
  EXPECT_EQ(preset_value("harl", "mamujoco/walker2d-2x3", "policy_interval"), ParameterValue(std::int64_t{2}));
  EXPECT_EQ(preset_value("harl", "mamujoco/half-cheetah-2x3", "hidden"), ParameterValue(IntegerList{256, 256}));
  EXPECT_EQ(preset_value("harl", "mpe/coop-nav-n3", "updates_per_step"), ParameterValue(0.05));
  EXPECT_EQ(preset_value("paper", "mpe/coop-nav-n3", "hidden"), ParameterValue(IntegerList{128, 128}));
}

TEST(Hatd3, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(with(small_values(), {{"buffer_size", std::int64_t{100}}}),
                 "batch_size is 128, but buffer_size is only 100; a batch has to fit into the buffer");
}

TEST(Hatd3, RefusesATeamWithoutAgents) {
  EXPECT_THROW(make_toy_algorithm(EnvironmentSpec{}, small_values(), 1, 1, 1), Error);
}

TEST(Hatd3, SaysWhichUpdateGaveALossThatIsNotFinite) {
  Training training(make_line_spread, small_values());
  training.steps(1000);
  part_of<Mlp>(training.as<Hatd3>(), "critics").block().values().fill_(std::nanf(""));
  try {
    training.steps(10);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "update 1: critic_loss is nan, not a finite number");
  }
}

ParameterValues bandit_values() { return with(small_values(), {{"warm_up_steps", std::int64_t{500}}}); }

TEST(Hatd3Learning, SolvesTheSeparableBandit) {
  EXPECT_GT(Training(make_separable_bandit, bandit_values()).steps(6'000).evaluate().mean_return, 0.95);
}

TEST(Hatd3Learning, SolvesTheCoordinationBanditInOneMode) {
  const ToyEvaluation result = Training(make_coordination_bandit, bandit_values()).steps(6'000).evaluate();
  EXPECT_GT(result.mean_return, 0.95);
  EXPECT_GT(result.mean_action(0) * result.mean_action(1), 0);
}

// Optimal play gives -0.295, uniform random play -4.21.
TEST(Hatd3Learning, SpreadsOnTheLine) {
  EXPECT_GT(Training(make_line_spread, small_values()).steps(12'000).evaluate().mean_return, -0.5);
}

}  // namespace
}  // namespace tutti
