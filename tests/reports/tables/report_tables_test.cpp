// What the report's tables say, cell by cell.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "reports/tables/tables.hpp"
#include "tests/reports/synthetic.hpp"

namespace tutti::reports {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Mean and sd of 6100.2 5890.7 6321.4 6010.9 6205.3, of 5950.1 5600.4 6100.8 5780.2 5875.5, and of
// 3100 2950.5 3300.25 2875 3050.75, computed with NumPy.
Analysis three_columns() {
  Analysis analysis = testing::empty_analysis(1, 3);
  auto& row = analysis.main.cells[0];
  const double mean[] = {6105.7, 5861.4, 3055.3}, sd[] = {167.09947636063976, 187.1451976407626, 162.4118414709962};
  for (std::size_t a = 0; a < 3; ++a) {
    row[a].n = 5;
    row[a].mean = mean[a];
    row[a].sd = row[a].spread = sd[a];
  }
  row[0].best = true;
  row[1].underlined = true;
  analysis.main.digits = {{.decimals = 0}};
  return analysis;
}

TEST(MainTable, PrintsTheWorkedRowWithItsMarks) {
  const std::string text = to_markdown(main_table(three_columns(), {}).shown);
  EXPECT_TRUE(has(text, "| <u>5861 ± 187</u> | 3055 ± 162 | **6106 ± 167** |")) << text;
}

TEST(MainTable, ProposedAlgorithmsComeLastOrFirst) {
  ReportOptions options;
  EXPECT_EQ(display_order(three_columns(), options), (std::vector<std::size_t>{1, 2, 0}));
  options.ours_first = true;
  EXPECT_EQ(display_order(three_columns(), options), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(MainTable, SeedsThatTheInterquartileMeanLeavesOutAreNamed) {
  Analysis analysis = three_columns();
  analysis.main.iqm = {{.value = 0.5, .interval = {}}, {.value = 0.25, .interval = {}}, {}};
  analysis.main.left_out = {{}, {2, 4}, {3}};
  const std::string text = to_markdown(main_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "| 0.25<sup>a</sup> |")) << text;
  EXPECT_TRUE(has(text, "<sup>a</sup> left out, because incomplete on some task: seed 2, 4")) << text;
  EXPECT_FALSE(has(text, "seed 3")) << text;
}

TEST(MainTable, CsvHasOneRowForEachPairInFullPrecision) {
  const CsvTable csv = main_table(three_columns(), {}).data;
  EXPECT_EQ(csv.header, (std::vector<std::string>{"task", "algorithm", "score", "n", "mean", "sd", "sem", "ci_lo",
                                                  "ci_hi", "median", "min", "max", "best", "mark"}));
  ASSERT_EQ(csv.rows.size(), 3U);
  EXPECT_EQ(csv.rows[0][4], "6105.7");
  EXPECT_EQ(csv.rows[0][5], "167.09947636063976");
  EXPECT_EQ(csv.rows[0][7], "") << "missing is empty, not zero";
  EXPECT_EQ(csv.rows[0][13], "bold");
  EXPECT_EQ(csv.rows[1][13], "underline");
}

TEST(MainTable, CellsWithFewerFailedOrMissingRunsAreMarked) {
  Analysis analysis = three_columns();
  analysis.main.cells[0][2].n = 3;
  analysis.main.cells[0][2].failed = 1;
  analysis.main.cells[0][2].missing = 1;
  const std::string text = to_markdown(main_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "3055 ± 162<sup>N=3,a,b</sup>")) << text;
  EXPECT_TRUE(has(text, "<sup>a</sup> 1 run failed")) << text;
  EXPECT_TRUE(has(text, "<sup>b</sup> 1 run without a score")) << text;
}

TEST(MainTable, PublishedFiguresHaveColumnsOfTheirOwnAndNoMark) {
  Analysis analysis = three_columns();
  analysis.published = Published{"t", "a paper", {"X"}, {{0, "X", "9999.0", "10.5", "", 9999, 10.5}}, {}, {}};
  const std::string text = to_markdown(main_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "| X (published) |")) << text;
  EXPECT_TRUE(has(text, "**6106 ± 167** | 9999.0 ± 10.5 |")) << text;
}

TEST(MainTable, CellsThatCannotBeTestedSaySo) {
  Analysis analysis = three_columns();
  analysis.main.cells[0][2].untested = true;
  const std::string text = to_markdown(main_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "3055 ± 162<sup>a</sup>")) << text;
  EXPECT_TRUE(has(text, "<sup>a</sup> too few runs to test against the best")) << text;
}

