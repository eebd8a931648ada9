#include "reports/statistics/profile.hpp"

#include "examples.hpp"

namespace tutti::reports {
namespace {

const std::vector<double> kThresholds = {0, 0.1, 0.3, 0.5, 0.7, 1.0, 1.2};

TEST(Profile, CountsRunsStrictlyAboveEachThreshold) {
  expect_close(run_profile(kX, kThresholds), {1, 5 / 6.0, 4 / 6.0, 3 / 6.0, 2 / 6.0, 1 / 6.0, 0});
  expect_close(run_profile(kY, kThresholds), {1, 1, 4 / 6.0, 2 / 6.0, 1 / 6.0, 0, 0});
}

TEST(Profile, CountsTaskMeansStrictlyAboveEachThreshold) {
  expect_close(average_profile(kX, kThresholds), {1, 1, 1, 0.5, 0.5, 0, 0});
  expect_close(average_profile(kY, kThresholds), {1, 1, 1, 0.5, 0, 0, 0});
}

TEST(Profile, HasAHundredAndOneThresholdsThatReachBothEnds) {
  const std::vector<double> thresholds = even_thresholds(0, 1);
  ASSERT_EQ(thresholds.size(), 101U);
  EXPECT_EQ(thresholds.front(), 0);
  EXPECT_EQ(thresholds[50], 0.5);
  EXPECT_EQ(thresholds.back(), 1);
}

TEST(Profile, BandsAreTheReferenceOnes) {
  for (const std::int64_t replicates : {1000, 2000}) {
    const Profile profile = bootstrap_profile(kX, {0.5}, false, {.seed = 42, .replicates = replicates});
    expect_close(profile.low, {1 / 6.0});
    expect_close(profile.high, {5 / 6.0});
  }
}

TEST(Profile, ReplicatesAreTheReferenceOnes) {
  const std::vector<double> expected = {1 / 3.0, 2 / 3.0, 1 / 3.0};
  for (std::size_t b = 0; b < 3; ++b) {
    SplitMix64 random = SplitMix64::of_replicate(42, b);
    Indices indices;
    draw_indices(kX, random, indices);
    expect_close(run_profile(resample(kX, indices), {0.5})[0], expected[b]);
  }
}

TEST(Profile, AreaIsTheMeanOfClippedScoresAndMedianWhereHalfIsCrossed) {
  const Profile profile = bootstrap_profile(kX, even_thresholds(0, 1), false, {.seed = 1, .replicates = 10});
  expect_close(profile.area, (0.1 + 0.3 + 0.8 + 0.5 + 0.7 + 1.0) / 6);
  expect_close(profile.median, 0.5);
}

TEST(Profile, AreaIsUnderTheCurveThatIsDrawn) {
  const Strata scores = {{-3, 1}};  // the task's mean is -1
  const Bootstrap bootstrap{.replicates = 10};
  EXPECT_EQ(bootstrap_profile(scores, even_thresholds(0, 1), false, bootstrap).area, 0.5);
  EXPECT_EQ(bootstrap_profile(scores, even_thresholds(0, 1), true, bootstrap).area, 0);
}

TEST(Profile, WeighsTasksTheSameWhenRunsAreRagged) {
  expect_close(run_profile({{0, 10}, {1, 1, 1, 1}}, {0.5}, true), {0.75});
  expect_close(run_profile({{0, 10}, {1, 1, 1, 1}}, {0.5}, false), {5 / 6.0});
}

TEST(Profile, HasNoBandsForSingleRuns) {
  const Profile profile = bootstrap_profile({{0.5}}, {0, 1}, false, {.replicates = 10});
  EXPECT_TRUE(profile.low.empty());
  expect_close(profile.fraction, {1, 0});
}

}  // namespace
}  // namespace tutti::reports
