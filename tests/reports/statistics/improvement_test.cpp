#include "reports/statistics/improvement.hpp"

#include "examples.hpp"

namespace tutti::reports {
namespace {

TEST(Improvement, CountsPairsAndHalfOfTheTies) {
  expect_close(improvement_on_task(kX[0], kY[0]), 0.5);
  expect_close(improvement_on_task(kX[1], kY[1]), 0.7222222222222222);
  expect_close(probability_of_improvement(kX, kY), 0.6111111111111112);
  expect_close(improvement_on_task(kY[0], kX[0]), 0.5);
  expect_close(improvement_on_task(kY[1], kX[1]), 0.2777777777777778);
  expect_close(probability_of_improvement(kY, kX), 0.3888888888888889);
  EXPECT_EQ(probability_of_improvement(kX, kX), 0.5);
}

TEST(Improvement, TakesDifferentNumbersOfRuns) {
  const Strata four = from_rows({{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  const Strata three = from_rows({{2, 9}, {3, 1}, {3, 6}});
  expect_close(improvement_on_task(four[0], three[0]), 0.6666666666666666);
  expect_close(improvement_on_task(four[1], three[1]), 0.4583333333333333);
  expect_close(probability_of_improvement(four, three), 0.5625);
}

TEST(Improvement, IsOneHalfBetweenEquals) {
  EXPECT_EQ(probability_of_improvement({{1, 1, 1}, {1, 1, 1}}, {{1, 1, 1}, {1, 1, 1}}), 0.5);
  EXPECT_EQ(probability_of_improvement({{1, 1, 2}}, {{1, 2, 1}}), 0.5);
  expect_close(
      probability_of_improvement(from_rows({{1, 2}, {2, 2}, {1, 1}, {2, 1}}), from_rows({{1, 1}, {2, 2}, {3, 3}})),
      1 / 3.0);
}

TEST(Improvement, ReplicatesDrawAllOfXBeforeY) {
  expect_close(improvement_replicates(kX, kY, {.seed = 42, .replicates = 3}),
               {0.7222222222222222, 0.5833333333333333, 0.16666666666666666});
}

TEST(Improvement, IntervalIsTheReferenceOne) {
  const Estimate estimate = bootstrap_improvement(kX, kY, {.seed = 42, .replicates = 2000});
  expect_close(estimate.value, 0.6111111111111112);
  expect_close(estimate.interval->low, 0.2777777777777778);
  expect_close(estimate.interval->high, 0.9444444444444444);
}

TEST(Improvement, GivesNoIntervalForASingleRun) {
  EXPECT_FALSE(bootstrap_improvement({{1}}, {{2, 3}}, {.replicates = 10}).interval);
}

}  // namespace
}  // namespace tutti::reports