TEST(MainTable, ATableWithoutAnyTestSaysSoOnce) {
  Analysis analysis = three_columns();
  for (std::vector<Cell>& row : analysis.main.cells) {
    for (Cell& cell : row) cell.untested = !cell.best;
  }
  const Table table = main_table(analysis, {}).shown;
  EXPECT_TRUE(has(table.caption, "There are too few runs to test a mean against the best.")) << table.caption;
  EXPECT_TRUE(table.notes.empty() && table.close.empty()) << to_markdown(table);
}

TEST(MainTable, CellsOfTwoRunsShowBoth) {
  Analysis analysis = three_columns();
  analysis.main.cells[0][2].n = 2;
  analysis.main.cells[0][2].runs = {3000.25, 3110.35};
  const Table table = main_table(analysis, {}).shown;
  EXPECT_TRUE(has(to_markdown(table), "3055 ± 162 (3000; 3110)<sup>N=2</sup>")) << to_markdown(table);
  EXPECT_TRUE(has(table.caption, "both are in brackets")) << table.caption;
  EXPECT_TRUE(has(to_latex(table, LatexStyle::kSiunitx), "3055 & 162{ {\\mdseries\\footnotesize (3000; 3110)}"))
      << to_latex(table, LatexStyle::kSiunitx);
}

TEST(MilestonesTable, SharesOfTheSameEvaluationAreOne) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  const std::vector<std::string> heads = {"10 % of the budget", "25 % of the budget", "50 % of the budget",
                                          "100 % of the budget"};
  const auto headings = [&] {
    std::vector<std::string> result;
    for (const Section& section : milestones_table(analysis, {}).shown.sections) result.push_back(section.heading);
    return result;
  };
  EXPECT_EQ(headings(), heads);
  analysis.milestones.steps[1] = analysis.milestones.steps[0];
  EXPECT_EQ(headings(),
            (std::vector<std::string>{"10 and 25 % of the budget: the same evaluation", heads[2], heads[3]}));
  EXPECT_EQ(milestones_table(analysis, {}).data.rows.size(), 8U);
}

TEST(MainTable, TheCaptionNamesTheLevelInForce) {
  ReportOptions options;
  options.level = 0.9;
  options.spread = SpreadKind::kInterval;
  options.mark = Underline::kBootstrap;
  const Table table = main_table(testing::synthetic_analysis(1, 2, 5), options).shown;
  EXPECT_TRUE(has(table.caption, "half width of the 90 % interval")) << table.caption;
  EXPECT_TRUE(has(caption_text(table), "Underlined: the 90 % bootstrap interval")) << caption_text(table);
  EXPECT_TRUE(has(table.caption, "relative to the algorithms compared")) << table.caption;
  EXPECT_FALSE(has(table.caption, "the 95 %")) << table.caption;
}

TEST(PublishedTable, NamesEachVariantThatWasMeasured) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 5);
  analysis.algorithms[0] = {.label = "omad-2-steps", .name = "omad"};
  analysis.algorithms[1] = {.label = "omad-8-steps", .name = "omad"};
  const std::string text = to_markdown(published_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "| OMAD, measured: omad-2-steps | 6100.0 ± 150.0")) << text;
  EXPECT_TRUE(has(text, "| OMAD, measured: omad-8-steps | 6100.0 ± 150.0")) << text;
}

TEST(PublishedTable, NamesTheBudgetOfEachTaskWhereTheyDiffer) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 5);
  EXPECT_FALSE(has(to_markdown(published_table(analysis, {}).shown), "steps here"));
  for (TaskInfo& task : analysis.tasks) task.protocol = analysis.protocol;
  analysis.tasks[1].protocol.environment_steps = 250'000;
  analysis.published->figures[0].task = 1;
  const ReportTable table = published_table(analysis, {});
  EXPECT_TRUE(has(to_markdown(table.shown), "| N | steps here |")) << to_markdown(table.shown);
  EXPECT_TRUE(has(to_markdown(table.shown), "| 5 | 250k |")) << to_markdown(table.shown);
  EXPECT_EQ(table.data.header.back(), "measured_steps");
  EXPECT_EQ(table.data.rows.front().back(), "250000");
}

