#include "reports/data/import/import.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "example_file.hpp"
#include "reports/analysis/scores.hpp"
#include "reports/statistics/aggregates.hpp"
#include "reports/statistics/percentile.hpp"
#include "suite_folder.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

class Import : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& text) {
    const auto path = suite_.write() / "metrics.json";
    write_text(path, text);
    return path;
  }
  Dataset import(const std::string& text) {
    Dataset data;
    import_results(file(text), data);
    return data;
  }
  Analysis analyse_file(const std::string& text, ReportOptions options = quick_options()) {
    options.imports = {file(text)};
    return analyse({}, options);
  }
  SuiteFolder suite_{2, 2};
};

TEST_F(Import, NormalisesByTheTrueBoundsOfAllReturns) {
  const Analysis analysis = analyse_file(kExampleFile);
  std::map<std::string, Bounds> bounds;
  for (const TaskInfo& task : analysis.tasks) bounds[task.label] = task.bounds;
  EXPECT_EQ(bounds.at("mamujoco/Ant_2x4").low, 0);
  EXPECT_EQ(bounds.at("mamujoco/Ant_2x4").high, 10);
  EXPECT_EQ(bounds.at("mamujoco/spread_3").low, -40);
  EXPECT_EQ(bounds.at("mamujoco/spread_3").high, -9);
}

TEST_F(Import, NormalisedScoresAreTheReferenceOnes) {
  const Analysis analysis = analyse_file(kExampleFile);
  std::map<std::string, double> scores;
  for (const reports::Run& run : analysis.data->runs) {
    scores[analysis.algorithms[run.algorithm].label + " " + analysis.tasks[run.task].label.substr(9) + " " +
           std::to_string(run.seed)] = normalize(run.absolute->mean, analysis.tasks[run.task].bounds);
  }
  const std::map<std::string, double> expected = {{"OMAD Ant_2x4 0", 0.6},  {"OMAD spread_3 0", 30 / 31.0},
                                                  {"OMAD Ant_2x4 1", 0.9},  {"OMAD spread_3 1", 26 / 31.0},
                                                  {"HASAC Ant_2x4 0", 0.4}, {"HASAC spread_3 0", 26 / 31.0},
                                                  {"HASAC Ant_2x4 1", 0.4}, {"HASAC spread_3 1", 26 / 31.0}};
  ASSERT_EQ(scores.size(), expected.size());
  for (const auto& [name, value] : expected) EXPECT_NEAR(scores.at(name), value, 1e-12) << name;
}

TEST_F(Import, AggregatesAreTheReferenceOnes) {
  const Analysis analysis = analyse_file(kExampleFile);
  ASSERT_EQ(analysis.algorithms[0].label, "HASAC");
  const Aggregate& hasac = analysis.aggregates.algorithms[0];
  const Aggregate& omad = analysis.aggregates.algorithms[1];
  EXPECT_NEAR(omad.iqm.value, 0.8693548387096774, 1e-12);
  EXPECT_NEAR(omad.mean.value, 0.8266129032258065, 1e-12);
  EXPECT_NEAR(omad.median.value, 0.8266129032258065, 1e-12);
  EXPECT_NEAR(omad.gap.value, 0.17338709677419356, 1e-12);
  EXPECT_NEAR(hasac.iqm.value, 0.6193548387096774, 1e-12);
  EXPECT_NEAR(hasac.mean.value, 0.6193548387096774, 1e-12);
  EXPECT_NEAR(hasac.median.value, 0.6193548387096774, 1e-12);
  EXPECT_NEAR(hasac.gap.value, 0.38064516129032255, 1e-12);
}

TEST_F(Import, ImprovementCountsTheExactTieOfRawScores) {
  const Analysis analysis = analyse_file(kExampleFile);
  const auto found =
      std::ranges::find_if(analysis.aggregates.improvements, [](const Improvement& pair) { return pair.x == 1; });
  EXPECT_EQ(found->probability.value, 0.875);
}

TEST_F(Import, TheExhaustiveIntervalIsTheReferenceOne) {
  const Strata omad = {{0.6, 0.9}, {30 / 31.0, 26 / 31.0}};
  std::vector<double> values;
  for (std::uint32_t code = 0; code < 16; ++code) {
    const Indices indices = {code & 1U, (code >> 1) & 1U, (code >> 2) & 1U, (code >> 3) & 1U};
    values.push_back(AggregateMetrics(resample(omad, indices)).values().iqm);
  }
  const Interval interval = percentile_interval(values, 0.95);
  EXPECT_NEAR(interval.low, 0.7193548387096774, 1e-12);
  EXPECT_NEAR(interval.high, 0.9338709677419355, 1e-12);
}

