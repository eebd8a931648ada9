#include "reports/analysis/analysis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "reports/data/dataset.hpp"
#include "suite_folder.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

void add_row(SuiteFolder& suite, const std::string& algorithm, const std::vector<double>& finals) {
  for (std::size_t seed = 0; seed < finals.size(); ++seed) {
    FakeRun run = plain_run("mpe/a", algorithm, static_cast<std::int64_t>(seed), {0, 0}, finals[seed]);
    run.evaluations[1] = {finals[seed], finals[seed]};
    suite.add(run);
  }
}

// The table row of three algorithms with five runs each.
class TableRow : public testing::Test {
 protected:
  TableRow() {
    add_row(suite_, "A", {6100.2, 5890.7, 6321.4, 6010.9, 6205.3});
    add_row(suite_, "H", {5950.1, 5600.4, 6100.8, 5780.2, 5875.5});
    add_row(suite_, "Q", {3100.0, 2950.5, 3300.25, 2875.0, 3050.75});
  }
  std::vector<Cell> row(Underline mark, SpreadKind spread = SpreadKind::kDeviation) {
    ReportOptions options = quick_options();
    options.mark = mark;
    options.spread = spread;
    const Analysis analysis = analyse_folder(suite_.write(), options);
    decimals_ = analysis.main.digits[0].decimals;
    return analysis.main.cells[0];
  }
  SuiteFolder suite_{1, 2};
  int decimals_ = 0;
};

TEST_F(TableRow, HasTheReferenceNumbers) {
  const std::vector<Cell> cells = row(Underline::kWelch);
  EXPECT_NEAR(cells[0].mean, 6105.7, 1e-9);
  EXPECT_NEAR(cells[0].sd, 167.09947636063976, 1e-9);
  EXPECT_NEAR(cells[1].p, 0.06154012449568604, 1e-11);
  EXPECT_NEAR(cells[1].p_holm, 0.06154012449568604, 1e-11);
  EXPECT_NEAR(cells[2].p_holm, 4.07e-9, 0.01e-9);
  EXPECT_EQ(decimals_, 0);
}

TEST_F(TableRow, UnderlinesWhatCannotBeToldFromTheBest) {
  for (const Underline mark : {Underline::kWelch, Underline::kOverlap, Underline::kSecond}) {
    const std::vector<Cell> cells = row(mark);
    EXPECT_TRUE(cells[0].best) << static_cast<int>(mark);
    EXPECT_FALSE(cells[0].underlined) << static_cast<int>(mark);
    EXPECT_TRUE(cells[1].underlined) << static_cast<int>(mark);
    EXPECT_FALSE(cells[2].underlined) << static_cast<int>(mark);
    EXPECT_FALSE(cells[2].best) << static_cast<int>(mark);
  }
  EXPECT_FALSE(row(Underline::kBootstrap)[2].underlined);
}

TEST_F(TableRow, ShowsTheSpreadThatWasAskedFor) {
  EXPECT_NEAR(row(Underline::kWelch, SpreadKind::kDeviationN)[0].spread, 149.45831525880388, 1e-9);
  EXPECT_NEAR(row(Underline::kWelch, SpreadKind::kError)[0].spread, 74.72915762940193, 1e-9);
  EXPECT_NEAR(row(Underline::kWelch, SpreadKind::kInterval)[0].spread, 207.48140391570772, 1e-9);
}

TEST_F(TableRow, CellsOfOneOrTwoRunsCannotBeTested) {
  for (const auto& [algorithm, seed] : {std::pair("once", 0), std::pair("twice", 0), std::pair("twice", 1)}) {
    FakeRun run = plain_run("mpe/a", algorithm, seed, {0, 0}, 0);
    run.evaluations[1] = {5800, 5800};
    suite_.add(run);
  }
  for (const Underline mark : {Underline::kWelch, Underline::kOverlap, Underline::kBootstrap}) {
    const std::vector<Cell> cells = row(mark);
    for (const std::size_t few : {3, 4}) {
      EXPECT_TRUE(cells[few].untested) << static_cast<int>(mark);
      EXPECT_FALSE(cells[few].underlined) << static_cast<int>(mark);
      EXPECT_TRUE(std::isnan(cells[few].p)) << static_cast<int>(mark);
    }
    EXPECT_FALSE(cells[1].untested) << static_cast<int>(mark);
  }
  EXPECT_FALSE(row(Underline::kSecond)[3].untested);
}

// Both ends of mean ± sd, as the overlap rule compares them.
TEST_F(TableRow, HasTheReferenceOverlaps) {
  const std::vector<Cell> cells = row(Underline::kOverlap);
  EXPECT_NEAR(cells[0].mean - cells[0].sd, 5938.600523639359, 1e-9);
  EXPECT_NEAR(cells[1].mean + cells[1].sd, 6048.545197640762, 1e-9);
  EXPECT_NEAR(cells[2].mean + cells[2].sd, 3217.711841470996, 1e-9);
}