TEST(Captions, OfTablesNameTheBudgetsWhereTheyDiffer) {
  Analysis analysis = testing::synthetic_analysis(3, 2, 5);
  for (TaskInfo& task : analysis.tasks) task.protocol = analysis.protocol;
  for (const auto make : {main_table, aggregate_table, improvement_table})
    EXPECT_FALSE(has(make(analysis, {}).shown.caption, "budget:"));
  analysis.tasks[1].protocol.environment_steps = 250'000;
  for (const auto make : {main_table, aggregate_table, improvement_table}) {
    const std::string caption = make(analysis, {}).shown.caption;
    EXPECT_TRUE(has(caption, " environment steps, but 250k on " + analysis.tasks[1].label + ".")) << caption;
  }
}

TEST(AggregateTable, AnnouncesNoIntervalsWhereThereAreNone) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 1);
  for (Aggregate& aggregate : analysis.aggregates.algorithms) aggregate.iqm.interval.reset();
  for (const auto make : {aggregate_table, improvement_table}) {
    const std::string caption = make(analysis, {}).shown.caption;
    EXPECT_FALSE(has(caption, "% interval")) << caption;
  }
}

TEST(PublishedTable, QuotesTheTextAndShowsCoverageBesideIt) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 5);
  const std::string text = to_markdown(published_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "| OMAD | 6100.0 ± 150.0<sup>a</sup> |")) << text;
  EXPECT_TRUE(has(text, "| OMAD | 25.0 225 bins<sup>b</sup> | 20.0 ± 1.0 | 5 |")) << text;
}

TEST(AggregateTable, SaysTheRangeOfRaggedNumbersOfRuns) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 5);
  analysis.aggregates.algorithms[0].n = 3;
  analysis.aggregates.algorithms[0].most = 5;
  EXPECT_TRUE(has(to_markdown(aggregate_table(analysis, {}).shown), "| 3 to 5 |"));
}

TEST(ComparisonTable, SmallPValuesAreNotZero) {
  Comparison comparison;
  ComparisonRow& row = comparison.rows.emplace_back();
  row.a.n = row.b.n = 3;
  row.a.mean = row.a.sd = row.b.mean = row.b.sd = 1;
  row.p_holm = 1e-5;
  EXPECT_TRUE(has(to_markdown(comparison_table(comparison).shown), "| &lt; 0.001 |"))
      << to_markdown(comparison_table(comparison).shown);
}

TEST(PublishedTable, FiguresStandInTheUnitOfTheirRow) {
  Analysis analysis = testing::empty_analysis(1, 1);
  Cell& cell = analysis.main.cells[0][0];
  cell.n = 3;
  cell.mean = 2.5e-5;
  cell.sd = cell.spread = 2e-6;
  analysis.main.digits = {{.decimals = 2, .exponent = -5}};
  analysis.published = Published{.title = "A paper",
                                 .source = "Somebody 2026",
                                 .algorithms = {"OMAD"},
                                 .figures = {},
                                 .coverage = {},
                                 .caveats = {}};
  analysis.published->figures = {{.task = 0,
                                  .algorithm = "OMAD",
                                  .mean_text = "0.00003",
                                  .spread_text = "",
                                  .note = {},
                                  .mean = 3e-5,
                                  .spread = kMissing}};
  analysis.algorithms[0].label = analysis.algorithms[0].name = "omad";
  EXPECT_TRUE(has(to_markdown(main_table(analysis, {}).shown), "(times 10^-5) | 2.50 ± 0.20 | 3 |"))
      << to_markdown(main_table(analysis, {}).shown);
  // As many digits as were published, in whatever way they were written.
  const auto quoted = [](const char* text, double value, int exponent) {
    PublishedFigure figure;
    figure.mean_text = text;
    figure.mean = value;
    return quoted_cell(figure, RowFormat{{.decimals = 2, .exponent = exponent}}).value;
  };
  EXPECT_EQ(quoted("-31.20", -31.2, -2), "-3120");
  EXPECT_EQ(quoted("1.2e3", 1200, -2), "120000");
  EXPECT_EQ(quoted("-31.20", -31.2, 3), "-0.03120");
  EXPECT_TRUE(has(to_markdown(published_table(analysis, {}).shown), "(times 10^-5) | OMAD | 3 | 2.50 ± 0.20 | 3 |"))
      << to_markdown(published_table(analysis, {}).shown);
}

TEST(ProgressTables, MilestonesAtTheSameEvaluationShareASection) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  for (const std::size_t p : {1, 2}) analysis.milestones.steps[p] = analysis.milestones.steps[0];
  const std::string text = to_markdown(milestones_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "10, 25 and 50 % of the budget: the same evaluation")) << text;
  EXPECT_TRUE(has(text, "100 % of the budget")) << text;
  analysis.milestones.of_shared_steps = true;
  EXPECT_TRUE(has(to_markdown(milestones_table(analysis, {}).shown), "100 % of the steps that all runs have"));
}

