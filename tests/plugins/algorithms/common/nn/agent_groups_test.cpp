#include "nn/agent_groups.hpp"

#include <gtest/gtest.h>

#include "tutti/error.hpp"

namespace tutti {
namespace {

using torch::Tensor;

const std::vector<AgentSpec> kEqual{{"a", 3, 2}, {"b", 3, 2}};
const std::vector<AgentSpec> kMixed{{"a", 4, 2}, {"b", 3, 1}, {"c", 4, 2}};

TEST(AgentGroups, EqualAgentsFormOneGroupOthersTheirOwn) {
  EXPECT_EQ(AgentGroups(kEqual, false).count(), 1U);
  const AgentGroups mixed(kMixed, false);
  ASSERT_EQ(mixed.count(), 2U);
  EXPECT_EQ(mixed.members(0), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(mixed.members(1), (std::vector<std::size_t>{1}));
  EXPECT_EQ(mixed.agent(2).group, 0U);
  EXPECT_EQ(mixed.agent(2).place, 1U);
}

TEST(AgentGroups, AGroupsRowsAreThoseOfItsMembers) {
  const AgentGroups mixed(kMixed, false);
  const Tensor actions = torch::arange(5).unsqueeze(0);  // a a b c c
  EXPECT_TRUE(mixed.actions(0, actions).equal(torch::tensor({0, 1, 3, 4}).view({2, 1, 2})));
  EXPECT_TRUE(mixed.actions(1, actions).equal(torch::tensor({2}).view({1, 1, 1})));
  const Tensor observations = torch::arange(11).unsqueeze(0);
  EXPECT_TRUE(mixed.observations(0, observations)[1].equal(torch::tensor({{7, 8, 9, 10}})));
  EXPECT_TRUE(mixed.observation(2, observations)[0].equal(torch::tensor({{7, 8, 9, 10}})));
  EXPECT_EQ(mixed.inputs(0), 4);
}

TEST(AgentGroups, ASharedNetworkSeesWhoActs) {
  const AgentGroups shared(kMixed, true);
  // Observations of the agents a and c, one after the other, each with its identity among the three.
  const Tensor observations = torch::arange(22, torch::kFloat32).view({2, 11});
  const Tensor expected = torch::tensor(
      {{0, 1, 2, 3, 1, 0, 0}, {11, 12, 13, 14, 1, 0, 0}, {7, 8, 9, 10, 0, 0, 1}, {18, 19, 20, 21, 0, 0, 1}},
      torch::kFloat32);
  EXPECT_TRUE(shared.observations(0, observations).equal(expected.unsqueeze(0)));
  EXPECT_TRUE(shared.observations(1, observations)[0][0].equal(torch::tensor({4.0F, 5.0F, 6.0F, 0.0F, 1.0F, 0.0F})));
  EXPECT_TRUE(shared.observation(2, observations).equal(expected.unsqueeze(0).narrow(1, 2, 2)));
  EXPECT_EQ(shared.inputs(0), 7);
}

TEST(AgentGroups, OneNetworkForEachMemberOrOneForAll) {
  const std::vector<std::uint64_t> seeds{10, 11, 12};
  EXPECT_EQ(AgentGroups(kMixed, false).seeds(0, seeds), (std::vector<std::uint64_t>{10, 12}));
  EXPECT_EQ(AgentGroups(kMixed, true).seeds(0, seeds), (std::vector<std::uint64_t>{10}));
}

class JointOf : public testing::TestWithParam<std::pair<std::vector<AgentSpec>, bool>> {};

TEST_P(JointOf, GroupsIsTheInverseOfTheirParts) {
  const auto& [agents, share] = GetParam();
  const AgentGroups groups(agents, share);
  std::int64_t size = 0;
  for (const AgentSpec& agent : agents) size += agent.action_size;
  const Tensor joint = torch::arange(3 * size, torch::kFloat32).view({3, size});
  std::vector<Tensor> once, twice;
  for (std::size_t group = 0; group < groups.count(); ++group) {
    const Tensor part = groups.actions(group, joint).contiguous();
    once.push_back(part);
    twice.push_back(torch::cat({part, 100 + part}, 2));
  }
  EXPECT_TRUE(groups.joint(once).equal(joint.unsqueeze(0)));
  EXPECT_TRUE(groups.joint(twice, 2).equal(torch::stack({joint, 100 + joint})));
}
INSTANTIATE_TEST_SUITE_P(EqualAndMixedSizes, JointOf,
                         testing::Values(std::pair(kEqual, false), std::pair(kEqual, true), std::pair(kMixed, false),
                                         std::pair(kMixed, true)));

TEST(AgentGroups, NobodyIsRefused) { EXPECT_THROW(AgentGroups({}, false), Error); }

}  // namespace
}  // namespace tutti
