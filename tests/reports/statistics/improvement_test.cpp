#include "reports/statistics/improvement.hpp"

#include <algorithm>
#include <functional>

#include "examples.hpp"

namespace tutti::reports {
namespace {

// The exact p-value: of all ways to deal out the runs of every task, the share that are as far from one half.
double exact_p_value(const Strata& x, const Strata& y) {
  const double observed = std::abs(probability_of_improvement(x, y) - 0.5);
  std::int64_t ways = 0, as_far = 0;
  Strata dealt_x(x.size()), dealt_y(y.size());
  const std::function<void(std::size_t)> deal = [&](std::size_t task) {
    if (task == x.size()) {
      ++ways;
      as_far += std::abs(probability_of_improvement(dealt_x, dealt_y) - 0.5) >= observed - 1e-9 ? 1 : 0;
      return;
    }
    std::vector<double> runs = x[task];
    runs.insert(runs.end(), y[task].begin(), y[task].end());
    std::vector<bool> of_x(runs.size(), false);
    std::fill(of_x.end() - static_cast<std::ptrdiff_t>(x[task].size()), of_x.end(), true);
    do {
      dealt_x[task].clear();
      dealt_y[task].clear();
      for (std::size_t i = 0; i < runs.size(); ++i) (of_x[i] ? dealt_x : dealt_y)[task].push_back(runs[i]);
      deal(task + 1);
    } while (std::next_permutation(of_x.begin(), of_x.end()));
  };
  deal(0);
  return static_cast<double>(as_far) / static_cast<double>(ways);
}

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

TEST(Improvement, RunsThatNeverMeetCanStillBeChance) {
  const Bootstrap shuffles{.seed = 1, .replicates = 10'000};
  const std::vector<double> low = {1, 2, 3}, high = {4, 5, 6};
  // The interval has no width. Of 20 ways to deal out six runs, two are as clear.
  EXPECT_EQ(bootstrap_improvement({high}, {low}, shuffles).interval->low, 1);
  expect_close(exact_p_value({high}, {low}), 0.1);
  expect_close(improvement_p_value({high}, {low}, shuffles), 0.1);
  expect_close(improvement_p_value({low}, {high}, shuffles), 0.1);
  // Two of 400 on two tasks; two of 70 with four runs each.
  expect_close(improvement_p_value({high, high}, {low, low}, shuffles), 0.005);
  expect_close(improvement_p_value({{5, 6, 7, 8}}, {{1, 2, 3, 4}}, shuffles), 2.0 / 70);
}

TEST(Improvement, PValueOfMoreDealsThanReplicatesIsNearThatOfAll) {
  const Strata x = {{1, 5, 6}, {2, 4, 9}, {3, 7, 8}}, y = {{2, 3, 4}, {1, 3, 5}, {1, 2, 9}};
  const double exact = improvement_p_value(x, y, {.seed = 1, .replicates = 8'000});
  EXPECT_EQ(exact, improvement_p_value(x, y, {.seed = 2, .replicates = 8'000}));
  EXPECT_NEAR(improvement_p_value(x, y, {.seed = 1, .replicates = 7'999}), exact, 0.02);
}

TEST(Improvement, NothingIsOddAboutEquals) {
  const Bootstrap shuffles{.seed = 1, .replicates = 500};
  EXPECT_EQ(improvement_p_value({{1, 1}}, {{1, 1, 1}}, shuffles), 1);
  // One task each way.
  EXPECT_EQ(improvement_p_value({{1, 2}, {3, 4}}, {{3, 4}, {1, 2}}, shuffles), 1);
}

TEST(Improvement, PValueIsThatOfAllDeals) {
  const Bootstrap shuffles{.seed = 7, .replicates = 20'000};
  const Strata four = from_rows({{1, 2}, {3, 4}, {5, 6}, {7, 8}}), two = from_rows({{2, 9}, {3, 9}});
  for (const auto& [x, y] : {std::pair(kX, kY), {kY, kX}, {four, two}, {two, four}}) {
    expect_close(improvement_p_value(x, y, shuffles), exact_p_value(x, y));
  }
}

TEST(Improvement, PValueIsTheSameOnAnyNumberOfThreads) {
  Bootstrap shuffles{.seed = 7, .replicates = 300, .threads = 1};
  const double alone = improvement_p_value(kX, kY, shuffles);
  shuffles.threads = 3;
  EXPECT_EQ(improvement_p_value(kX, kY, shuffles), alone);
}

}  // namespace
}  // namespace tutti::reports