TEST(EfficiencyTables, AThresholdThatWasGivenIsShownAsGiven) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  analysis.efficiency.rows[0].threshold = 2500.5;
  for (EfficiencyCell& cell : analysis.efficiency.rows[0].cells) cell.auc_sd = 500;
  ReportOptions options;
  options.threshold = ThresholdKind::kValue;
  EXPECT_TRUE(has(to_markdown(thresholds_table(analysis, options).shown), "| 2500.5 |"));
}

TEST(ProgressTables, SayWhereACellHasAnotherNumberOfRuns) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 5);
  analysis.milestones.cells[3][0][0] = {7, 1, 3};
  analysis.coverage.cells[2][0][0].visited = {300, 10, 2};
  EXPECT_TRUE(has(to_markdown(milestones_table(analysis, {}).shown), "<sup>N=3</sup>"));
  EXPECT_TRUE(has(to_markdown(coverage_table(analysis, {}).shown), "300 ± 10<sup>N=2</sup>"));
  for (const auto make : {milestones_table, coverage_table})
    EXPECT_TRUE(has(make(analysis, {}).shown.caption, "± sd over N = 5 runs"));
}

TEST(CoverageTable, SaysAtWhichStepsItCompares) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 5);
  EXPECT_FALSE(has(to_markdown(coverage_table(analysis, {}).shown), "at steps"));
  analysis.coverage.steps[0][0] = 240'000;
  const ReportTable table = coverage_table(analysis, {});
  EXPECT_TRUE(has(to_markdown(table.shown), "900 bins, counted by all runs at steps 240k, 500k, 1.0M"))
      << to_markdown(table.shown);
  EXPECT_EQ(table.data.rows[0][3], "240000");
}

EfficiencyCell cell_with(SpeedUp speed) {
  EfficiencyCell cell;
  cell.n = 5;
  cell.speed_up = speed;
  return cell;
}

std::string efficiency_text(const EfficiencyCell& cell) {
  Analysis analysis = testing::empty_analysis(1, 1);
  EfficiencyRow& row = analysis.efficiency.rows[0];
  row.horizon = 1e6;
  row.cells = {cell};
  return to_markdown(sample_efficiency_table(analysis, {}).shown);
}

TEST(EfficiencyTable, EveryCaseOfTheSpeedUpHasItsForm) {
  using Kind = SpeedUp::Kind;
  EXPECT_TRUE(has(efficiency_text(cell_with({Kind::kReached, 2.2222, 0.8, Interval{1.43, 3.125}, false, false})),
                  "2.22× [1.43, 3.12]"));
  EXPECT_TRUE(
      has(efficiency_text(cell_with({Kind::kCensored, kMissing, 0.8, std::nullopt, false, false})), "&lt; 0.80×"));
  EXPECT_TRUE(has(efficiency_text(cell_with({Kind::kCensored, kMissing, 0.8, Interval{kMissing, 1.1}, true, false})),
                  "&lt; 0.80× [&lt; 0.80, 1.10]"));
  EXPECT_TRUE(has(efficiency_text(cell_with({Kind::kAtStart, kMissing, kMissing, std::nullopt, false, false})),
                  "| at start |"));
  const auto text = [](Kind kind, double bound) {
    return efficiency_text(cell_with({kind, kMissing, bound, std::nullopt, false, false}));
  };
  EXPECT_TRUE(has(text(Kind::kBaselineAtStart, kMissing), "| baseline at start |"));
  EXPECT_TRUE(has(text(Kind::kBaselineNever, 1.25), "| > 1.25× |"));
  EXPECT_TRUE(has(text(Kind::kNobody, kMissing), "| nobody |"));
  EXPECT_TRUE(has(text(Kind::kNoBaseline, kMissing), "| no baseline |"));
  EXPECT_TRUE(has(efficiency_text(cell_with({Kind::kSelf, 1, kMissing, std::nullopt, false, false})), "| 1.00× |"));
}

TEST(EfficiencyTable, StepsSayHowManyRunsGotThere) {
  EfficiencyCell cell;
  cell.n = 5;
  cell.reached = 5;
  cell.median_steps = 180'000;
  EXPECT_TRUE(has(efficiency_text(cell), "180k (5/5)"));
  cell.reached = 2;
  cell.median_steps = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(has(efficiency_text(cell), "> 1.0M (2/5)"));
}