TEST_F(Import, AggregateCurvesAreTheReferenceOnes) {
  const Analysis analysis = analyse_file(kExampleFile);
  const Curve& omad = analysis.curves.aggregate[1];
  EXPECT_EQ(omad.x, (std::vector<double>{1000, 2000}));
  EXPECT_NEAR(omad.mean[0], 0.1806451612903226, 1e-12);
  EXPECT_NEAR(omad.mean[1], 0.7548387096774194, 1e-12);
}

TEST_F(Import, StandsBesideOurRunsUnderItsOwnName) {
  suite_.add(plain_run("mamujoco/ant_2x4", "omad", 0, {0, 5, 6}, 7));
  suite_.add(plain_run("mamujoco/ant_2x4", "omad", 1, {0, 5, 6}, 8));
  ReportOptions options = quick_options();
  options.imports = {file(kExampleFile)};
  const Analysis analysis = analyse_folder(suite_.write(), options);
  ASSERT_EQ(analysis.algorithms.size(), 3U);
  EXPECT_FALSE(analysis.algorithms[0].imported);
  EXPECT_EQ(analysis.algorithms[1].label, "HASAC");
  EXPECT_EQ(analysis.algorithms[2].label, "OMAD (imported)");
  EXPECT_EQ(analysis.tasks[0].label, "mamujoco/ant_2x4");
  EXPECT_EQ(analysis.main.cells[0][1].mean, 3.5);
  // Only the import has the other task: it is shown and not aggregated.
  EXPECT_EQ(analysis.tasks.size(), 2U);
  EXPECT_EQ(analysis.aggregates.tasks, (std::vector<std::size_t>{0}));
}

TEST_F(Import, KeepsBenchMarlsAbsoluteMetricsApart) {
  const Dataset data = import(R"({"vmas": {"balance": {"mappo": {"seed_0": {
    "step_3": {"step_count": 360000, "agents_return": [1, 2], "return": [1, 2]},
    "step_4": {"step_count": 480000, "agents_return": [3, 9], "return": [3, 9]},
    "absolute_metrics": {"agents_return": [9], "return": [9]}}}}}})");
  ASSERT_EQ(data.runs.size(), 1U);
  EXPECT_EQ(data.algorithms[0].name, "BenchMARL");
  EXPECT_FALSE(data.runs[0].absolute);
  EXPECT_EQ(data.runs[0].best_single_episode, 9);
  EXPECT_EQ(data.runs[0].evaluations[1].mean, 6);
  EXPECT_EQ(data.notes.size(), 2U);
}

// One file of BenchMARL for each run.
std::string bench_marl(const std::string& task, const std::string& algorithm, int seed) {
  return R"({"vmas": {")" + task + R"(": {")" + algorithm + R"(": {"seed_)" + std::to_string(seed) +
         R"(": {"step_0": {"step_count": 1000, "agents_return": [1, 2], "return": [1, 2]},
    "step_1": {"step_count": 2000, "agents_return": [3, 9], "return": [3, 9]},
    "absolute_metrics": {"agents_return": [9], "return": [9]}}}}}})";
}

TEST_F(Import, RunsOfOneAlgorithmMayComeFromSeveralFiles) {
  Dataset data;
  for (int seed = 0; seed < 2; ++seed) import_results(file(bench_marl("balance", "mappo", seed)), data);
  ASSERT_EQ(data.algorithms.size(), 1U);
  EXPECT_EQ(data.algorithms[0].label, "mappo");
  EXPECT_EQ(data.runs.size(), 2U);
  // Another harness's runs are not the same algorithm's.
  import_results(file(R"({"vmas": {"balance": {"MAPPO": {"seed_5": {
    "step_0": {"step_count": 100, "mean_episode_return": [1.5]}}}}}})"),
                 data);
  ASSERT_EQ(data.algorithms.size(), 2U);
  EXPECT_EQ(data.algorithms[1].label, "MAPPO (Mava)");
}

TEST_F(Import, RunsOfOurAlgorithmFromSeveralFilesStayOne) {
  suite_.add(plain_run("mpe/a", "mappo", 0, {0, 5, 6}, 7));
  ReportOptions options = quick_options();
  for (int seed = 0; seed < 2; ++seed) {
    const auto path = suite_.write() / (std::to_string(seed) + ".json");
    write_text(path, bench_marl("balance", "mappo", seed));
    options.imports.push_back(path);
  }
  const Analysis analysis = analyse_folder(suite_.write(), options);
  ASSERT_EQ(analysis.algorithms.size(), 2U);
  EXPECT_EQ(analysis.algorithms[1].label, "mappo (imported)");
  EXPECT_EQ(analysis.main.cells[1][1].n, 2);
}

