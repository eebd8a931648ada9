#include "reports/statistics/efficiency.hpp"

#include "examples.hpp"
#include "reports/statistics/curve.hpp"
#include "reports/statistics/percentile.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
using Runs = std::vector<std::vector<double>>;

// A baseline, a proposed algorithm and a weak baseline; steps in thousands.
const std::vector<double> kSteps = {0, 100, 200, 300, 400, 500};
const Runs kBaseline = {{0, 10, 20, 30, 40, 50}, {0, 20, 30, 50, 60, 50}};
const Runs kProposed = {{0, 40, 60, 70, 80, 80}, {0, 20, 50, 60, 70, 90}};
const Runs kWeak = {{0, 4, 8, 12, 18, 22}, {0, 6, 12, 18, 22, 28}};
const TaskCurves kTask = {kSteps, {kBaseline, kProposed, kWeak}, {true, false, true}};

SpeedUps of_mean_curves(const ThresholdRule& rule, const Crossing& crossing = {}) {
  return speed_ups(kSteps, {mean_curve(kBaseline), mean_curve(kProposed), mean_curve(kWeak)}, kTask.baseline, rule,
                   crossing);
}

std::vector<double> steps_of_runs(const Runs& runs, double threshold) {
  std::vector<double> result;
  for (const auto& run : runs) result.push_back(steps_to(kSteps, run, threshold));
  return result;
}

void expect_fraction(double fraction, double baseline_steps, double steps, double ratio) {
  const SpeedUps result = of_mean_curves({.kind = ThresholdRule::Kind::kFraction, .fraction = fraction});
  expect_close(result.threshold, 50 * fraction);
  expect_close(result.baseline_steps, baseline_steps);
  expect_close(result.steps[1], steps);
  expect_close(result.algorithms[1].value, ratio);
}

TEST(Efficiency, MeasuresAgainstTheFirstPeakOfTheBestBaseline) {
  const SpeedUps result = of_mean_curves({});
  EXPECT_EQ(result.baseline, 0U);
  expect_close(result.threshold, 50);
  expect_close(result.baseline_steps, 400);
  expect_close(result.steps[1], 180);
  expect_close(result.algorithms[1].value, 2.2222222222222223);
  EXPECT_EQ(result.algorithms[0].kind, SpeedUp::Kind::kSelf);
  EXPECT_EQ(result.algorithms[0].value, 1);
}

TEST(Efficiency, OfEqualPeaksTheEarliestIsTheBestBaseline) {
  const std::vector<double> slow = {0, 1, 2, 3, 4, 10}, fast = {0, 10, 10, 10, 10, 10}, proposed = {0, 2, 10, 9, 9, 9};
  const SpeedUps first = speed_ups(kSteps, {slow, fast, proposed}, {true, true, false}, {}, {});
  const SpeedUps second = speed_ups(kSteps, {fast, slow, proposed}, {true, true, false}, {}, {});
  EXPECT_EQ(first.baseline, 1U);
  EXPECT_EQ(second.baseline, 0U);
  for (const SpeedUps& each : {first, second}) {
    expect_close(each.baseline_steps, 100);
    expect_close(each.algorithms[2].value, 0.5);
  }
}

TEST(Efficiency, TakesTheEvaluationItselfWithoutInterpolation) {
  const SpeedUps result = of_mean_curves({}, {.interpolate = false});
  expect_close(result.steps[1], 200);
  expect_close(result.algorithms[1].value, 2);
}

TEST(Efficiency, BoundsWhatWasNeverReached) {
  const SpeedUps result = of_mean_curves({});
  EXPECT_EQ(result.algorithms[2].kind, SpeedUp::Kind::kCensored);
  expect_close(result.algorithms[2].bound, 0.8);
  EXPECT_TRUE(std::isnan(result.algorithms[2].value));
}

TEST(Efficiency, TheFirstEvaluationIsTheStartWhateverItsStep) {
  const std::vector<double> steps = {1, 1000, 2000};
  const std::vector<double> rises = {0, 5, 10}, starts_high = {20, 20, 20}, falls = {8, 4, 2};
  EXPECT_EQ(speed_ups(steps, {rises, starts_high}, {true, false}, {}, {}).algorithms[1].kind, SpeedUp::Kind::kAtStart);
  const SpeedUps result = speed_ups(steps, {falls, rises}, {true, false}, {}, {});
  EXPECT_EQ(result.algorithms[1].kind, SpeedUp::Kind::kBaselineAtStart);
  EXPECT_TRUE(std::isnan(result.algorithms[1].value));
}

TEST(Efficiency, FindsTheStepsOfEachRun) {
  expect_close(steps_of_runs(kBaseline, 50), {500, 300});
  expect_close(steps_of_runs(kProposed, 50), {150, 200});
  EXPECT_EQ(steps_of_runs(kWeak, 50), (std::vector<double>{kNever, kNever}));
  expect_close(median_of(steps_of_runs(kBaseline, 50)), 400);
  expect_close(median_of(steps_of_runs(kProposed, 50)), 175);
  EXPECT_EQ(median_of(steps_of_runs(kWeak, 50)), kNever);
}

