#include "observations.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tutti::mamujoco {
namespace {

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

TEST(Observations, StandardisedValuesHaveMeanZeroAndDeviationOne) {
  std::vector<double> values{1, 2, 3, 6};  // mean 3, variance 3.5
  standardise(values);
  EXPECT_DOUBLE_EQ(values[0], -2 / std::sqrt(3.5));
  EXPECT_DOUBLE_EQ(values[3], 3 / std::sqrt(3.5));
}

TEST(Observations, EqualValuesStandardiseToZero) {
  std::vector<double> values{2, 2, 2};
  standardise(values);
  EXPECT_EQ(values, (std::vector<double>{0, 0, 0}));
}

TEST(Observations, TheIdentityIsStandardisedWithTheState) {
  const std::vector<double> state{1, 2};
  std::vector<double> expected{1, 2, 0, 1};
  standardise(expected);
  std::vector<double> observation(4);
  write_full_observation(state, 1, 2, observation);
  EXPECT_EQ(observation, expected);
}

// Of a half cheetah in which every number says what it is: qpos[i] = i, qvel[i] = 10 + i.
std::vector<double> seen_by(const std::vector<int>& actuators, std::int64_t depth) {
  const Simulation simulation(robot("half_cheetah"), Version::kV5, kModels);
  for (std::size_t i = 0; i < 9; ++i) {
    simulation.qpos()[i] = static_cast<double>(i);
    simulation.qvel()[i] = static_cast<double>(10 + i);
  }
  const LocalObservation local(simulation.robot(), actuators, depth);
  std::vector<double> observation(local.size());
  local.write(simulation, observation);
  return observation;
}

TEST(Observations, OwnJointsThenNeighboursThenWhatEverybodySees) {
  // bthigh: its angle and velocity; next to it bshin and fthigh; height, pitch and three velocities of the torso.
  EXPECT_EQ(seen_by({0}, 1), (std::vector<double>{3, 13, 4, 6, 1, 2, 10, 11, 12}));
}

TEST(Observations, DepthDecidesHowFarAnAgentSees) {
  EXPECT_EQ(seen_by({0}, 0), (std::vector<double>{3, 13, 1, 2, 10, 11, 12}));
  EXPECT_EQ(seen_by({0}, 2), (std::vector<double>{3, 13, 4, 6, 5, 7, 1, 2, 10, 11, 12}));
  EXPECT_EQ(seen_by({0}, 10), seen_by({0}, 3));
}

TEST(Observations, JointsAreOrderedByNameNotByAction) { EXPECT_EQ(seen_by({0, 1, 2}, 0), seen_by({2, 0, 1}, 0)); }

TEST(Observations, ContactForcesOfAnAntsBodyAreListedOnce) {
  const Factorization agents = named_factorization(robot("ant"), "2x4", Mapping::kGymnasiumRobotics);
  EXPECT_EQ(LocalObservation(robot("ant"), agents[0], 1).size(), 63U);
  EXPECT_EQ(LocalObservation(robot("ant"), {2, 3}, 1).size(), 42U);
}

}  // namespace
}  // namespace tutti::mamujoco
