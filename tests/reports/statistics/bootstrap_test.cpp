#include "reports/statistics/bootstrap.hpp"

#include <algorithm>
#include <numeric>

#include "examples.hpp"
#include "reports/statistics/improvement.hpp"
#include "reports/statistics/percentile.hpp"
#include "reports/statistics/profile.hpp"
#include "tutti/random.hpp"

namespace tutti::reports {
namespace {

using Member = double AggregateValues::*;

std::vector<double> all_resamples(const Strata& strata, Member member) {
  return exhaustive(strata, [&](const Strata& sample) { return AggregateMetrics(sample).values().*member; });
}

void expect_exhaustive(const Strata& strata, Member member, double low, double high) {
  std::vector<double> values = all_resamples(strata, member);
  const Interval interval = percentile_interval(values, 0.95);
  expect_close(interval.low, low);
  expect_close(interval.high, high);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(SplitMix64, GivesTheReferenceOutputs) {
  SplitMix64 zero(0);
  for (const std::uint64_t expected :
       {0xe220a8397b1dcdafU, 0x6e789e6aa1b965f4U, 0x06c45d188009454fU, 0xf88bb8a8724c81ecU}) {
    EXPECT_EQ(zero.next(), expected);
  }
  SplitMix64 other(42);
  for (const std::uint64_t expected :
       {0xbdd732262feb6e95U, 0x28efe333b266f103U, 0x47526757130f9f52U, 0x581ce1ff0e4ae394U}) {
    EXPECT_EQ(other.next(), expected);
  }
}

TEST(SplitMix64, EachReplicateHasItsOwnGenerator) {
  const std::vector<Indices> expected = {{1, 2, 1, 0, 2, 0}, {2, 0, 1, 2, 1, 1}, {0, 2, 0, 0, 1, 0}};
  for (std::size_t b = 0; b < expected.size(); ++b) {
    SplitMix64 random = SplitMix64::of_replicate(42, b);
    Indices indices;
    draw_indices(kX, random, indices);
    EXPECT_EQ(indices, expected[b]);
  }
}

TEST(Bootstrap, OverAllResamplesOfTheSmallestMatrix) {
  ASSERT_EQ(all_resamples(kW, &AggregateValues::mean).size(), 16U);
  expect_exhaustive(kW, &AggregateValues::mean, 0.6875, 3.3125);
  expect_exhaustive(kW, &AggregateValues::median, 0.6875, 3.3125);
  expect_exhaustive(kW, &AggregateValues::iqm, 0.5, 3.5);
  expect_exhaustive(kW, &AggregateValues::gap, 0, 0.5);
  expect_close(mean(all_resamples(kW, &AggregateValues::mean)), 2);
  expect_close(mean(all_resamples(kW, &AggregateValues::median)), 2);
  expect_close(mean(all_resamples(kW, &AggregateValues::iqm)), 1.75);
  expect_close(mean(all_resamples(kW, &AggregateValues::gap)), 0.25);
}

TEST(Bootstrap, PointValuesOfTheSmallestMatrices) {
  const AggregateValues w = AggregateMetrics(kW).values();
  expect_close(w.mean, 2);
  expect_close(w.median, 2);
  expect_close(w.iqm, 1.5);
  expect_close(w.gap, 0.25);
  const Strata one = {{1, 2, 6}};
  expect_close(AggregateMetrics(one).values().mean, 3);
  expect_close(mean(all_resamples(one, &AggregateValues::mean)), 3);
}

TEST(Bootstrap, ListsEveryResampleOfTheSmallestMatrix) {
  std::vector<double> means = all_resamples(kW, &AggregateValues::mean);
  std::ranges::sort(means);
  expect_close(means, {0.5, 1, 1, 1.5, 1.5, 1.5, 2, 2, 2, 2, 2.5, 2.5, 2.5, 3, 3, 3.5});
  std::vector<double> iqms = all_resamples(kW, &AggregateValues::iqm);
  std::ranges::sort(iqms);
  expect_close(iqms, {0.5, 0.5, 0.5, 1, 1, 1.5, 1.5, 1.5, 1.5, 1.5, 2, 2, 2.5, 3.5, 3.5, 3.5});
}

TEST(Bootstrap, OverAllResamplesOfThreeRunsOnTwoTasks) {
  ASSERT_EQ(all_resamples(kX, &AggregateValues::mean).size(), 729U);
  expect_exhaustive(kX, &AggregateValues::mean, 0.36666666666666664, 0.8333333333333333);
  expect_exhaustive(kX, &AggregateValues::iqm, 0.35, 0.875);
  expect_exhaustive(kX, &AggregateValues::gap, 0.23333333333333334, 0.6333333333333333);
  expect_close(mean(all_resamples(kX, &AggregateValues::mean)), 0.6);
  expect_close(mean(all_resamples(kX, &AggregateValues::iqm)), 0.5901234567901236);
  expect_close(mean(all_resamples(kX, &AggregateValues::gap)), 0.43333333333333335);
  expect_exhaustive(kY, &AggregateValues::mean, 0.3333333333333333, 0.6333333333333333);
  expect_exhaustive(kY, &AggregateValues::iqm, 0.325, 0.675);
  expect_exhaustive(kY, &AggregateValues::gap, 0.36666666666666664, 0.6666666666666667);
}

TEST(Bootstrap, ProfilesOverAllResamples) {
  for (const auto& [threshold, low, high] : {std::tuple{0.5, 1 / 6.0, 5 / 6.0}, std::tuple{0.3, 0.5, 1.0}}) {
    std::vector<double> values =
        exhaustive(kX, [&](const Strata& sample) { return run_profile(sample, {threshold})[0]; });
    const Interval interval = percentile_interval(values, 0.95);
    expect_close(interval.low, low);
    expect_close(interval.high, high);
  }
}

TEST(Bootstrap, ImprovementOverAllResamplesOfBothAlgorithms) {
  const Strata both = {kX[0], kY[0]};
  std::vector<double> values =
      exhaustive(both, [](const Strata& sample) { return improvement_on_task(sample[0], sample[1]); });
  expect_close(mean(values), 0.5);
  const Interval interval = percentile_interval(values, 0.95);
  expect_close(interval.low, 0);
  expect_close(interval.high, 1);
}

TEST(Bootstrap, SeededReplicatesAreTheReferenceOnes) {
  const auto replicates = aggregate_replicates(kX, {.seed = 42, .replicates = 3});
  const std::vector<double> means = {0.6, 0.6333333333333333, 0.45};
  const std::vector<double> iqms = {0.525, 0.625, 0.45};
  const std::vector<double> gaps = {0.43333333333333335, 0.4, 0.55};
  for (std::size_t b = 0; b < 3; ++b) {
    expect_close(replicates[b].mean, means[b]);
    expect_close(replicates[b].iqm, iqms[b]);
    expect_close(replicates[b].gap, gaps[b]);
  }
}

TEST(Bootstrap, SeededIntervalsAreTheReferenceOnes) {
  for (const std::int64_t replicates : {1000, 2000}) {
    const AggregateEstimates estimates = bootstrap_aggregates(kX, {.seed = 42, .replicates = replicates});
    expect_close(estimates.mean.interval->low, 0.36666666666666664);
    expect_close(estimates.mean.interval->high, 0.8333333333333334);
    expect_close(estimates.iqm.interval->low, 0.35);
    expect_close(estimates.iqm.interval->high, 0.875);
    expect_close(estimates.gap.interval->low, replicates == 1000 ? 0.23333333333333334 : 0.21666666666666667);
    expect_close(estimates.gap.interval->high, 0.6333333333333333);
  }
}

TEST(Bootstrap, GivesTheSameBitsAtAnyNumberOfThreads) {
  const auto one = bootstrap_aggregates(kZ, {.seed = 7, .replicates = 5000, .threads = 1});
  for (const unsigned threads : {2U, 3U, 8U}) {
    const auto many = bootstrap_aggregates(kZ, {.seed = 7, .replicates = 5000, .threads = threads});
    EXPECT_EQ(one.iqm.interval->low, many.iqm.interval->low);
    EXPECT_EQ(one.median.interval->high, many.median.interval->high);
    EXPECT_EQ(one.gap.interval->high, many.gap.interval->high);
  }
}

TEST(Bootstrap, GivesNoIntervalForASingleRun) {
  const AggregateEstimates estimates = bootstrap_aggregates({{0.5}, {0.7}}, {.replicates = 10});
  expect_close(estimates.iqm.value, 0.6);
  EXPECT_FALSE(estimates.iqm.interval);
}

// What a report says of few runs, in definitions.cpp: 92 % at five runs, 87 % at three.
TEST(Bootstrap, IntervalsOfFewRunsAreAsNarrowAsReportsSay) {
  constexpr int kTrials = 1000;
  const auto coverage = [](std::size_t num_runs) {
    RandomStream random(7);
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      Strata scores(10, std::vector<double>(num_runs));
      for (auto& runs : scores) std::ranges::generate(runs, [&] { return random.normal(); });
      const Interval interval =
          *bootstrap_aggregates(scores, {.seed = 1, .replicates = 500, .threads = 1}).iqm.interval;
      covered += interval.low <= 0 && 0 <= interval.high ? 1 : 0;
    }
    return 100.0 * covered / kTrials;
  };
  EXPECT_NEAR(coverage(5), 92, 2.5);
  EXPECT_NEAR(coverage(3), 87, 2.5);
}

TEST(Bootstrap, ResamplingTasksWidensTheInterval) {
  const Strata apart = {{0.0, 0.1, 0.2}, {0.5, 0.6, 0.7}, {0.9, 1.0, 1.1}};
  const auto runs = bootstrap_aggregates(apart, {.seed = 1, .replicates = 4000});
  const auto tasks = bootstrap_aggregates(apart, {.seed = 1, .replicates = 4000, .tasks = true});
  EXPECT_EQ(runs.mean.value, tasks.mean.value);
  EXPECT_GT(tasks.mean.interval->high - tasks.mean.interval->low,
            2 * (runs.mean.interval->high - runs.mean.interval->low));
}

TEST(Bootstrap, ResamplingTasksReachesEveryStatistic) {
  const Strata apart = {{0.0, 0.1, 0.2}, {0.9, 1.0, 1.1}};
  const Strata other = {{0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};
  const Bootstrap runs{.seed = 1, .replicates = 500};
  const Bootstrap tasks{.seed = 1, .replicates = 500, .tasks = true};
  // One task is always won and one always lost: only drawing tasks changes the outcome.
  EXPECT_EQ(bootstrap_improvement(apart, other, runs).interval->low, 0.5);
  EXPECT_EQ(bootstrap_improvement(apart, other, tasks).interval->low, 0);
  EXPECT_EQ(bootstrap_improvement(apart, other, tasks).interval->high, 1);
  EXPECT_EQ(bootstrap_profile(apart, {0.5}, false, runs).high[0], 0.5);
  EXPECT_EQ(bootstrap_profile(apart, {0.5}, false, tasks).high[0], 1);
  EXPECT_GT(bootstrap_iqm_curve({apart}, tasks)[0].interval->high,
            bootstrap_iqm_curve({apart}, runs)[0].interval->high);
}

TEST(Bootstrap, CurvesKeepEachRunWholeInAReplicate) {
  // Both evaluations hold the same values, so one set of run indices gives both the same interval.
  const auto curve = bootstrap_iqm_curve({kX, kX}, {.seed = 42, .replicates = 1000});
  ASSERT_EQ(curve.size(), 2U);
  expect_close(curve[0].value, 0.575);
  expect_close(curve[0].interval->low, 0.35);
  EXPECT_EQ(curve[0].interval->low, curve[1].interval->low);
  EXPECT_EQ(curve[0].interval->high, curve[1].interval->high);
}

TEST(Bootstrap, OfTheMeanCurveAgreesWithTheBootstrapOfTheMean) {
  const std::vector<double> runs = {1, 2, 6};
  const Bootstrap bootstrap{.seed = 3, .replicates = 500};
  const auto curve = bootstrap_mean_curve({{1, 10}, {2, 20}, {6, 60}}, bootstrap);
  const Interval interval = bootstrap_mean(runs, bootstrap);
  EXPECT_EQ(curve[0].low, interval.low);
  EXPECT_EQ(curve[0].high, interval.high);
  expect_close(curve[1].high, 10 * interval.high);
}

TEST(Bootstrap, OfADifferenceIsCentredOnIt) {
  const Interval interval = bootstrap_difference({1, 2, 3, 4}, {11, 12, 13, 14}, {.seed = 5, .replicates = 2000});
  EXPECT_LT(interval.low, 10);
  EXPECT_GT(interval.low, 8);
  EXPECT_GT(interval.high, 10);
  EXPECT_LT(interval.high, 12);
}

}  // namespace
}  // namespace tutti::reports