TEST(Efficiency, MeasuresBothSidesByFirstCrossingOnTheWay) {
  expect_fraction(0.5, 200, 83.33333333333333, 2.4);
  expect_fraction(0.9, 350, 160, 2.1875);
  expect_fraction(0.95, 375, 170, 2.2058823529411766);
}

TEST(Efficiency, CountsTheWayFromTheUntrainedPolicyNotFromZero) {
  const std::vector<double> baseline = {-100, -80, -60, -40, -30, -30};
  const std::vector<double> proposed = {-100, -50, -30, -25, -22, -20};
  const SpeedUps result = speed_ups(kSteps, {baseline, proposed}, {true, false},
                                    {.kind = ThresholdRule::Kind::kFraction, .fraction = 0.9}, {});
  expect_close(result.threshold, -37);
  expect_close(result.baseline_steps, 330);
  expect_close(result.steps[1], 165);
}

TEST(Efficiency, SpeedUpOverAllResamplesOfBothAlgorithms) {
  std::vector<double> ratios;
  for_each_resample({{0, 1}, {0, 1}}, [&](const Indices& index) {
    const Runs baseline = {kBaseline[index[0]], kBaseline[index[1]]};
    const Runs proposed = {kProposed[index[2]], kProposed[index[3]]};
    ratios.push_back(
        speed_ups(kSteps, {mean_curve(baseline), mean_curve(proposed)}, {true, false}, {}, {}).algorithms[1].value);
  });
  const Interval interval = percentile_interval(ratios, 0.95);
  expect_close(ratios, {4 / 3.0, 1.6, 1.6, 2, 2, 2, 20 / 9.0, 20 / 9.0, 20 / 9.0, 20 / 9.0, 2.5, 8 / 3.0, 8 / 3.0,
                        25 / 9.0, 25 / 9.0, 10 / 3.0});
  expect_close(interval.low, 1.4333333333333333);
  expect_close(interval.high, 3.125);
}

TEST(Efficiency, BootstrapsTheSpeedUp) {
  const SpeedUps result = bootstrap_speed_ups(kTask, {}, {}, {.seed = 1, .replicates = 4000});
  ASSERT_TRUE(result.algorithms[1].interval);
  // With so many replicates of 16 outcomes the limits are outcomes themselves: 2.5 % falls on the lowest of sixteen.
  expect_close(result.algorithms[1].interval->low, 4 / 3.0);
  expect_close(result.algorithms[1].interval->high, 10 / 3.0);
  EXPECT_FALSE(result.algorithms[1].low_censored);
  EXPECT_TRUE(result.algorithms[2].low_censored);
  EXPECT_TRUE(result.algorithms[2].high_censored);
  EXPECT_FALSE(result.algorithms[0].interval);
}

TEST(Efficiency, GivesTheSameIntervalAtAnyNumberOfThreads) {
  const SpeedUps one = bootstrap_speed_ups(kTask, {}, {}, {.seed = 9, .replicates = 300, .threads = 1});
  const SpeedUps four = bootstrap_speed_ups(kTask, {}, {}, {.seed = 9, .replicates = 300, .threads = 4});
  EXPECT_EQ(one.algorithms[1].interval->low, four.algorithms[1].interval->low);
  EXPECT_EQ(one.algorithms[1].interval->high, four.algorithms[1].interval->high);
}

TEST(Efficiency, CensoredRunsCountAsInfinite) {
  expect_close(median_of(std::vector<double>{150, 200, kNever}), 200);
  expect_close(restricted_mean({150, 200, kNever}, 500), 283.3333333333333);
  EXPECT_EQ(median_of(std::vector<double>{150, kNever, kNever}), kNever);
  expect_close(restricted_mean({150, kNever, kNever}, 500), 383.3333333333333);
  expect_close(median_of(std::vector<double>{150, 200, 300, kNever}), 250);
  EXPECT_EQ(median_of(std::vector<double>{150, 200, kNever, kNever}), kNever);
}

TEST(Efficiency, CanAskForSeveralEvaluationsInARow) {
  const std::vector<double> curve = {0, 60, 40, 60, 60, 70};
  expect_close(steps_to(kSteps, curve, 50), 100 * 50 / 60.0);
  expect_close(steps_to(kSteps, curve, 50, {.hold = 2}), 250);
  EXPECT_EQ(steps_to(kSteps, curve, 65, {.hold = 2}), kNever);
}

TEST(Efficiency, TellsWhatWasAboveTheThresholdUntrained) {
  const SpeedUps result = speed_ups(kSteps, {mean_curve(kBaseline), {60, 60, 60, 60, 60, 60}}, {true, false}, {}, {});
  EXPECT_EQ(result.algorithms[1].kind, SpeedUp::Kind::kAtStart);
}

