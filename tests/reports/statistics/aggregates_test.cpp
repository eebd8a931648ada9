#include "reports/statistics/aggregates.hpp"

#include "examples.hpp"

namespace tutti::reports {
namespace {

void expect_aggregates(const Strata& strata, double mean, double median, double iqm, double gap) {
  const AggregateValues values = AggregateMetrics(strata).values();
  expect_close(values.mean, mean);
  expect_close(values.median, median);
  expect_close(values.iqm, iqm);
  expect_close(values.gap, gap);
}

double gap(const Strata& strata, double gamma) { return AggregateMetrics(strata, false, gamma).values().gap; }

TEST(InterquartileMean, DropsAQuarterOfTheValuesFromEachEnd) {
  expect_close(interquartile_mean({1}), 1);
  expect_close(interquartile_mean({1, 3}), 2);
  expect_close(interquartile_mean({1, 2, 9}), 4);
  expect_close(interquartile_mean({0, 1, 2, 10}), 1.5);
  expect_close(interquartile_mean({0, 1, 2, 3, 100}), 2);
  expect_close(interquartile_mean({0, 1, 2, 3, 4, 50}), 2.5);
  expect_close(interquartile_mean({0, 1, 2, 3, 4, 5, 60}), 3);
  expect_close(interquartile_mean({-8, 0, 1, 2, 3, 4, 5, 100}), 2.5);
  expect_close(interquartile_mean({5, 3, 8, 1, 9, 2, 7, 4, 6, 100, -50, 0}), 4.5);
}

TEST(AggregateMetrics, OfScoresThatAreEqualInDecimalsAreEqual) {
  const AggregateValues even = AggregateMetrics({{0.7, 0.7, 0.7}}).values();
  const AggregateValues uneven = AggregateMetrics({{0.1, 1, 1}}).values();
  EXPECT_EQ(even.iqm, uneven.iqm);
  EXPECT_EQ(even.mean, uneven.mean);
  EXPECT_EQ(even.gap, uneven.gap);
}

TEST(AggregateMetrics, AgreeWithIndependentlyComputedValues) {
  expect_aggregates(kX, 0.6, 0.6, 0.575, 0.43333333333333335);
  expect_aggregates(kY, 0.48333333333333334, 0.48333333333333334, 0.45, 0.5166666666666667);
  expect_aggregates(kZ, 0.64375, 0.7, 0.5375, 0.44375);
}

TEST(AggregateMetrics, MeasureTheGapToAnyTarget) {
  expect_close(gap(kX, 0.5), 0.1);
  expect_close(gap(kX, 2), 1.4);
  expect_close(gap(kY, 0.5), 0.1);
  expect_close(gap(kY, 2), 1.5166666666666667);
  expect_close(gap(kZ, 0.5), 0.09375);
  expect_close(gap(kZ, 2), 1.35625);
}

TEST(AggregateMetrics, AgreeWithRliablesOwnTests) {
  const AggregateValues ones = AggregateMetrics(from_rows({{1, 2}, {2, 2}, {1, 1}, {2, 1}})).values();
  EXPECT_EQ(ones.mean, 1.5);
  EXPECT_EQ(ones.median, 1.5);
  EXPECT_EQ(ones.iqm, 1.5);
  const AggregateValues twos = AggregateMetrics(from_rows({{1, 1}, {2, 2}, {3, 3}})).values();
  EXPECT_EQ(twos.mean, 2);
  EXPECT_EQ(twos.median, 2);
  EXPECT_EQ(twos.iqm, 2);
}

TEST(AggregateMetrics, OfAResampleAreThoseOfTheResampledMatrix) {
  const AggregateMetrics metrics(kX);
  AggregateMetrics::Scratch scratch;
  for_each_resample(kX, [&](const Indices& indices) {
    const AggregateValues fast = metrics.resampled(indices, scratch);
    const AggregateValues plain = AggregateMetrics(resample(kX, indices)).values();
    expect_close(fast.mean, plain.mean);
    expect_close(fast.median, plain.median);
    expect_close(fast.iqm, plain.iqm);
    expect_close(fast.gap, plain.gap);
    expect_close(metrics.resampled_iqm(indices, scratch), plain.iqm);
  });
}

TEST(AggregateMetrics, DoNotDependOnTheOrderOfRuns) {
  Strata reversed = kZ;
  for (auto& runs : reversed) std::ranges::reverse(runs);
  const AggregateValues a = AggregateMetrics(kZ).values();
  const AggregateValues b = AggregateMetrics(reversed).values();
  EXPECT_EQ(a.mean, b.mean);
  EXPECT_EQ(a.iqm, b.iqm);
  EXPECT_EQ(a.gap, b.gap);
}

TEST(AggregateMetrics, WeighEveryTaskTheSameWhenRunsAreRagged) {
  // Ascending, with weights: 0 (1/4), 1 1 1 1 (1/8 each), 10 (1/4); the middle half holds the ones.
  const Strata ragged = {{0, 10}, {1, 1, 1, 1}};
  const AggregateValues values = AggregateMetrics(ragged, true).values();
  expect_close(values.iqm, 1);
  expect_close(values.mean, 3);
  expect_close(values.median, 3);
  expect_close(values.gap, 1 - (0.5 * (0 + 1) / 2 + 0.5 * 1));
}

TEST(AggregateMetrics, CutWeightInTheMiddleOfARun) {
  // Weights 1/6 each on task 0 and 1/4 each on task 1; ascending 1 (1/6), 2 (1/4), 3 (1/6), 4 (1/4), 5 (1/6).
  const Strata ragged = {{1, 3, 5}, {2, 4}};
  // Inside [0.25, 0.75]: 2 from 0.25 to 5/12, 3 from 5/12 to 7/12, 4 from 7/12 to 0.75.
  expect_close(AggregateMetrics(ragged, true).values().iqm, 3);
  const Strata skewed = {{1, 3, 8}, {2, 7}};
  expect_close(AggregateMetrics(skewed, true).values().iqm, (2 + 3 + 7) / 3.0);
}

}  // namespace
}  // namespace tutti::reports