TEST(MainTable, EqualAfterRoundingIsEquallyBold) {
  SuiteFolder suite(1, 2);
  add_row(suite, "a", {100, 300});
  add_row(suite, "b", {100.2, 300.2});
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_TRUE(analysis.main.cells[0][0].best);
  EXPECT_TRUE(analysis.main.cells[0][1].best);
  EXPECT_EQ(analysis.main.best_count, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(analysis.main.mean_rank, (std::vector<double>{2, 1}));
}

TEST(MainTable, WhatIsCloseToEqualMeansDoesNotDependOnTheirOrder) {
  const auto is_underlined = [](bool wide_first) {
    SuiteFolder suite(1, 2);
    if (wide_first) add_row(suite, "wide", {0.1, 0.5, 0.9});
    add_row(suite, "sure", {0.5, 0.5, 0.5001, 0.4999});
    if (!wide_first) add_row(suite, "wide", {0.1, 0.5, 0.9});
    add_row(suite, "near", {0.44, 0.45, 0.46});
    return analyse_folder(suite.write(), quick_options()).main.cells[0][2].underlined;
  };
  EXPECT_EQ(is_underlined(true), is_underlined(false));
  EXPECT_FALSE(is_underlined(true));
}

TEST(MainTable, DecimalsFollowTheLargestSpread) {
  const auto decimals = [](double distance) {
    SuiteFolder suite(1, 2);
    add_row(suite, "a", {0, distance * std::sqrt(2.0)});
    return analyse_folder(suite.write(), quick_options()).main.digits[0].decimals;
  };
  EXPECT_EQ(decimals(187), 0);
  EXPECT_EQ(decimals(18.7), 0);
  EXPECT_EQ(decimals(4.6), 1);
  EXPECT_EQ(decimals(0.46), 2);
  EXPECT_EQ(decimals(0.0046), 3);
  EXPECT_EQ(decimals(0), 2);
}

TEST(MainTable, AnAlgorithmThatDivergedLeavesTheOthersTheirDigitsAndTheBestItsMark) {
  SuiteFolder suite(1, 2);
  add_row(suite, "a", {-38.2, -38.4, -38.6});
  add_row(suite, "b", {-30.6, -30.7, -30.8});
  add_row(suite, "diverged", {-1e15, -2e15, -3e15});
  const ScoreTable table = analyse_folder(suite.write(), quick_options()).main;
  EXPECT_EQ(table.digits[0].exponent, 0);
  EXPECT_EQ(table.digits[0].decimals, 2);
  EXPECT_EQ(table.best_count, (std::vector<std::int64_t>{0, 1, 0}));
}

TEST(MainTable, MeanRankIsAmongAlgorithmsWithEveryTask) {
  SuiteFolder suite(1, 2);
  add_row(suite, "a", {1, 2, 3});
  add_row(suite, "b", {4, 5, 6});
  add_row(suite, "one-task", {7, 8, 9});
  for (std::int64_t seed = 0; seed < 3; ++seed) {
    suite.add(plain_run("mpe/b", "a", seed, {0, 7}, 7));
    suite.add(plain_run("mpe/b", "b", seed, {0, 3}, 3));
  }
  const ScoreTable table = analyse_folder(suite.write(), quick_options()).main;
  EXPECT_EQ(table.mean_rank[0], 1.5);
  EXPECT_EQ(table.mean_rank[1], 1.5);
  EXPECT_TRUE(std::isnan(table.mean_rank[2]));
  EXPECT_EQ(table.best_count, (std::vector<std::int64_t>{1, 0, 1}));
}

TEST(MainTable, RowWithASmallSpreadIsInAPowerOfTen) {
  SuiteFolder suite(1, 2);
  add_row(suite, "a", {0, 0.00046 * std::sqrt(2.0)});
  const ScoreTable table = analyse_folder(suite.write(), quick_options()).main;
  EXPECT_EQ(table.digits[0].exponent, -4);
  EXPECT_EQ(table.digits[0].decimals, 1) << "of a spread of 4.6 in that unit";
}

// The curves of a baseline, a proposed algorithm and a weak baseline, evaluated every 100 (thousand steps: 1000).
class CurveSuite : public testing::Test {
 protected:
  CurveSuite() {
    add("b", {{0, 10, 20, 30, 40, 50}, {0, 20, 30, 50, 60, 50}});
    add("o", {{0, 40, 60, 70, 80, 80}, {0, 20, 50, 60, 70, 90}});
    add("p", {{0, 4, 8, 12, 18, 22}, {0, 6, 12, 18, 22, 28}});
    suite_.propose("o");
  }
  void add(const std::string& algorithm, const std::vector<std::vector<double>>& curves) {
    for (std::size_t seed = 0; seed < curves.size(); ++seed) {
      FakeRun run = plain_run("mpe/a", algorithm, static_cast<std::int64_t>(seed), curves[seed], curves[seed].back());
      for (std::size_t k = 0; k < curves[seed].size(); ++k) {
        run.coverage.push_back(
            {1000.0 * static_cast<double>(k + 1), 16, 2.0 * static_cast<double>(k + 1), 90, 10, 0.5});
      }
      suite_.add(run);
    }
  }
  Analysis report(const ReportOptions& options = quick_options()) { return analyse_folder(suite_.write(), options); }
  SuiteFolder suite_{5, 2};
};

TEST_F(CurveSuite, HasTheReferenceSampleEfficiency) {
  const Analysis analysis = report();
  const EfficiencyRow& row = analysis.efficiency.rows[0];
  EXPECT_EQ(row.threshold, 50);
  EXPECT_EQ(row.baseline, 0U);
  EXPECT_EQ(row.baseline_steps, 4000);
  EXPECT_EQ(row.cells[0].median_steps, 4000);
  EXPECT_EQ(row.cells[1].median_steps, 1750);
  EXPECT_EQ(row.cells[1].reached, 2);
  EXPECT_TRUE(std::isinf(row.cells[2].median_steps));
  EXPECT_EQ(row.cells[2].reached, 0);
  EXPECT_EQ(row.cells[2].restricted_mean, 5000);
  EXPECT_NEAR(row.cells[1].curve_steps, 1800, 1e-9);
  EXPECT_NEAR(row.cells[1].speed_up.value, 2.2222222222222223, 1e-12);
  EXPECT_NEAR(row.cells[1].speed_up_half.value, 2.4, 1e-12);
  EXPECT_NEAR(row.cells[1].speed_up_most.value, 2.1875, 1e-12);
  EXPECT_EQ(row.cells[2].speed_up.kind, SpeedUp::Kind::kCensored);
  EXPECT_NEAR(row.cells[2].speed_up.bound, 0.8, 1e-12);
  EXPECT_NEAR(row.cells[1].auc_mean, 53.5, 1e-12);
  EXPECT_EQ(analysis.efficiency.summary[2].not_reached, 1);
}

TEST_F(CurveSuite, TakesAThresholdByValue) {
  ReportOptions options = quick_options();
  options.threshold = ThresholdKind::kValue;
  options.thresholds = {{"mpe/a", 25}};
  const EfficiencyRow row = report(options).efficiency.rows[0];
  EXPECT_EQ(row.threshold, 25);
  EXPECT_NEAR(row.cells[1].speed_up.value, 2.4, 1e-12);
}

TEST_F(CurveSuite, RefusesTasksThatItDoesNotHave) {
  const auto message = [&](const ReportOptions& options) {
    try {
      report(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  ReportOptions options = quick_options();
  options.thresholds = {{"mpe/a", 25}, {"mpe/aa", 3}};
  EXPECT_EQ(message(options), "report option \"thresholds\": there is no task \"mpe/aa\" among the runs; tasks: mpe/a");
  options.thresholds.clear();
  options.bounds = {{"mpe/aa", {0, 1}}};
  EXPECT_NE(message(options).find("report option \"bounds\": there is no task \"mpe/aa\""), std::string::npos);
}

TEST_F(CurveSuite, TellsWhichTaskHasNoThreshold) {
  suite_.add(plain_run("mpe/b", "b", 0, {0, 1, 2, 3, 4, 5}, 5));
  ReportOptions options = quick_options();
  options.threshold = ThresholdKind::kValue;
  options.thresholds = {{"mpe/a", 25}};
  const std::string warning = "mpe/b: [report.thresholds] gives no return to reach, so it has no steps and no speed-up";
  EXPECT_EQ(std::ranges::count(report(options).warnings, warning), 1);
}

TEST_F(CurveSuite, GivesNoRatioAboveWhatTheBaselinesReached) {
  ReportOptions options = quick_options();
  options.threshold = ThresholdKind::kValue;
  options.thresholds = {{"mpe/a", 80}};
  const Analysis analysis = report(options);
  const EfficiencyRow& row = analysis.efficiency.rows[0];
  EXPECT_TRUE(std::isinf(row.baseline_steps));
  EXPECT_EQ(row.cells[0].speed_up.kind, SpeedUp::Kind::kNobody);
  EXPECT_EQ(row.cells[1].speed_up.kind, SpeedUp::Kind::kBaselineNever);
  EXPECT_NEAR(row.cells[1].speed_up.bound, 5000 / 4500.0, 1e-12);
  EXPECT_EQ(row.cells[2].speed_up.kind, SpeedUp::Kind::kNobody);
  EXPECT_EQ(analysis.efficiency.summary[1].no_ratio, 1);
  EXPECT_EQ(analysis.efficiency.summary[1].tasks, 1);
}

TEST_F(CurveSuite, AveragesRunsAndShadesTheBandThatWasAskedFor) {
  ReportOptions options = quick_options();
  EXPECT_EQ(report(options).curves.steps[0][1].mean, (std::vector<double>{0, 30, 55, 65, 75, 85}));
  EXPECT_TRUE(report(options).curves.steps[0][1].low.empty());  // two runs: no interval
  options.band = Band::kRange;
  const Curve curve = report(options).curves.steps[0][1];
  EXPECT_EQ(curve.x, (std::vector<double>{0, 1000, 2000, 3000, 4000, 5000}));
  EXPECT_EQ(curve.low, (std::vector<double>{0, 20, 50, 60, 70, 80}));
  EXPECT_EQ(curve.high, (std::vector<double>{0, 40, 60, 70, 80, 90}));
}

TEST_F(CurveSuite, SmoothsDrawnCurvesAndNothingElse) {
  ReportOptions options = quick_options();
  options.smooth = parse_smoothing("centered 3");
  const Analysis smooth = report(options);
  const std::vector<double> expected = {15, 28.333333333333332, 50, 65, 75, 80};
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(smooth.curves.steps[0][1].mean[k], expected[k], 1e-12);
  EXPECT_EQ(smooth.curves.smoothing, "centered 3");
  EXPECT_NEAR(smooth.efficiency.rows[0].cells[1].speed_up.value, 2.2222222222222223, 1e-12);
  EXPECT_EQ(smooth.main.cells[0][1].mean, 85);
}

TEST_F(CurveSuite, HasReturnsAtMilestonesOfTheBudget) {
  const Milestones milestones = report().milestones;
  EXPECT_EQ(milestones.steps[0][0], 1000);  // 10 % is halfway between two evaluations: the later
  EXPECT_EQ(milestones.steps[3][0], 5000);
  EXPECT_EQ(milestones.cells[3][0][1].mean, 85);
  EXPECT_EQ(milestones.cells[3][0][1].n, 2);
}

TEST_F(CurveSuite, HasCoverageAtEqualSteps) {
  const Coverage coverage = report().coverage;
  ASSERT_TRUE(coverage.available);
  EXPECT_EQ(coverage.bins[0], 16);
  EXPECT_EQ(coverage.cells[2][0][1].visited.mean, 10);
  EXPECT_EQ(coverage.cells[2][0][1].coverage.mean, 10 / 16.0);
  EXPECT_EQ(coverage.cells[0][0][1].visited.mean, 2);      // 25 % is step 1250: the row of 1000
  EXPECT_EQ(coverage.cells[1][0][1].coverage.mean, 0.25);  // 4 of 16 bins
  EXPECT_NEAR(coverage.cells[2][0][1].outside.mean, 0.1, 1e-12);
  EXPECT_EQ(coverage.visited[0][1].mean.size(), 6U);
}

// Half of the bins for each step, in rows of different steps.
TEST(Coverage, IsComparedAtStepsThatAllRunsCounted) {
  SuiteFolder suite(10, 2, 100);
  const auto add = [&](const char* algorithm, const std::vector<double>& steps) {
    for (int seed = 0; seed < 2; ++seed) {
      FakeRun run = plain_run("mpe/a", algorithm, seed, std::vector<double>(11, 1.0), 1);
      for (const double step : steps) run.coverage.push_back({step, 1000, step / 2, step, 0, 0.5});
      suite.add(run);
    }
  };
  add("x", {100, 200, 300, 400, 500, 600, 700, 800, 900, 1000});
  add("y", {200, 400, 700, 1000});
  const Coverage coverage = analyse_folder(suite.write(), quick_options()).coverage;
  EXPECT_EQ(coverage.steps, (std::vector<std::vector<double>>{{200}, {400}, {1000}}));
  EXPECT_EQ(coverage.shares, (std::vector<std::vector<double>>{{250}, {500}, {1000}}));
  for (std::size_t p = 0; p < coverage.steps.size(); ++p) {
    for (std::size_t a = 0; a < 2; ++a) {
      EXPECT_EQ(coverage.cells[p][0][a].visited.mean, coverage.steps[p][0] / 2) << p << a;
      EXPECT_EQ(coverage.cells[p][0][a].visited.n, 2);
    }
  }
}

TEST(Titles, ThatSuitesGiveTwiceFallBackToLabels) {
  SuiteFolder first(1, 2), second(1, 2);
  first.add(plain_run("mpe/a", "one", 0, {0, 1}, 1));
  second.add(plain_run("mpe/b", "two", 0, {0, 1}, 1));
  first.plan.algorithms[0].title = second.plan.algorithms[0].title = "Ours";
  first.plan.tasks[0].title = "mpe/b";
  const std::vector<std::filesystem::path> folders = {first.write(), second.write()};
  const Analysis analysis = analyse(folders, quick_options());
  EXPECT_EQ(analysis.algorithms[0].shown(), "one");
  EXPECT_EQ(analysis.algorithms[1].shown(), "two");
  EXPECT_EQ(analysis.tasks[0].shown(), "mpe/a");
  for (const char* note :
       {"The name \"Ours\" is that of several algorithms, which are shown by their labels: one, two",
        "The name \"mpe/b\" is that of several tasks, which are shown by their labels: mpe/a, mpe/b"})
    EXPECT_EQ(std::ranges::count(analysis.warnings, note), 1) << note;
}

TEST(Coverage, TheBandStaysBetweenNoBinAndAllBins) {
  SuiteFolder suite(2, 2);
  const std::vector<std::vector<double>> visited = {{0, 14}, {0, 16}, {1, 16}};
  for (std::size_t seed = 0; seed < visited.size(); ++seed) {
    FakeRun run = plain_run("mpe/a", "a", static_cast<std::int64_t>(seed), {0, 1, 2}, 2);
    run.coverage = {{1000, 16, visited[seed][0], 90, 10, 0.5}, {2000, 16, visited[seed][1], 90, 10, 0.5}};
    suite.add(run);
  }
  const Curve curve = analyse_folder(suite.write(), quick_options()).coverage.visited[0][0];
  ASSERT_EQ(curve.low.size(), 2U);
  EXPECT_EQ(curve.low[0], 0);
  EXPECT_LT(curve.low[1], 16);
  EXPECT_EQ(curve.high[1], 16);
}

TEST(PublishedCoverage, StandsBesideWhatWasMeasuredAfterAsManySteps) {
  SuiteFolder suite(2, 2, 250'000);
  for (int seed = 0; seed < 2; ++seed) {
    FakeRun run = plain_run("mamujoco/ant-2x4", "omad", seed, {0, 1, 2}, 2);
    run.coverage = {{250'000, 1367, 900.0 + seed, 90, 10, 0.5}, {500'000, 1367, 1200, 90, 10, 0.5}};
    suite.add(run);
  }
  ReportOptions options = quick_options();
  options.published = "omad";
  const Analysis analysis = analyse_folder(suite.write(), options);
  ASSERT_TRUE(analysis.published);
  const PublishedCoverage& figure = analysis.published->coverage[0];
  EXPECT_EQ(figure.algorithm, "OMAD");
  ASSERT_EQ(figure.measured.size(), 1U);
  EXPECT_EQ(figure.measured[0].algorithm, 0U);
  EXPECT_EQ(figure.measured[0].fraction.n, 2);
  EXPECT_NEAR(figure.measured[0].fraction.mean, 900.5 / 1367, 1e-12);
  EXPECT_TRUE(analysis.published->coverage[1].measured.empty());
}

TEST(Coverage, IsAtSharesOfEachTasksOwnBudget) {
  SuiteFolder small(5, 2, 100), large(5, 2, 400);
  FakeRun run = plain_run("mpe/small", "o", 0, {0, 1, 2, 3, 4, 5}, 5);
  run.coverage = {{125, 64, 1, 90, 10, 0.5}, {250, 64, 2, 90, 10, 0.5}, {500, 64, 4, 90, 10, 0.5}};
  small.add(run);
  run.task = "mpe/large";
  run.coverage = {{500, 64, 10, 90, 10, 0.5}, {1000, 64, 20, 90, 10, 0.5}, {2000, 64, 40, 90, 10, 0.5}};
  large.add(run);
  ReportOptions options = quick_options();
  options.mixed = true;
  for (const bool small_first : {true, false}) {
    std::vector<std::filesystem::path> folders = {small.write(), large.write()};
    if (!small_first) std::ranges::reverse(folders);
    const Analysis analysis = analyse(folders, options);
    for (std::size_t task = 0; task < 2; ++task) {
      const double end = analysis.tasks[task].label == "mpe/small" ? 4 : 40;
      EXPECT_EQ(analysis.coverage.cells[0][task][0].visited.mean, end / 4);
      EXPECT_EQ(analysis.coverage.cells[1][task][0].visited.mean, end / 2);
      EXPECT_EQ(analysis.coverage.cells[2][task][0].visited.mean, end);
    }
  }
}

TEST_F(CurveSuite, DoesNotCompareCoverageThatEndsEarly) {
  const auto file = suite_.folder_of("mpe/a", "o", 0) / "coverage.csv";
  write_text(file, "step,bins,visited,inside,outside,entropy\n1000,16,16,90,10,0.5\n2000,16,16,90,10,0.5\n");
  const Coverage coverage = report().coverage;
  EXPECT_EQ(coverage.cells[2][0][1].visited.n, 1);
  EXPECT_EQ(coverage.cells[0][0][1].visited.n, 2);
}

TEST_F(CurveSuite, DrawsWallClockUpToTheFastestRun) {
  const Curve curve = report().curves.wall_clock[0][1];
  EXPECT_EQ(curve.x.size(), 200U);
  EXPECT_EQ(curve.x.back(), 50);
  EXPECT_NEAR(curve.mean.back(), 85, 1e-9);
}

TEST(WallClock, InterpolatesRunsOnACommonGridAndNeverExtrapolates) {
  SuiteFolder suite(3, 2);
  FakeRun fast = plain_run("mpe/a", "o", 0, {0, 1, 2, 3}, 0);
  fast.train_seconds = {0, 10, 20, 30};
  FakeRun slow = plain_run("mpe/a", "o", 1, {0, 3, 6, 9}, 0);
  slow.train_seconds = {0, 15, 30, 45};
  suite.add(fast);
  suite.add(slow);
  const Curve curve = analyse_folder(suite.write(), quick_options()).curves.wall_clock[0][0];
  EXPECT_EQ(curve.x.back(), 30);
  EXPECT_NEAR(curve.mean.back(), 4.5, 1e-12);
  EXPECT_NEAR(curve.mean[100], 4.5 * curve.x[100] / 30, 1e-12);
}

TEST(WallClock, DoesNotMixProcessors) {
  SuiteFolder suite(1, 2);
  suite.add(plain_run("mpe/a", "o", 0, {0, 1}, 0));
  FakeRun other = plain_run("mpe/a", "o", 1, {0, 1}, 0);
  other.record.machine.processor = "another";
  suite.add(other);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_TRUE(analysis.curves.wall_clock[0][0].x.empty());
  EXPECT_TRUE(std::ranges::any_of(analysis.differences, [](const Difference& d) { return !d.refused; }));
}

TEST(Runtime, SaysWhoRanOnWhichHardwareWhereThatDiffers) {
  SuiteFolder suite(1, 1);
  FakeRun first = plain_run("mpe/a", "first", 0, {0, 1}, 0), second = plain_run("mpe/a", "second", 0, {0, 1}, 0);
  suite.add(first);
  suite.add(second);
  EXPECT_EQ(analyse_folder(suite.write(), quick_options()).runtime.machine, "test processor, 2 runs at once");

  SuiteFolder mixed(1, 1);
  second.record.device = "cuda:0";
  mixed.add(first);
  mixed.add(second);
  ReportOptions options = quick_options();
  options.mixed = true;
  EXPECT_EQ(analyse_folder(mixed.write(), options).runtime.machine,
            "test processor (first); test processor with cuda:0 (second), 2 runs at once; times of different hardware "
            "do not compare algorithms");
}

TEST(Mixed, RunsOfDifferentCodeAreRefusedUnlessAskedFor) {
  SuiteFolder suite(1, 2);
  suite.add(plain_run("mpe/a", "o", 0, {0, 1}, 0));
  FakeRun other = plain_run("mpe/a", "o", 1, {0, 1}, 0);
  other.record.code.revision = "def";
  suite.add(other);
  try {
    analyse_folder(suite.write(), quick_options());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("revision"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("--mixed"), std::string::npos);
  }
  ReportOptions options = quick_options();
  options.mixed = true;
  const Analysis analysis = analyse_folder(suite.write(), options);
  ASSERT_FALSE(analysis.differences.empty());
  EXPECT_EQ(analysis.differences[0].property, "code: revision");
  EXPECT_EQ(analysis.differences[0].values.size(), 2U);
}

TEST(Mixed, RunsOfAnotherConfigurationAreRefusedAndSeedsAreNot) {
  SuiteFolder suite(1, 2);
  FakeRun first = plain_run("mpe/a", "o", 0, {0, 1}, 0);
  first.configuration = "seed = 0\n[algorithm_values]\ndiscount = 0.99   # default\nname = \"a # b\"  # suite\n";
  suite.add(first);
  FakeRun second = plain_run("mpe/a", "o", 1, {0, 1}, 0);
  second.configuration =
      "seed = 1\n[algorithm_values]\ndiscount = 0.99  # preset \"paper\"\nname = \"a # b\"  # suite\n";
  suite.add(second);
  EXPECT_NO_THROW(analyse_folder(suite.write(), quick_options()));
  FakeRun third = plain_run("mpe/a", "o", 2, {0, 1}, 0);
  third.configuration = "seed = 2\n[algorithm_values]\ndiscount = 0.9  # suite\nname = \"a # b\"  # suite\n";
  suite.add(third);
  EXPECT_THROW(analyse_folder(suite.write(), quick_options()), Error);
}

TEST(Mixed, APropertyThatARunDoesNotRecordIsADifference) {
  SuiteFolder suite(1, 2);
  FakeRun first = plain_run("mpe/a", "o", 0, {0, 1}, 0);
  first.record.libraries = {{"MuJoCo", "2.2.2"}};
  suite.add(first);
  suite.add(plain_run("mpe/a", "o", 1, {0, 1}, 0));
  suite.add(plain_run("mpe/b", "o", 0, {0, 1}, 0));  // another task may do without the library
  EXPECT_THROW(analyse_folder(suite.write(), quick_options()), Error);
  ReportOptions options = quick_options();
  options.mixed = true;
  const Analysis analysis = analyse_folder(suite.write(), options);
  ASSERT_FALSE(analysis.differences.empty());
  EXPECT_EQ(analysis.differences[0].property, "library of o: MuJoCo");
  EXPECT_EQ(analysis.differences[0].values[0].value, "");
  EXPECT_EQ(analysis.differences[0].values[0].runs, 1);
}

TEST(Mixed, RunsThatWereKeptWithOtherSettingsThanTheSuitesAreNamed) {
  SuiteFolder suite(1, 2);
  suite.add(plain_run("mpe/a", "o", 0, {0, 1}, 0));
  suite.plan.runs[0].kept = {"algorithm.discount: 0.99, was 0.95"};
  const std::vector<std::string> warnings = analyse_folder(suite.write(), quick_options()).warnings;
  EXPECT_EQ(std::ranges::count(warnings,
                               "1 run(s) of suite made-up were begun with other settings than the suite's and kept "
                               "(--keep): mpe/a/o/seed-0; what differs of the first: algorithm.discount: 0.99, was "
                               "0.95"),
            1);
}

/// A run that has recorded all that made it, and one whose worker ended before it could.
void add_one_that_began(SuiteFolder& suite) {
  FakeRun began = plain_run("mpe/a", "o", 0, {0, 1}, 0);
  began.record.plugins = {{"algorithm", "o", "1.0", "sdk", "digest", "", "", "", "", ""}};
  began.record.libraries = {{"MuJoCo", "2.2.2"}};
  began.record.task_facts = {{"agents", "2"}};
  began.record.numerics = {{"BLAS", "OpenBLAS"}};
  suite.add(began);
  fail(suite.add(plain_run("mpe/a", "o", 1, {}, 0)), "killed");
}

TEST(Mixed, ARunThatNeverBeganDiffersInNothingThatItCouldNotRecord) {
  SuiteFolder suite(1, 2);
  add_one_that_began(suite);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_TRUE(analysis.differences.empty());
  EXPECT_TRUE(compare(suite.write(), suite.write(), quick_options()).differences.empty());
}

TEST(Mixed, LibrariesAreComparedWithinAnAlgorithmAndOnlyThoseThatDecideNumbers) {
  SuiteFolder suite(1, 2);
  FakeRun first = plain_run("mpe/a", "o", 0, {0, 1}, 0);
  first.record.libraries = {{"LibTorch", "1.13.0 (headers)"}, {"Boost", "1_74 (headers)"}};
  suite.add(first);
  FakeRun other = plain_run("mpe/a", "p", 0, {0, 1}, 0);
  other.record.libraries = {{"LibTorch", "1.13.0"}, {"Boost", "1_83 (headers)"}};
  suite.add(other);
  EXPECT_NO_THROW(analyse_folder(suite.write(), quick_options()));
  FakeRun second = plain_run("mpe/a", "o", 1, {0, 1}, 0);
  second.record.libraries = {{"LibTorch", "2.1.0 (headers)"}, {"Boost", "1_74 (headers)"}};
  suite.add(second);
  EXPECT_THROW(analyse_folder(suite.write(), quick_options()), Error);
}

// One folder is evaluated every 200 steps, the other every 100: the curve y = step / 100 in both.
class MixedIntervals : public testing::Test {
 protected:
  MixedIntervals() {
    coarse_.add(plain_run("mpe/a", "o", 0, {0, 2, 4}, 4));
    fine_.add(plain_run("mpe/a", "o", 1, {0, 1, 2, 3, 4}, 4));
    fine_.add(plain_run("mpe/a", "o", 2, {0, 1, 2, 3, 4}, 4));
  }
  Analysis report() {
    ReportOptions options = quick_options();
    options.mixed = true;
    options.failed = FailedRuns::kWorst;
    const std::vector<std::filesystem::path> folders = {coarse_.write(), fine_.write()};
    return analyse(folders, options);
  }
  SuiteFolder coarse_{2, 2, 200}, fine_{4, 2, 100};
};

TEST_F(MixedIntervals, AreAveragedAtTheStepsThatTheyShare) {
  const Analysis analysis = report();
  const Curve& curve = analysis.curves.steps[0][0];
  EXPECT_EQ(curve.x, (std::vector<double>{0, 200, 400}));
  EXPECT_EQ(curve.mean, (std::vector<double>{0, 2, 4}));
  EXPECT_EQ(analysis.curves.aggregate[0].x, curve.x);
  EXPECT_NEAR(analysis.curves.aggregate[0].mean[1], 2 / 5.0, 1e-12);  // episodes from 1 - 1 to 4 + 1
  EXPECT_EQ(analysis.milestones.steps[2][0], 200);
  EXPECT_EQ(analysis.milestones.cells[2][0][0].n, 3);
}

TEST_F(MixedIntervals, AFailedRunStaysFlatToTheEndOfItsOwnPlan) {
  fail(fine_.folder_of("mpe/a", "o", 2), "signal");
  const Analysis analysis = report();
  for (const reports::Run& run : analysis.data->runs) {
    if (run.worst) {
      EXPECT_EQ(run.protocol.evaluations(), 4);
    }
  }
  EXPECT_EQ(analysis.curves.steps[0][0].x, (std::vector<double>{0, 200, 400}));
  EXPECT_EQ(analysis.curves.steps[0][0].n, 3);
}

TEST(Analysis, IsTheSameTwiceAndAtAnyNumberOfThreads) {
  SuiteFolder suite(2, 2);
  for (int seed = 0; seed < 4; ++seed) {
    suite.add(plain_run("mpe/a", "o", seed, {0, 1.5 * seed, 3.7}, 0.3 * seed));
    suite.add(plain_run("mpe/a", "b", seed, {0, 1.1 * seed, 2.2}, 0.2 * seed));
  }
  ReportOptions options = quick_options();
  options.threads = 1;
  const Analysis one = analyse_folder(suite.write(), options);
  options.threads = 4;
  const Analysis four = analyse_folder(suite.write(), options);
  EXPECT_EQ(one.aggregates.algorithms[0].iqm.interval->low, four.aggregates.algorithms[0].iqm.interval->low);
  EXPECT_EQ(one.aggregates.profiles[0].high, four.aggregates.profiles[0].high);
  EXPECT_EQ(one.curves.aggregate[0].low, four.curves.aggregate[0].low);
}

TEST(Comparison, FindsWhatChangedBetweenTwoBuilds) {
  SuiteFolder before(1, 2), after(1, 2);
  for (int seed = 0; seed < 5; ++seed) {
    before.add(plain_run("mpe/a", "o", seed, {0, 10.0 + seed}, 0));
    FakeRun changed = plain_run("mpe/a", "o", seed, {0, 30.0 + seed}, 0);
    changed.record.code.revision = "def";
    after.add(changed);
  }
  const Comparison comparison = compare(before.write(), after.write(), quick_options());
  ASSERT_EQ(comparison.rows.size(), 1U);
  EXPECT_EQ(comparison.rows[0].difference.value, 20);
  EXPECT_GT(comparison.rows[0].difference.interval->low, 15);
  EXPECT_LT(comparison.rows[0].p_holm, 0.001);
  ASSERT_FALSE(comparison.differences.empty());
  EXPECT_EQ(comparison.differences[0].property, "code: revision");
}

TEST(Comparison, NamesWhatOnlyOneFolderHas) {
  SuiteFolder a(1, 2), b(1, 2);
  for (SuiteFolder* folder : {&a, &b}) folder->add(plain_run("mpe/a", "o", 0, {0, folder == &a ? 1.0 : 2.0}, 0));
  a.add(plain_run("mpe/b", "o", 0, {0, 1}, 0));
  b.add(plain_run("mpe/a", "new", 0, {0, 1}, 0));
  const Comparison comparison = compare(a.write(), b.write(), quick_options());
  EXPECT_EQ(comparison.rows.size(), 1U);
  EXPECT_EQ(comparison.warnings, (std::vector<std::string>{"mpe/b, o is only in A and not compared",
                                                           "mpe/a, new is only in B and not compared"}));
}

TEST(Comparison, KnowsWhichFolderHasAValueHoweverManyRunsHaveIt) {
  SuiteFolder a(1, 2), b(1, 2);
  for (int seed = 0; seed < 8; ++seed) {
    FakeRun run = plain_run("mpe/a", "o", seed, {0, 1}, 0);
    run.record.code.revision = "zzz";
    a.add(run);
    if (seed > 0) run.record.code.revision = "aaa";
    b.add(run);
  }
  const Comparison comparison = compare(a.write(), b.write(), quick_options());
  ASSERT_EQ(comparison.differences.size(), 1U);
  EXPECT_EQ(comparison.differences[0].values[0].examples, (std::vector<std::string>{"B"}));
  EXPECT_EQ(comparison.differences[0].values[1].examples, (std::vector<std::string>{"A", "B"}));
}

TEST(Comparison, NamesFoldersWithoutASeedInCommon) {
  SuiteFolder a(1, 2), b(1, 2);
  a.add(plain_run("mpe/a", "o", 0, {0, 1}, 0));
  b.add(plain_run("mpe/a", "o", 7, {0, 1}, 0));
  EXPECT_EQ(compare(a.write(), b.write(), quick_options()).warnings,
            std::vector<std::string>{"mpe/a, o: A and B share no seed, so their difference is also one of seeds"});
}

TEST(Comparison, RefusesFoldersThatShareNothing) {
  SuiteFolder a(1, 2), b(1, 2);
  a.add(plain_run("mpe/a", "o", 0, {0, 1}, 0));
  b.add(plain_run("mpe/b", "o", 0, {0, 1}, 0));
  EXPECT_THROW(compare(a.write(), b.write(), quick_options()), Error);
}

TEST(Comparison, AFailureCountsTheSameOnBothSides) {
  SuiteFolder a(1, 2), b(1, 2);
  for (SuiteFolder* folder : {&a, &b}) {
    const double lowest = folder == &a ? -5 : -50;
    folder->add(plain_run("mpe/a", "o", 0, {lowest, 1}, 0));
    fail(folder->add(plain_run("mpe/a", "o", 1, {0}, 0)), "signal");
  }
  ReportOptions options = quick_options();
  options.failed = FailedRuns::kWorst;
  const Comparison comparison = compare(a.write(), b.write(), options);
  EXPECT_EQ(comparison.rows[0].a.runs, (std::vector<double>{1, -50}));
  EXPECT_EQ(comparison.rows[0].b.runs, (std::vector<double>{1, -50}));
  const std::string equal =
      "Every run of A has exactly the score of B's run of the same seed: they may be copies, or both builds compute "
      "the same";
  EXPECT_EQ(comparison.warnings, (std::vector<std::string>{equal, "mpe/a, o: 1 failed run of A counts as the worst",
                                                           "mpe/a, o: 1 failed run of B counts as the worst"}));
  options.failed = FailedRuns::kExcluded;
  EXPECT_EQ(compare(a.write(), b.write(), options).warnings,
            (std::vector<std::string>{equal, "A: mpe/a/o/seed-1 is failed and not compared",
                                      "B: mpe/a/o/seed-1 is failed and not compared"}));
}

TEST(Comparison, RefusesAnotherProtocolUnlessAskedFor) {
  SuiteFolder a(1, 2, 500), b(1, 2, 900);
  for (SuiteFolder* folder : {&a, &b}) folder->add(plain_run("mpe/a", "o", 0, {0, folder == &a ? 1.0 : 2.0}, 0));
  ReportOptions options = quick_options();
  try {
    compare(a.write(), b.write(), options);
    FAIL();
  } catch (const Error& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("protocol: environment steps:\n    500 in 1 run, A\n    900 in 1 run, B"), std::string::npos)
        << what;
  }
  options.mixed = true;
  const Comparison comparison = compare(a.write(), b.write(), options);
  EXPECT_EQ(comparison.rows.size(), 1U);
  EXPECT_EQ(comparison.warnings.size(), 1U);
}

TEST(Comparison, NamesChangedDefaultsBeforeChangedCode) {
  SuiteFolder a(1, 2), b(1, 2);
  a.add(plain_run("mpe/a", "o", 0, {0, 1}, 0));
  FakeRun changed = plain_run("mpe/a", "o", 0, {0, 1}, 0);
  changed.record.code.revision = "def";
  changed.configuration = "[algorithm_values]\ndiscount = 0.9  # default\n";
  b.add(changed);
  const Comparison comparison = compare(a.write(), b.write(), quick_options());
  ASSERT_EQ(comparison.differences.size(), 2U);
  EXPECT_EQ(comparison.differences[0].property, "configuration of o on mpe/a: algorithm_values.discount");
  EXPECT_EQ(comparison.differences[1].property, "code: revision");
}

TEST(Comparison, SaysWhyARowHasNoNumbers) {
  SuiteFolder a(1, 2), b(1, 2);
  for (SuiteFolder* folder : {&a, &b}) {
    folder->plan.protocol.absolute = false;
    FakeRun run = plain_run("mpe/a", "o", 0, {0, 1}, 0);
    run.absolute.clear();
    folder->add(run);
  }
  ReportOptions options = quick_options();
  options.score = parse_score("absolute");
  EXPECT_EQ(compare(a.write(), b.write(), options).warnings,
            (std::vector<std::string>{"mpe/a, o: no run of A has a score \"absolute\"",
                                      "mpe/a, o: no run of B has a score \"absolute\""}));
}

TEST(Welch, OneDivergedRunDoesNotStopTheReport) {
  SuiteFolder suite(1, 2);
  add_row(suite, "a", {1, 2, -1e90});
  add_row(suite, "b", {1, 2, 3});
  EXPECT_EQ(analyse_folder(suite.write(), quick_options()).main.cells[0][0].n, 3);
}

}  // namespace
}  // namespace tutti::reports