TEST(Efficiency, HasNoRatioWithoutABaselineOrProgressOfIt) {
  EXPECT_EQ(speed_ups(kSteps, {mean_curve(kProposed)}, {false}, {}, {}).algorithms[0].kind, SpeedUp::Kind::kNoBaseline);
  const SpeedUps flat = speed_ups(kSteps, {{5, 4, 3, 2, 1, 0}, {0, 1, 2, 3, 4, 6}}, {true, false}, {}, {});
  EXPECT_EQ(flat.algorithms[1].kind, SpeedUp::Kind::kBaselineAtStart);
}

TEST(Efficiency, ReachesAGivenThresholdWithoutABaseline) {
  const ThresholdRule rule{.kind = ThresholdRule::Kind::kValue, .value = 55};
  const SpeedUps result = speed_ups(kSteps, {mean_curve(kProposed), {}}, {false, true}, rule, {});
  EXPECT_EQ(result.threshold, 55);
  expect_close(result.steps[0], 200);
  EXPECT_EQ(result.algorithms[0].kind, SpeedUp::Kind::kNoBaseline);
  EXPECT_EQ(result.algorithms[1].kind, SpeedUp::Kind::kNone);
}

TEST(Efficiency, HasNoRatioAboveTheBaselinesPeak) {
  const ThresholdRule rule{.kind = ThresholdRule::Kind::kValue, .value = 80};
  const SpeedUps result = of_mean_curves(rule);
  EXPECT_EQ(result.baseline_steps, kNever);
  EXPECT_EQ(result.algorithms[0].kind, SpeedUp::Kind::kNobody) << "the best baseline is no 1.00x of itself";
  EXPECT_EQ(result.algorithms[1].kind, SpeedUp::Kind::kBaselineNever);
  expect_close(result.algorithms[1].bound, 500 / 450.0);
  EXPECT_EQ(result.algorithms[2].kind, SpeedUp::Kind::kNobody);
  EXPECT_TRUE(std::isnan(result.algorithms[2].bound));
  EXPECT_FALSE(bootstrap_speed_ups(kTask, rule, {}, {.replicates = 20}).algorithms[1].interval);
}

TEST(Efficiency, HasNoStepsWithoutAThreshold) {
  const SpeedUps result = of_mean_curves({.kind = ThresholdRule::Kind::kValue, .value = kMissing});
  EXPECT_TRUE(std::isnan(result.baseline_steps));
  EXPECT_EQ(result.algorithms[0].kind, SpeedUp::Kind::kNone);
}

TEST(Efficiency, OfASaturatedTaskEverybodyReachesThePeak) {
  // Six times 0.7 has another last bit than five times.
  const TaskCurves curves{.steps = {250, 500, 750, 1000},
                          .runs = {std::vector(6, std::vector<double>{0.1, 0.7, 0.7, 0.7}),
                                   std::vector(5, std::vector<double>{0.1, 0.7, 0.7, 0.7})},
                          .baseline = {true, false}};
  const SpeedUps result = bootstrap_speed_ups(curves, {}, {}, {.replicates = 50});
  EXPECT_EQ(result.steps[1], 500);
  EXPECT_EQ(result.algorithms[1].value, 1);
  EXPECT_EQ(result.algorithms[1].interval->low, 1);
  EXPECT_EQ(result.algorithms[1].interval->high, 1);
  EXPECT_EQ(steps_to(kSteps, std::vector<double>(kSteps.size(), 0.7), 0.7 + 1e-16, {}), kSteps[0]);
}

TEST(Efficiency, SummarizesFiniteSpeedUpsAndCountsTheOthers) {
  const auto reached = [](double value) {
    return SpeedUp{.kind = SpeedUp::Kind::kReached, .value = value, .interval = {}};
  };
  const SpeedUpSummary summary = summarize_speed_ups({reached(2),
                                                      reached(8),
                                                      {.kind = SpeedUp::Kind::kCensored, .interval = {}},
                                                      {.kind = SpeedUp::Kind::kAtStart, .interval = {}},
                                                      {.kind = SpeedUp::Kind::kBaselineAtStart, .interval = {}},
                                                      {.kind = SpeedUp::Kind::kNobody, .interval = {}},
                                                      {}});
  expect_close(summary.geometric_mean, 4);
  EXPECT_EQ(summary.min, 2);
  EXPECT_EQ(summary.max, 8);
  EXPECT_EQ(summary.finite, 2);
  EXPECT_EQ(summary.not_reached, 1);
  EXPECT_EQ(summary.at_start, 1);
  EXPECT_EQ(summary.no_ratio, 2);
  EXPECT_EQ(summary.tasks, 6);
}

}  // namespace
}  // namespace tutti::reports
