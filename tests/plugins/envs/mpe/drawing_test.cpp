#include "drawing.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "cooperative_navigation.hpp"
#include "digest/digest.hpp"
#include "environment.hpp"
#include "physical_deception.hpp"

namespace tutti::mpe {
namespace {

using Rgb = std::array<int, 3>;
constexpr FrameSize kSize{260, 260};  // 100 pixels per unit: the least reach is 1.3

Rgb at(const Frame& frame, Vector point) {
  const auto x = static_cast<std::int64_t>(130 + 100 * point.x);
  const auto y = static_cast<std::int64_t>(130 - 100 * point.y);
  const std::size_t place = static_cast<std::size_t>(3 * (y * frame.size.width + x));
  return {frame.pixels[place], frame.pixels[place + 1], frame.pixels[place + 2]};
}

// Two agents far from their landmarks.
CooperativeNavigation scene() {
  CooperativeNavigation scenario(2, 0.5, Dynamics::kCurrent);
  scenario.world().agents()[0].position = {-0.5, 0.5};
  scenario.world().agents()[1].position = {0.5, 0.5};
  scenario.world().landmarks()[0] = {-0.5, -0.5};
  scenario.world().landmarks()[1] = {0.5, -0.5};
  return scenario;
}

TEST(Drawing, AgentsAndLandmarksAreWhereTheyAre) {
  Drawing drawing;
  const Frame frame = drawing.draw(scene(), kSize);
  EXPECT_EQ(at(frame, {-0.5, 0.5}), (Rgb{0, 114, 178}));
  EXPECT_EQ(at(frame, {0.5, 0.5}), (Rgb{230, 159, 0}));
  EXPECT_EQ(at(frame, {-0.5, -0.5}), (Rgb{110, 110, 110}));
  EXPECT_EQ(at(frame, {0, 0}), (Rgb{255, 255, 255}));
}

// The digest was computed by a program of its own, written in Python from the description of the shapes.
TEST(Drawing, AScriptedPolicyGivesTheSameBytesOnEveryMachine) {
  CooperativeNavigation scenario = scene();
  const std::array<Action, 2> actions = {action_towards(-0.5, -0.5), action_towards(0.5, -1)};
  Drawing drawing;
  std::string film;
  for (int step = 0; step <= 10; ++step) {
    if (step > 0) {
      scenario.step(actions);
      drawing.follow(scenario.world());
    }
    const Frame frame = drawing.draw(scenario, {64, 48});
    film.append(frame.pixels.begin(), frame.pixels.end());
  }
  EXPECT_EQ(sha256(film), "5c2e193bbf9062e93d3c022ed29ffa793aa5d9b57694b91c996242f31f3f2914");
}

TEST(Drawing, AScriptedPolicyGivesTheSameBytesTwice) {
  const auto film = [] {
    const auto environment = make_environment(Config{});
    environment->reset(7);
    std::vector<Frame> frames;
    const std::vector<float> actions = {1, 0, -1, 0.5F, 0, -1};
    for (int step = 0; step < 25; ++step) {
      environment->step(actions);
      frames.push_back(environment->render({160, 120}));
    }
    return frames;
  };
  const auto first = film();
  const auto second = film();
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_EQ(first[i].pixels, second[i].pixels) << "frame " << i;
  EXPECT_NE(first.front().pixels, first.back().pixels);
}

TEST(Drawing, ATrailShowsWhereAnAgentWasAndEndsWithTheEpisode) {
  CooperativeNavigation scenario = scene();
  Drawing drawing;
  drawing.draw(scenario, kSize);
  scenario.world().agents()[0].position = {-0.5, 0};
  drawing.follow(scenario.world());
  EXPECT_EQ(at(drawing.draw(scenario, kSize), {-0.5, 0.4}), (Rgb{170, 208, 229}));
  drawing.begin();
  EXPECT_EQ(at(drawing.draw(scenario, kSize), {-0.5, 0.4}), (Rgb{255, 255, 255}));
}

TEST(Drawing, TheGoalAndTheAdversaryLookDifferent) {
  PhysicalDeception scenario(2, Adversary::kStill, Dynamics::kCurrent);
  scenario.world().agents()[0].position = {0, 0.8};
  scenario.world().agents()[1].position = {-0.8, 0};
  scenario.world().agents()[2].position = {0.8, 0};
  scenario.world().landmarks()[0] = {-0.5, -0.5};
  scenario.world().landmarks()[1] = {0.5, -0.5};
  scenario.set_goal(1);
  Drawing drawing;
  const Frame frame = drawing.draw(scenario, kSize);
  EXPECT_EQ(at(frame, {0, 0.8}), (Rgb{40, 40, 40}));
  EXPECT_EQ(at(frame, {-0.5, -0.5}), (Rgb{110, 110, 110}));
  EXPECT_EQ(at(frame, {0.5, -0.5}), (Rgb{0, 158, 115}));
}

TEST(Drawing, ChangesNothingThatAStepDependsOn) {
  const auto drawn = make_environment(Config{});
  const auto plain = make_environment(Config{});
  drawn->reset(3);
  plain->reset(3);
  const std::vector<float> actions = {1, 0, -1, 0.5F, 0, -1};
  for (int step = 0; step < 25; ++step) {
    drawn->render({64, 64});
    EXPECT_EQ(drawn->step(actions).reward, plain->step(actions).reward);
  }
}

}  // namespace
}  // namespace tutti::mpe