TEST(ThresholdsTable, ABaselineThatNeverGetsThereTakesMoreThanTheHorizon) {
  Analysis analysis = testing::empty_analysis(1, 1);
  EfficiencyRow& row = analysis.efficiency.rows[0];
  row.threshold = 50;
  row.baseline = 0;
  row.horizon = 1200;
  row.baseline_steps = std::numeric_limits<double>::infinity();
  const std::string text = to_markdown(thresholds_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "| 50.00 | OMAD | > 1.2k |")) << text;
}

TEST(EfficiencyTables, ABaselineNeedNotHoldItsPeakAndTheCaptionSaysSo) {
  const Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  ReportOptions options;
  const auto caption = [&] { return sample_efficiency_table(analysis, options).shown.caption; };
  EXPECT_FALSE(has(caption(), "which it need not hold"));
  options.hold = 3;
  EXPECT_TRUE(has(caption(), "first has its peak, which it need not hold"));
}

TEST(ThresholdsTable, SaysThatThereIsNoBaseline) {
  Analysis analysis = testing::empty_analysis(1, 1);
  EXPECT_FALSE(has(to_markdown(thresholds_table(analysis, {}).shown), "no baseline")) << "nothing ran";
  analysis.efficiency.rows[0].threshold = 50;
  analysis.efficiency.rows[0].horizon = 1200;
  EXPECT_TRUE(has(to_markdown(thresholds_table(analysis, {}).shown), "| 50.00 | no baseline | – |"));
}

TEST(IntervalText, IsEmptyWhereALimitIsMissing) {
  EXPECT_EQ(interval_text(Interval{kMissing, kMissing}, 2), "");
  EXPECT_EQ(interval_text(Interval{0.5, 1}, 2), "[0.50, 1.00]");
}

TEST(ImprovementTable, EachPairIsShownOnce) {
  Analysis analysis = testing::empty_analysis(1, 2);
  Improvement forward, backward;
  forward.x = 0;
  forward.y = 1;
  forward.probability = {0.75, Interval{0.6, 0.9}};
  forward.marked = forward.meaningful = true;
  backward.x = 1;
  backward.y = 0;
  analysis.aggregates.improvements = {forward, backward};
  const ReportTable table = improvement_table(analysis, {});
  ASSERT_EQ(table.shown.sections[0].rows.size(), 1U);
  EXPECT_EQ(table.data.rows.size(), 2U);
  EXPECT_TRUE(has(to_markdown(table.shown), "**0.75** [0.60, 0.90] | yes | yes |"));
}

TEST(FailuresTable, SeedsWithTheSameStatusShareARow) {
  Analysis analysis = testing::empty_analysis(1, 1);
  analysis.missing = {
      {"t", "a", 1, RunState::kRunning}, {"t", "a", 2, RunState::kWaiting}, {"t", "a", 3, RunState::kWaiting}};
  const std::string text = to_markdown(failures_table(analysis, {}).shown);
  EXPECT_TRUE(has(text, "| t | a | 2, 3 | waiting |")) << text;
}

TEST(Tables, EveryRowHasOneCellForEachColumn) {
  for (const Analysis& analysis : {testing::synthetic_analysis(3, 4, 5), testing::empty_analysis(2, 2), Analysis{}}) {
    for (const auto make : {main_table, aggregate_table, thresholds_table, sample_efficiency_table, milestones_table,
                            coverage_table, improvement_table, failures_table, runtime_table, published_table}) {
      const ReportTable table = make(analysis, {});
      for (const Section& section : table.shown.sections) {
        for (const auto& row : section.rows) EXPECT_EQ(row.size(), table.shown.columns.size()) << table.shown.name;
      }
      for (const auto& row : table.data.rows) EXPECT_EQ(row.size(), table.data.header.size()) << table.shown.name;
    }
  }
}

TEST(RuntimeTable, TrainingIsProcessorTimeWhereRunsSharedCoresAndTheCaptionSaysSo) {
  Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  for (RuntimeCell& cell : analysis.runtime.cells[0]) {
    cell.train_seconds = 30;
    cell.train_cpu_seconds = 15;
  }
  for (const TrainingClock clock : {TrainingClock::kWall, TrainingClock::kProcessor, TrainingClock::kSharedWall}) {
    analysis.runtime.clock = clock;
    const Table table = runtime_table(analysis, {}).shown;
    EXPECT_EQ(table.columns.at(4).head, "training");
    EXPECT_EQ(table.sections.at(0).rows.at(0).at(4).value, clock == TrainingClock::kProcessor ? "15.0 s" : "30.0 s");
    EXPECT_NE(table.caption.find(to_text(clock)), std::string::npos) << table.caption;
  }
}

}  // namespace
}  // namespace tutti::reports