TEST_F(Import, TasksThatOnlyAnImportHasChangeNoAggregate) {
  suite_.add(plain_run("mpe/a", "omad", 0, {0, 5, 6}, 7));
  ReportOptions options = quick_options();
  options.imports = {file(bench_marl("balance", "mappo", 0))};
  EXPECT_EQ(analyse_folder(suite_.write(), options).aggregates.score, "absolute");
  options.normalize = "pinned";
  options.bounds = "mpe/a 0 10";
  const Analysis pinned = analyse_folder(suite_.write(), options);
  EXPECT_TRUE(std::isnan(pinned.tasks[1].bounds.low));
  EXPECT_EQ(pinned.aggregates.algorithms[0].iqm.value, 0.7);
}

TEST_F(Import, ReadsMavasMeanEpisodeReturn) {
  const Dataset data = import(R"({"RobotWarehouse": {"tiny-2ag": {"ff_ippo": {"seed_3": {
    "absolute_metrics": {"mean_episode_return": [2.5], "steps_per_second": [1]},
    "step_0": {"step_count": 100, "mean_episode_return": [1.5], "steps_per_second": [2]}}}}}})");
  ASSERT_EQ(data.runs.size(), 1U);
  EXPECT_EQ(data.algorithms[0].name, "Mava");
  EXPECT_EQ(data.runs[0].seed, 3);
  EXPECT_EQ(data.runs[0].evaluations[0].mean, 1.5);
  EXPECT_EQ(data.runs[0].absolute->mean, 2.5);
}

TEST_F(Import, OrdersStepsByTheirCountNotByTheirName) {
  std::string text = R"({"e": {"t": {"a": {"seed_0": {"step_10": {"step_count": 30, "return": [3]},
    "step_2": {"step_count": 20, "return": [2]}, "step_1": {"step_count": 10, "return": [1]}}}}}})";
  const Dataset data = import(text);
  EXPECT_EQ(data.runs[0].evaluations[2].step, 30);
  EXPECT_EQ(data.runs[0].evaluations[2].index, 2);
}

TEST_F(Import, NamesRunsThatCannotBeUnderstood) {
  const std::string good = R"("seed_0": {"step_0": {"step_count": 1, "return": [1]}})";
  for (const char* bad :
       {R"("seed_1": 5)", R"("seed_1": {})", R"("seed_1": {"step_0": {"step_count": 1}})",
        R"("seed_1": {"step_0": {"return": [1]}})", R"("seed_1": {"step_0": {"step_count": 1, "return": ["x"]}})",
        R"("seed_1": {"step_0": {"step_count": 1, "return": []}})", R"("seed_1": {"step_0": 3})",
        R"("seed_1": {"step_0": {"step_count": 1, "return": [1e400]}})",
        R"("seed_1": {"a": {"step_count": 1, "return": [1]}, "b": {"step_count": 1, "return": [1]}})"}) {
    const std::string text = R"({"e": {"t": {"a": {)" + good + "," + bad + "}}}}";
    if (std::string(bad).find("1e400") != std::string::npos) {
      EXPECT_THROW(import(text), Error);  // no JSON number
      continue;
    }
    const Dataset data = import(text);
    EXPECT_EQ(data.runs.size(), 1U) << bad;
    EXPECT_EQ(data.damage.size(), 1U) << bad;
  }
}

TEST_F(Import, RefusesWhatHoldsNoRun) {
  for (const char* text : {"", "[]", "{}", "3", R"({"e": {"t": 3}})", "{\"e\""}) {
    EXPECT_THROW(import(text), Error) << text;
  }
  Dataset data;
  EXPECT_THROW(import_results("/nowhere/metrics.json", data), Error);
}

TEST_F(Import, AloneIsComparedAtItsOwnSteps) {
  const Analysis analysis = analyse_file(kExampleFile);
  EXPECT_FALSE(analysis.protocol.is_known());
  const EfficiencyRow& row = analysis.efficiency.rows[0];
  EXPECT_EQ(row.horizon, 2000);
  EXPECT_EQ(row.threshold, 6.5);  // the peak of OMAD's mean curve 1.5, 6.5
  EXPECT_EQ(analysis.milestones.steps[3][0], 2000);
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_EQ(row.cells[a].n, 2);
    EXPECT_FALSE(std::isnan(row.cells[a].auc_mean));
    EXPECT_EQ(analysis.milestones.cells[3][0][a].n, 2);
  }
  for (const std::string& warning : analysis.warnings) {
    EXPECT_EQ(warning.find("at the steps of the others"), std::string::npos) << warning;
  }
}

}  // namespace
}  // namespace tutti::reports
