#include "omad/reverse_sde_team.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "common/central_differences.hpp"

namespace tutti {
namespace {

const ReverseSdePolicyOptions kSmall{.chain = {}, .width = 8};

std::vector<AgentSpec> equal_agents() { return {{"a", 3, 2}, {"b", 3, 2}}; }
std::vector<AgentSpec> mixed_agents() { return {{"a", 4, 2}, {"b", 3, 1}, {"c", 4, 2}}; }

// Gradients of agent i, chain and score.
torch::Tensor gradient_of(const ReverseSdeTeam& team, std::size_t index) {
  const AgentGroups::Agent& agent = team.groups().agent(index);
  const ReverseSdePolicy& policy = team.policy(agent.group);
  const auto row = static_cast<std::int64_t>(agent.place);
  return torch::cat({policy.chain().block().gradient()[row], policy.score().block().gradient()[row]});
}

void clear_gradients(const ReverseSdeTeam& team) {
  for (const Weights& weights : team.weights()) torch::Tensor(weights.gradient).zero_();
}

TEST(ReverseSdeTeam, AgentsThatShareParametersAreOneNetwork) {
  const ReverseSdeTeam apart(mixed_agents(), kSmall, 1);
  const ReverseSdeTeam team(mixed_agents(), kSmall, 1, torch::kFloat32, /*share_parameters=*/true);
  EXPECT_EQ(apart.policy(0).score().block().values().size(0), 2);
  ASSERT_EQ(team.groups().count(), 2U);
  for (const std::size_t group : {0, 1}) EXPECT_EQ(team.policy(group).score().block().values().size(0), 1);
}

class SharingTeam : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(ReverseSdeTeam, SharingTeam, testing::Bool());

// Every agent's action changes when its own observation does, and only then.
TEST_P(SharingTeam, AnActionDependsOnTheAgentsOwnObservationOnly) {
  ReverseSdeTeam team(mixed_agents(), kSmall, 1, torch::kFloat32, GetParam());
  at::manual_seed(1);
  for (const Weights& weights : team.weights())
    torch::Tensor(weights.values).add_(0.3 * torch::randn_like(weights.values));
  const torch::Tensor observations = torch::randn({6, 11});
  const auto act = [&](const torch::Tensor& at) {
    RandomStream random(5);
    return team.sample(at, random).actions;
  };
  const torch::Tensor before = act(observations);
  const std::vector<std::pair<std::int64_t, std::int64_t>> observed = {{0, 4}, {4, 3}, {7, 4}},
                                                           acted = {{0, 2}, {2, 1}, {3, 2}};
  for (std::size_t agent = 0; agent < 3; ++agent) {
    torch::Tensor changed = 1e3 * torch::randn({6, 11});
    const auto [first, count] = observed[agent];
    changed.narrow(1, first, count).copy_(observations.narrow(1, first, count));
    const torch::Tensor after = act(changed);
    for (std::size_t other = 0; other < 3; ++other) {
      const auto [column, size] = acted[other];
      EXPECT_EQ(after.narrow(1, column, size).equal(before.narrow(1, column, size)), other == agent) << agent << other;
    }
  }
}

TEST(ReverseSdeTeam, CostsOfAnIdenticalPairAreTwiceThoseOfOne) {
  constexpr std::int64_t kRows = 100'000;
  const auto costs = [&](const std::vector<AgentSpec>& agents) {
    RandomStream random(6);
    const ReverseSdeTeam::Sample sample =
        ReverseSdeTeam(agents, kSmall, 1)
            .sample(torch::zeros({kRows, 3 * static_cast<std::int64_t>(agents.size())}), random);
    return std::pair(sample.running_cost.mean().item<double>(), sample.cost.mean().item<double>());
  };
  const auto [running, cost] = costs({{"a", 3, 1}});
  const auto [running_of_two, cost_of_two] = costs({{"a", 3, 1}, {"b", 3, 1}});
  EXPECT_NEAR(running, 2.8559, 0.04);
  EXPECT_NEAR(cost, 0.5207, 0.04);
  EXPECT_NEAR(running_of_two, 2 * running, 0.06);
  EXPECT_NEAR(cost_of_two, 2 * cost, 0.06);
}

TEST(ReverseSdeTeam, ALossThatIgnoresAnAgentMovesItByItsOwnCostOnly) {
  ReverseSdeTeam team(equal_agents(), kSmall, 1);
  const torch::Tensor observations = torch::ones({7, 6});
  const auto gradient = [&](const torch::Tensor& action_gradient, double cost_gradient) {
    RandomStream random(7);
    ReverseSdeTeam::Recording recording = team.record(observations, random);
    clear_gradients(team);
    team.backward(recording, action_gradient, torch::scalar_tensor(cost_gradient));
    return gradient_of(team, 1).clone();
  };
  torch::Tensor first_agent_only = torch::zeros({7, 4});
  first_agent_only.narrow(1, 0, 2).fill_(3);
  EXPECT_EQ(gradient(first_agent_only, 0).abs().max().item<double>(), 0);
  const torch::Tensor own_cost = gradient(torch::zeros({7, 4}), 0.5);
  EXPECT_GT(own_cost.abs().max().item<double>(), 0);
  EXPECT_TRUE(gradient(first_agent_only, 0.5).equal(own_cost));
}

TEST_P(SharingTeam, GradientOfAMixedTeamMatchesCentralDifferences) {
  ReverseSdeTeam team(mixed_agents(), {.chain = {.steps = 2}, .width = 3, .hidden_layers = 2}, 1, torch::kFloat64,
                      GetParam());
  at::manual_seed(2);
  for (const Weights& weights : team.weights())
    torch::Tensor(weights.values).add_(0.3 * torch::randn_like(weights.values));
  const torch::Tensor observations = torch::randn({4, 11}, torch::kFloat64);
  const torch::Tensor action_gradient = torch::randn({4, 5}, torch::kFloat64);
  const auto loss = [&] {
    RandomStream random(8);
    const ReverseSdeTeam::Sample sample = team.sample(observations, random);
    return ((sample.actions * action_gradient).sum() + 0.7 * sample.cost.sum()).item<double>();
  };
  RandomStream random(8);
  ReverseSdeTeam::Recording recording = team.record(observations, random);
  team.backward(recording, action_gradient, torch::scalar_tensor(0.7, torch::kFloat64));
  for (const Weights& weights : team.weights()) {
    EXPECT_LT(relative_error(weights.gradient, central_differences(loss, weights.values)), 1e-7);
  }
}

TEST(ReverseSdeTeam, WithoutTheLastNoiseActionsAreCalmer) {
  const ReverseSdeTeam team(equal_agents(), kSmall, 1);
  RandomStream random(9), same(9);
  const torch::Tensor observations = torch::zeros({5, 6});
  EXPECT_FALSE(team.sample(observations, random, true).actions.equal(team.sample(observations, same, false).actions));
  EXPECT_NEAR(team.mean_last_deviation(), 0.0877, 1e-4);
}

}  // namespace
}  // namespace tutti
