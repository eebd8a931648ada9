#include "reports/statistics/percentile.hpp"

#include <numeric>

#include "examples.hpp"

namespace tutti::reports {
namespace {

TEST(Percentile, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> four = {1, 2, 3, 4};
  expect_close(percentile(four, 0.25), 1.75);
  expect_close(percentile(four, 0.025), 1.075);
  expect_close(percentile(four, 0.975), 3.925);
  const std::vector<double> tens = {10, 20, 30, 40, 50};
  expect_close(percentile(tens, 0.025), 11);
  expect_close(percentile(tens, 0.975), 49);
  std::vector<double> hundred(100);
  std::iota(hundred.begin(), hundred.end(), 1);
  expect_close(percentile(hundred, 0.025), 3.475);
  expect_close(percentile(hundred, 0.975), 97.525);
}

TEST(Percentile, ReachesBothEnds) {
  const std::vector<double> values = {3, 7};
  EXPECT_EQ(percentile(values, 0), 3);
  EXPECT_EQ(percentile(values, 1), 7);
  EXPECT_EQ(percentile(std::vector<double>{5}, 0.975), 5);
}

TEST(Percentile, KeepsInfiniteReplicatesInfinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {-infinity, -infinity, 1, 2};
  EXPECT_EQ(percentile(values, 0.1), -infinity);
  EXPECT_EQ(percentile(values, 0.4), -infinity);
  expect_close(percentile(values, 0.9), 1.7);
}

TEST(Percentile, EnclosesTheMeanOfOneTask) {
  std::vector<double> replicates =
      exhaustive({{1, 2, 6}}, [](const Strata& sample) { return (sample[0][0] + sample[0][1] + sample[0][2]) / 3; });
  ASSERT_EQ(replicates.size(), 27U);
  const Interval interval = percentile_interval(replicates, 0.95);
  expect_close(interval.low, 1.2166666666666666);
  expect_close(interval.high, 5.133333333333333);
}

}  // namespace
}  // namespace tutti::reports
