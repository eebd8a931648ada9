#include "world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tutti::mpe {
namespace {

// From rest with full force along x: an action shows in the position two steps later.
TEST(World, PositionsAdvanceWithTheVelocityBeforeTheStep) {
  World world(1, 0, true, Dynamics::kCurrent);
  const Action right = action_towards(1, 0);
  for (const double expected : {0.0, 0.05, 0.1375, 0.253125, 0.38984375}) {
    world.step(std::span(&right, 1));
    EXPECT_DOUBLE_EQ(world.agents()[0].position.x, expected);
  }
}

TEST(World, LegacyPositionsAdvanceWithTheNewVelocityTheOtherWay) {
  World world(1, 0, true, Dynamics::kLegacy);
  const Action right = action_towards(1, 0);
  world.step(std::span(&right, 1));
  EXPECT_DOUBLE_EQ(world.agents()[0].velocity.x, -0.5);
  EXPECT_DOUBLE_EQ(world.agents()[0].position.x, -0.05);
}

TEST(World, FullForceHoldsAnOverlapOfFiveHundredths) {
  World world(2, 0, true, Dynamics::kCurrent);
  world.agents()[0].position = {-0.125, 0};
  world.agents()[1].position = {0.125, 0};
  const Action towards_each_other[] = {action_towards(1, 0), action_towards(-1, 0)};
  world.step(towards_each_other);
  EXPECT_NEAR(world.agents()[0].velocity.x, 0, 1e-12);
  EXPECT_NEAR(world.agents()[1].velocity.x, 0, 1e-12);
  // Without the force the same overlap pushes them apart.
  const Action still[2] = {};
  world.step(still);
  EXPECT_NEAR(world.agents()[0].velocity.x, -0.5, 1e-12);
  EXPECT_NEAR(world.agents()[1].velocity.x, 0.5, 1e-12);
}

TEST(World, CoincidentAgentsExertNoForce) {
  World world(2, 0, true, Dynamics::kCurrent);
  const Action still[2] = {};
  world.step(still);
  EXPECT_EQ(world.agents()[0].velocity.x, 0);
  EXPECT_TRUE(std::isfinite(world.agents()[1].velocity.y));
}

TEST(World, ActionsAreClippedComponentByComponent) {
  World clipped(1, 0, true, Dynamics::kCurrent);
  World limit(1, 0, true, Dynamics::kCurrent);
  const Action beyond{7, -3, 2.5, 4, -1};
  const Action at_limit{1, 0, 1, 1, 0};
  clipped.step(std::span(&beyond, 1));
  limit.step(std::span(&at_limit, 1));
  EXPECT_DOUBLE_EQ(limit.agents()[0].velocity.x, 0.5);
  EXPECT_DOUBLE_EQ(limit.agents()[0].velocity.y, -0.5);
  EXPECT_EQ(clipped.agents()[0].velocity.x, limit.agents()[0].velocity.x);
  EXPECT_EQ(clipped.agents()[0].velocity.y, limit.agents()[0].velocity.y);
}

}  // namespace
}  // namespace tutti::mpe
