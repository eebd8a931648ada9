#include "plugins/algorithms/omad/reward_scale.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tutti::omad {
namespace {

constexpr std::uint8_t kGoesOn = 0, kTerminated = 1, kTruncated = 2;

/// One step of every copy: rewards and how each episode goes on.
void step(RewardScale& scale, const std::vector<float>& rewards, const std::vector<std::uint8_t>& ends) {
  std::vector<std::uint8_t> terminated, truncated;
  for (const std::uint8_t end : ends) {
    terminated.push_back(end == kTerminated ? 1 : 0);
    truncated.push_back(end == kTruncated ? 1 : 0);
  }
  scale.observe({{}, {}, {}, rewards, {}, {}, terminated, truncated});
}

/// One episode of a single copy.
RewardScale after(const RewardScaleOptions& options, const std::vector<float>& rewards, std::uint8_t end) {
  RewardScale scale(options, 1);
  for (std::size_t k = 0; k < rewards.size(); ++k) step(scale, {rewards[k]}, {k + 1 < rewards.size() ? kGoesOn : end});
  return scale;
}

RewardScaleOptions variance() { return {RewardNormalization::kVariance, 0.5, 5, 0}; }
RewardScaleOptions range(double target_cost = 0) { return {RewardNormalization::kReturnRange, 0.5, 5, target_cost}; }

TEST(RewardScale, IsOneWithoutARuleAndBeforeThereIsAReward) {
  EXPECT_EQ(after({}, {100, -3}, kTerminated).scale(1), 1);
  for (const RewardScaleOptions& options : {variance(), range()}) {
    EXPECT_EQ(RewardScale(options, 3).scale(1), 1);
    EXPECT_EQ(after(options, {0, 0, 0}, kTruncated).scale(1), 1);
  }
}

// G = 1, 1.5, 1.75, 1.875: its deviation is 0.335, its largest value over the limit 0.375.
TEST(RewardScale, OfAConstantRewardIsTheLargestReturnOverItsLimit) {
  EXPECT_NEAR(after(variance(), {1, 1, 1, 1}, kGoesOn).scale(1), 0.375, 1e-12);
}

// G = 1, 2.5, 4.25: variance 1.763889.
TEST(RewardScale, OfAGrowingRewardIsTheDeviationOfItsReturns) {
  EXPECT_NEAR(after(variance(), {1, 2, 3}, kGoesOn).scale(1), std::sqrt(1.7638888889 + 1e-8), 1e-9);
}

// G = 1, -0.5, 0.75, -0.625: variance 0.5263671875.
TEST(RewardScale, OfARewardThatChangesItsSignIsTheDeviationOfItsReturns) {
  EXPECT_NEAR(after(variance(), {1, -1, 1, -1}, kGoesOn).scale(1), std::sqrt(0.5263671875 + 1e-8), 1e-12);
  EXPECT_NEAR(after(variance(), {-1, 1, -1, 1}, kGoesOn).scale(1), std::sqrt(0.5263671875 + 1e-8), 1e-12);
}

// Both copies earn 1 a step. The first one's episodes have one step: G = 1, 1; the second one's goes on: G = 1, 1.5.
TEST(RewardScale, EveryCopyHasItsOwnReturnWhichStartsAnewWithTheEpisode) {
  for (const std::uint8_t end : {kTerminated, kTruncated}) {
    RewardScale scale({RewardNormalization::kVariance, 0.5, 100, 0}, 2);
    step(scale, {1, 1}, {end, kGoesOn});
    step(scale, {1, 1}, {end, kGoesOn});
    EXPECT_NEAR(scale.scale(1), std::sqrt(0.046875 + 1e-8), 1e-12);  // of 1, 1, 1, 1.5
  }
}

TEST(RewardScale, DoesNotDependOnTheTemperatureWithTheVarianceRule) {
  const RewardScale scale = after(variance(), {1, 2, 3}, kGoesOn);
  EXPECT_EQ(scale.scale(0), scale.scale(10));
}

// To go: 1, 1.5, 1.75, 1.875 where the task ended; the mean for ever, 2, where only the episode did.
TEST(RewardScale, ReturnRangeOfAConstantReward) {
  EXPECT_NEAR(after(range(), {1, 1, 1, 1}, kTerminated).scale(0), 1.875 / 5, 1e-12);
  EXPECT_NEAR(after(range(), {1, 1, 1, 1}, kTruncated).scale(0), 2.0 / 5, 1e-12);
}

// To go: 3, 3.5, 2.75; with 4 behind the end 5, 4.5, 3.25.
TEST(RewardScale, ReturnRangeOfAGrowingReward) {
  EXPECT_NEAR(after(range(), {1, 2, 3}, kTerminated).scale(0), 3.5 / 5, 1e-12);
  EXPECT_NEAR(after(range(), {1, 2, 3}, kTruncated).scale(0), 5.0 / 5, 1e-12);
}

// To go: -3, -2.5, -0.25.
TEST(RewardScale, ReturnRangeOfARewardThatChangesItsSign) {
  EXPECT_NEAR(after(range(), {1, -1, -3}, kTerminated).scale(0), 3.0 / 5, 1e-12);
}

TEST(RewardScale, ReturnRangeLeavesRoomForTheEntropyTerm) {
  const RewardScale scale = after(range(/*target_cost=*/3), {1, 1}, kTruncated);
  EXPECT_NEAR(scale.scale(0.1), (2 + 0.1 * 3 / 0.5) / 5, 1e-12);
}

TEST(RewardScale, ReturnRangeKeepsTheLargestReturnOfAllEpisodesOfAllCopies) {
  RewardScale scale(range(), 2);
  step(scale, {-4, 1}, {kTerminated, kGoesOn});
  step(scale, {1, 1}, {kTerminated, kTruncated});
  EXPECT_NEAR(scale.scale(0), 4.0 / 5, 1e-12);
}

// The second copy's reward of 9 is part of no finished episode yet.
TEST(RewardScale, ReturnRangeTakesOpenEpisodesAsTruncatedUntilOneHasEnded) {
  RewardScale scale(range(), 2);
  step(scale, {1, 9}, {kGoesOn, kGoesOn});
  EXPECT_NEAR(scale.scale(0), 18.0 / 5, 1e-12);
  step(scale, {1, 9}, {kTruncated, kGoesOn});
  EXPECT_NEAR(scale.scale(0), 2.0 / 5, 1e-12);
  step(scale, {1, 9}, {kGoesOn, kTruncated});
  EXPECT_NEAR(scale.scale(0), 18.0 / 5, 1e-12);
}

TEST(RewardScale, GoesOnFromASnapshotInsideAnEpisode) {
  for (const RewardScaleOptions& options : {RewardScaleOptions{}, variance(), range(3)}) {
    RewardScale scale(options, 2), other(options, 2);
    step(scale, {1, -2}, {kGoesOn, kTerminated});
    step(scale, {3, -1}, {kGoesOn, kGoesOn});
    SnapshotWriter writer;
    scale.save(writer, "scale");
    SnapshotReader reader(writer.bytes());
    other.load(reader, "scale");
    reader.finish();
    EXPECT_EQ(other.scale(1), scale.scale(1));
    for (RewardScale* both : {&scale, &other}) step(*both, {5, -4}, {kTruncated, kTruncated});
    EXPECT_EQ(other.scale(1), scale.scale(1));
  }
}

}  // namespace
}  // namespace tutti::omad
