#include "reports/data/import/import.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

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
    import_results(std::vector{file(text)}, "", data);
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
  EXPECT_EQ(data.runs[0].unit, ReturnUnit::kMeanOverAgents);
  EXPECT_EQ(data.notes.size(), 3U);  // imported, no absolute evaluation, means over agents
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
  for (int seed = 0; seed < 2; ++seed)
    import_results(std::vector{file(bench_marl("balance", "mappo", seed))}, "", data);
  ASSERT_EQ(data.algorithms.size(), 1U);
  EXPECT_EQ(data.algorithms[0].label, "mappo");
  EXPECT_EQ(data.runs.size(), 2U);
  // Another harness's runs are not the same algorithm's.
  import_results(std::vector{file(R"({"vmas": {"balance": {"MAPPO": {"seed_5": {
    "step_0": {"step_count": 100, "mean_episode_return": [1.5]}}}}}})")},
                 "", data);
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
  options.normalize = Normalization::kPinned;
  options.bounds = {{"mpe/a", {0, 10}}};
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

TEST_F(Import, StepsThatGoBackAreTwoRunsInOne) {
  const Dataset data = import(R"({"e": {"t": {"a": {"seed_0": {"step_0": {"step_count": 0, "return": [1]},
    "step_1": {"step_count": 1000, "return": [9]}, "step_2": {"step_count": 500, "return": [2]}},
    "seed_1": {"step_0": {"step_count": 0, "return": [1]}}}}}})");
  ASSERT_EQ(data.runs.size(), 1U);
  EXPECT_EQ(data.runs[0].seed, 1);
  ASSERT_EQ(data.damage.size(), 1U);
  EXPECT_NE(data.damage[0].what.find("goes back from step 1000 to step 500"), std::string::npos);
}

TEST_F(Import, RunsThatAreLeftOutAreAmongTheNotes) {
  const Dataset data = import(R"({"e": {"t": {"a": {"seed_0": {"step_0": {"step_count": "3000", "return": [1]}},
    "seed_1": {"step_0": {"step_count": 0, "return": [1]}}}}}})");
  const std::string note =
      "1 run is left out, which flatters an algorithm whose bad runs they are: e/t, a, seed_0: has "
      "a step_count that is no number in step_0: \"3000\"";
  EXPECT_TRUE(std::ranges::any_of(data.notes, [&](const std::string& text) {
    return text.find(note) != std::string::npos;
  })) << data.notes.back();
}

TEST_F(Import, TheUnitThatIsGivenIsThatOfRunsWhoseFormatSaysNone) {
  const auto path = file(R"({"e": {"t": {"a": {"seed_0": {"step_0": {"step_count": 0, "return": [1, 2]}}}}}})");
  for (const auto& [unit, meaning] : {std::pair{"", ReturnUnit::kUnknown},
                                      {"sum", ReturnUnit::kTeam},
                                      {"mean-over-agents", ReturnUnit::kMeanOverAgents}}) {
    Dataset data;
    import_results(std::vector{path}, unit, data);
    EXPECT_EQ(data.runs[0].unit, meaning) << unit;
    EXPECT_EQ(std::ranges::any_of(data.notes,
                                  [&](const std::string& text) { return text.find("--unit") != std::string::npos; }),
              meaning != ReturnUnit::kUnknown);
  }
}

// Of one algorithm on one task: evaluations every `interval` steps, without an absolute one.
std::string curve(const std::string& task, const std::string& algorithm, int interval, int count) {
  std::string steps;
  for (int k = 0; k <= count; ++k) {
    steps += (k > 0 ? "," : "") + ("\"step_" + std::to_string(k)) + R"(": {"step_count": )" +
             std::to_string(k * interval) + R"(, "return": [)" + std::to_string(k) + "]}";
  }
  return R"({"e": {")" + task + R"(": {")" + algorithm + R"(": {"seed_0": {)" + steps + "}}}}}";
}

TEST_F(Import, WithoutAbsoluteEvaluationsScoresAverageEqualSharesOfTheTraining) {
  const auto score_of_files = [&](int count) {
    write_text(suite_.write() / "a.json", curve("t", "fine", 100, 20));
    write_text(suite_.write() / "b.json", curve("t", "other", 2000 / count, count));
    ReportOptions options = quick_options();
    options.imports = {suite_.write() / "a.json", suite_.write() / "b.json"};
    return analyse({}, options).aggregates.score;
  };
  EXPECT_EQ(score_of_files(20), "last-10");
  EXPECT_EQ(score_of_files(10), "final");
}

TEST_F(Import, TasksThatEndAtDifferentStepsShareAnAxisOfShares) {
  const auto analysis_of = [&](int interval, int count) {
    write_text(suite_.write() / "a.json", curve("short", "x", 100, 10));
    write_text(suite_.write() / "b.json", curve("long", "x", interval, count));
    ReportOptions options = quick_options();
    options.imports = {suite_.write() / "a.json", suite_.write() / "b.json"};
    return analyse({}, options);
  };
  const Analysis even = analysis_of(500, 10);
  EXPECT_TRUE(even.curves.by_share);
  EXPECT_EQ(even.curves.aggregate[0].x.size(), 11U);
  EXPECT_EQ(even.curves.aggregate[0].x.back(), 1);
  const Analysis uneven = analysis_of(250, 4);
  EXPECT_FALSE(uneven.curves.by_share) << "both end after 1000 steps";
  EXPECT_EQ(uneven.curves.aggregate[0].x, (std::vector<double>{0, 500, 1000}));
  EXPECT_TRUE(std::ranges::any_of(uneven.warnings, [](const std::string& warning) {
    return warning.find("The aggregate curve has only the 3 points up to step 1000") == 0;
  }));
}

TEST_F(Import, AnAlgorithmWithoutACurveIsNamed) {
  write_text(suite_.write() / "a.json",
             R"({"e": {"t": {"x": {"seed_0": {"step_0": {"step_count": 100, "return": [1]}},
                                   "seed_1": {"step_0": {"step_count": 900, "return": [1]}}}}}})");
  ReportOptions options = quick_options();
  options.imports = {suite_.write() / "a.json"};
  const Analysis analysis = analyse({}, options);
  EXPECT_TRUE(std::ranges::any_of(analysis.warnings, [](const std::string& warning) {
    return warning.find("x: its runs have no evaluation at a common step") != std::string::npos;
  }));
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
  EXPECT_THROW(import_results(std::vector<std::filesystem::path>{"/nowhere/metrics.json"}, "", data), Error);
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

// ---- files as other harnesses leave them

class ImportCases : public testing::Test {
 protected:
  static std::filesystem::path path(const std::string& name) {
    return std::filesystem::path(TUTTI_IMPORT_CASES) / name;
  }
  static Dataset read(const std::vector<std::string>& names, const std::string& unit = "") {
    std::vector<std::filesystem::path> paths;
    for (const std::string& name : names) paths.push_back(path(name));
    Dataset data;
    import_results(paths, unit, data);
    return data;
  }
  static std::string refusal(const std::string& name) {
    try {
      (void)read({name});
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static std::vector<std::string> labels(const Dataset& data) {
    std::vector<std::string> result;
    for (const AlgorithmInfo& algorithm : data.algorithms) result.push_back(algorithm.label);
    return result;
  }
};

TEST_F(ImportCases, AnInterruptedRunIsKeptWithoutAnAbsoluteEvaluation) {
  for (const char* name : {"benchmarl_empty_absolute", "mava_empty_absolute", "mava_absolute_empty_list",
                           "mava_absolute_without_return"}) {
    const Dataset data = read({std::string("empty-absolute/") + name + ".json"});
    EXPECT_GE(data.runs.size(), 2U) << name;
    EXPECT_TRUE(data.damage.empty()) << name;
    for (const reports::Run& run : data.runs) {
      EXPECT_FALSE(run.absolute) << name;
      EXPECT_FALSE(run.evaluations.empty()) << name;
    }
  }
  const Dataset one = read({"empty-absolute/mava_one_interrupted.json"});
  EXPECT_TRUE(one.damage.empty());
  EXPECT_EQ(std::ranges::count_if(one.runs, [](const reports::Run& run) { return !run.absolute; }), 1);
}

TEST_F(ImportCases, TokensThatAreNoNumbersMatterOnlyInReturns) {
  EXPECT_TRUE(read({"nan-tokens/nan_in_other_metric.json"}).damage.empty());
  for (const char* name : {"nan_return_one_run", "minus_infinity", "null"}) {
    const Dataset data = read({std::string("nan-tokens/") + name + ".json"});
    ASSERT_EQ(data.damage.size(), 1U) << name;
    EXPECT_NE(data.damage[0].what.find("seed_"), std::string::npos) << data.damage[0].what;
    EXPECT_NE(data.damage[0].what.find("is not a finite number"), std::string::npos) << data.damage[0].what;
    EXPECT_FALSE(data.runs.empty()) << name;
  }
}

TEST_F(ImportCases, ReturnsWhoseSquaresOverflowAreNamed) {
  EXPECT_NE(refusal("nan-tokens/size_1e308.json").find("1e+308 is too large"), std::string::npos);
}

TEST_F(ImportCases, AlgorithmsOfTwoHarnessesStayApartWhateverIsThere) {
  const std::vector<std::string> both = {"random (BenchMARL)", "random (Mava)"};
  for (const char* other : {"b_random.json", "b_random_same.json"}) {
    const std::vector<std::string> files = {"two-harnesses-merged/m_random.json",
                                            std::string("two-harnesses-merged/") + other};
    Dataset alone = read(files);
    std::vector<std::string> found = labels(alone);
    std::ranges::sort(found);
    EXPECT_EQ(found, both);
    Dataset ours;
    reports::Run own;
    own.task = ours.task_index("mpe/coop-nav-n3", "mpe");
    own.algorithm = ours.algorithm_index({.label = "random", .name = "random"});
    ours.runs.push_back(own);
    import_results(std::vector{path(files[0]), path(files[1])}, "", ours);
    found = labels(ours);
    std::ranges::sort(found);
    EXPECT_EQ(found, (std::vector<std::string>{"random", "random (BenchMARL)", "random (Mava)"}));
    EXPECT_EQ(ours.tasks.size(), 1U);
  }
}

TEST_F(ImportCases, MetricNamesMayBeInAnyCase) {
  for (const char* name : {"capital_return", "upper_return", "step_count_upper"}) {
    const Dataset data = read({std::string("metric-names/") + name + ".json"});
    EXPECT_GE(data.runs.size(), 2U) << name;
    EXPECT_TRUE(data.damage.empty()) << name;
    EXPECT_EQ(data.algorithms[0].name, "marl-eval") << name;
  }
}

TEST_F(ImportCases, ASecondReturnDoesNotMakeAFileBenchMarls) {
  const Dataset data = read({"metric-names/discounted.json"});
  EXPECT_EQ(data.algorithms[0].name, "marl-eval");
  for (const reports::Run& run : data.runs) EXPECT_TRUE(run.absolute);
}

TEST_F(ImportCases, WhatHoldsNoReturnIsRefusedWithTheMetricsThatAreThere) {
  const std::string wins = refusal("metric-names/win_rate_only.json");
  EXPECT_NE(wins.find("its metrics: win_rate"), std::string::npos) << wins;
  const std::string means = refusal("metric-names/mean_return.json");
  EXPECT_NE(means.find("its metrics: mean_return"), std::string::npos) << means;
}

TEST_F(ImportCases, AFolderOfFilesIsReadAsThoseFiles) {
  const Dataset data = read({"many-files"});
  EXPECT_EQ(data.runs.size(), 6U);
  EXPECT_EQ(data.algorithms.size(), 2U);
  const bool said = std::ranges::any_of(
      data.notes, [](const std::string& note) { return note.find("means over agents") != std::string::npos; });
  EXPECT_TRUE(said);
  EXPECT_EQ(data.notes.at(0),
            "many-files/maddpg_balance_0.json and 5 more: imported; these numbers were not measured by this harness");
}

TEST_F(Import, OnlyANameThatSaysASeedHasOne) {
  const auto seeds = [&](const std::string& a, const std::string& b) {
    const std::string step = R"(": {"step_0": {"step_count": 1, "return": [1]}})";
    const Dataset data = import(R"({"e": {"t": {"x": {")" + a + step + ",\"" + b + step + "}}}}");
    std::vector<std::int64_t> result;
    for (const reports::Run& run : data.runs) result.push_back(run.seed);
    return result;
  };
  EXPECT_EQ(seeds("seed_7", "ppo-seed=12"), (std::vector<std::int64_t>{7, 12}));
  EXPECT_EQ(seeds("3", "run_5"), (std::vector<std::int64_t>{3, 5}));
  EXPECT_EQ(seeds("2024-05-12", "2025-05-12"), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(seeds("lr_0.001", "seed_0"), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(seeds("a_seed_1", "b_seed_1"), (std::vector<std::int64_t>{0, 1}));
}

TEST_F(Import, EvaluationsAFewStepsApartCountAtOneStep) {
  const Dataset data = import(R"({"e": {"t": {
    "x": {"seed_0": {"step_0": {"step_count": 1000, "return": [1]}, "step_1": {"step_count": 2000, "return": [2]}}},
    "y": {"seed_0": {"step_0": {"step_count": 1016, "return": [1]}, "step_1": {"step_count": 2008, "return": [2]}},
          "seed_1": {"step_0": {"step_count": 1500, "return": [1]}}}}}})");
  EXPECT_EQ(data.runs[0].evaluations[0].step, data.runs[1].evaluations[0].step);
  EXPECT_EQ(data.runs[1].evaluations[1].actual_step, 2008);
  EXPECT_EQ(data.runs[2].evaluations[0].step, 1500);
}

TEST_F(Import, ASingleEvaluationAtStepZeroIsShown) {
  const Analysis analysis = analyse_file(
      R"({"e": {"t": {"x": {"seed_0": {"step_0": {"step_count": 0, "return": [1, 2]}}},
                      "y": {"seed_0": {"step_0": {"step_count": 0, "return": [3, 4]}}}}}})");
  EXPECT_EQ(analysis.main.cells[0][1].mean, 3.5);
  EXPECT_EQ(analysis.tasks[0].bounds.high, 4);
}

TEST_F(Import, TasksOfOneFileThatDifferInCaseStayApart) {
  const Dataset data = import(R"({"e": {"Task": {"x": {"seed_0": {"step_0": {"step_count": 1, "return": [1]}}}},
                                        "task": {"x": {"seed_0": {"step_0": {"step_count": 1, "return": [2]}}}}}})");
  EXPECT_EQ(data.tasks.size(), 2U);
  EXPECT_EQ(data.runs.size(), 2U);
}

// ---- formats without a unit

class ImportFormats : public Import {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    const auto path = suite_.write() / name;
    std::filesystem::create_directories(path.parent_path());
    write_text(path, text);
    return path;
  }
  static Dataset read(const std::filesystem::path& path) {
    Dataset data;
    import_results(std::vector{path}, "sum", data);
    return data;
  }
};

TEST_F(ImportFormats, TidyCsvHasARowForEachValue) {
  const auto path = write("tidy.csv",
                          "exp_name,env_name,seed,metric,env_step,value\r\n"
                          "omad,mpe/spread,1,return,100,2\nomad,mpe/spread,1,return,100,4\n"
                          "omad,mpe/spread,1,loss,100,nan\nomad,mpe/spread,1,return,200,6\n"
                          "\"a, b\",mpe/spread,2,return,100,nan\n");
  const Dataset data = read(path);
  ASSERT_EQ(data.runs.size(), 1U);
  EXPECT_EQ(data.tasks[0].label, "mpe/spread");
  EXPECT_EQ(data.runs[0].seed, 1);
  EXPECT_EQ(data.runs[0].evaluations[0].mean, 3);
  EXPECT_EQ(data.runs[0].evaluations[1].step, 200);
  EXPECT_EQ(data.runs[0].unit, ReturnUnit::kTeam);
  ASSERT_EQ(data.damage.size(), 1U);
  EXPECT_NE(data.damage[0].what.find("a, b"), std::string::npos);
  Dataset without, means;
  EXPECT_THROW(import_results(std::vector{path}, "", without), Error);
  import_results(std::vector{path}, "mean-over-agents", means);
  EXPECT_EQ(means.runs[0].unit, ReturnUnit::kMeanOverAgents);
}

TEST_F(ImportFormats, NumbersWithAPointAreWholeOnesOrRefused) {
  const std::string head = "exp_name,env_name,seed,metric,env_step,value\n";
  const Dataset data = read(write("tidy.csv", head + "a,t,1.0,return,1000.0,2\na,t,2.5,return,1000,3\n"));
  ASSERT_EQ(data.runs.size(), 2U);
  EXPECT_EQ(data.runs[0].seed, 0);  // "2.5" says none
  EXPECT_EQ(data.runs[1].seed, 1);
  EXPECT_EQ(data.runs[1].evaluations[0].step, 1000);
  const Dataset one = read(write("tidy.csv", head + "a,t,1,return,0,2\na,t,1.0,return,1000,3\n"));
  ASSERT_EQ(one.runs.size(), 1U);
  EXPECT_EQ(one.runs[0].evaluations.size(), 2U);
  const Dataset fractions = read(write("tidy.csv", head + "a,t,1,return,1,2\na,t,2,return,1,3\na,t,2,return,1.2,3\n"));
  ASSERT_EQ(fractions.damage.size(), 1U);
  EXPECT_EQ(fractions.damage[0].what,
            "t, a, seed 2: line 4: env_step \"1.2\" is not a whole number; the run is left out");
  write("t/a/seed_1.csv", "step,return\n1,1\n");
  write("t/a/seed_2.csv", "step,return\n1.5,1\n");
  const Dataset folder = read(suite_.write() / "t");
  ASSERT_EQ(folder.damage.size(), 1U);
  EXPECT_NE(folder.damage[0].what.find("line 2: the step is not a whole number"), std::string::npos);
}

TEST_F(ImportFormats, AFolderOfCsvHasARunForEachFile) {
  write("spread/hasac/seed_1.csv", "step,avg_return\n100,1\n200,2\n");
  write("spread/hasac/seed_2.csv", "step,reward\n100,3\n200,4\n");
  const Dataset data = read(suite_.write() / "spread" / "hasac");
  ASSERT_EQ(data.runs.size(), 2U);
  EXPECT_EQ(data.tasks[0].label, "spread");
  EXPECT_EQ(data.algorithms[0].label, "hasac");
  EXPECT_EQ(data.runs[1].seed, 2);
  EXPECT_EQ(data.runs[1].evaluations[1].mean, 4);
  const Dataset by_folder = read(write("line/mappo/s3/progress.csv", "step,avg_return\n100,1\n200,2\n"));
  EXPECT_EQ(by_folder.tasks[0].label, "line");
  EXPECT_EQ(by_folder.algorithms[0].label, "mappo");
  EXPECT_EQ(by_folder.runs[0].seed, 3);
}

TEST_F(ImportFormats, SacredSaysTheRestInItsConfiguration) {
  const auto path = write("sacred/7/info.json",
                          R"({"test_return_mean": [{"py/object": "numpy.float64", "value": 1.5}, 2.5],
                              "test_return_mean_T": [0, 1000], "loss": [NaN], "loss_T": [0]})");
  write("sacred/7/config.json", R"({"name": "qmix", "env": "sc2", "env_args": {"map_name": "3m"}, "seed": 4})");
  for (const std::filesystem::path& given : {path, suite_.write() / "sacred"}) {
    const Dataset data = read(given);
    ASSERT_EQ(data.runs.size(), 1U);
    EXPECT_EQ(data.tasks[0].label, "sc2/3m");
    EXPECT_EQ(data.algorithms[0].label, "qmix");
    EXPECT_EQ(data.runs[0].seed, 4);
    EXPECT_EQ(data.runs[0].evaluations[0].mean, 1.5);
  }
}

TEST_F(ImportFormats, SacredSaysWhichRunsHaveNotEndedWell) {
  const auto path = write("sacred/8/info.json", R"({"test_return_mean": [1, 2], "test_return_mean_T": [0, 1000]})");
  const auto says_failed = [&](const std::string& status) {
    write("sacred/8/run.json", R"({"status": ")" + status + "\"}");
    const Dataset data = read(path);
    return std::ranges::any_of(data.notes, [](const std::string& note) {
      return note.find("this run has not ended well (status FAILED)") != std::string::npos;
    });
  };
  EXPECT_TRUE(says_failed("FAILED"));
  EXPECT_FALSE(says_failed("COMPLETED"));
  EXPECT_FALSE(says_failed("RUNNING")) << "how EPyMARL leaves a run that has ended";
}

TEST_F(ImportFormats, ReturnJsonHasAListForEachStepOrForEachRun) {
  const Dataset episodes =
      read(write("spread/maddpg/seed_3/return.json", R"({"steps": [100, 200], "returns": [[1, 3, 5], [4, 4, 4]]})"));
  ASSERT_EQ(episodes.runs.size(), 1U);
  EXPECT_EQ(episodes.tasks[0].label, "spread");
  EXPECT_EQ(episodes.algorithms[0].label, "maddpg");
  EXPECT_EQ(episodes.runs[0].seed, 3);
  EXPECT_EQ(episodes.runs[0].evaluations[0].mean, 3);
  const Dataset runs =
      read(write("spread/matd3/return.json", R"({"steps": [100, 200], "returns": [[1, 2], [3, 4], [5, Infinity]]})"));
  EXPECT_EQ(runs.runs.size(), 2U);
  EXPECT_EQ(runs.damage.size(), 1U);
  EXPECT_EQ(runs.algorithms[0].label, "matd3");
}

// ---- files and folders

class ImportFiles : public ImportFormats {
 protected:
  using Paths = std::vector<std::filesystem::path>;

  static Dataset read_all(const Paths& paths) {
    Dataset data;
    import_results(paths, "sum", data);
    return data;
  }
  static std::string refusal(const Paths& paths) {
    try {
      (void)read_all(paths);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static bool says(const Dataset& data, const std::string& text) {
    return std::ranges::any_of(data.notes,
                               [&](const std::string& note) { return note.find(text) != std::string::npos; });
  }
  static bool names_damage(const Dataset& data, const std::string& text) {
    return std::ranges::any_of(data.damage,
                               [&](const Damage& damage) { return damage.what.find(text) != std::string::npos; });
  }
  // A run of marl-eval with one evaluation.
  static std::string one_run(int seed, const std::string& returns) {
    return R"({"e": {"t": {"x": {"seed_)" + std::to_string(seed) + R"(": {"step_0": {"step_count": 1000, "return": [)" +
           returns + "]}}}}}}";
  }
  Dataset with_own_tasks(const std::vector<std::string>& labels, const std::filesystem::path& import) {
    Dataset data;
    for (const std::string& label : labels) {
      reports::Run own;
      own.task = data.task_index(label, label.substr(0, label.find('/')));
      own.algorithm = data.algorithm_index({.label = "omad", .name = "omad"});
      data.runs.push_back(own);
    }
    import_results(std::vector{import}, "sum", data);
    return data;
  }
};

TEST_F(ImportFiles, AFileThatIsGivenTwiceCountsOnce) {
  const auto path = write("lead/lead.json", one_run(0, "1, 2"));
  const auto link = path.parent_path().parent_path() / "link.json";
  std::filesystem::create_symlink(path, link);
  for (const Paths& paths : {Paths{path, path}, Paths{path.parent_path(), path}, Paths{path, path.parent_path()},
                             Paths{path, link}, Paths{path, path.parent_path() / ".." / "lead" / "lead.json"}}) {
    const Dataset data = read_all(paths);
    EXPECT_EQ(data.runs.size(), 1U);
    EXPECT_TRUE(data.damage.empty());
    EXPECT_TRUE(says(data, "lead.json: is given more than once; it counts once"));
  }
}

TEST_F(ImportFiles, TwoFilesOfOneNameAreToldApart) {
  const auto first = write("r1/metrics.json", one_run(0, "1, 2"));
  const auto same = write("r2/metrics.json", one_run(0, "1, 2"));
  const auto other = write("r3/metrics.json", one_run(1, "3, 4"));
  const std::string refused = refusal({first, same});
  EXPECT_NE(refused.find("r2/metrics.json: holds no run that can be used"), std::string::npos) << refused;
  EXPECT_NE(refused.find("seed 0 of x is there already, from another file"), std::string::npos) << refused;
  const Dataset data = read_all({first, other});
  EXPECT_EQ(data.runs.size(), 2U);
  EXPECT_EQ(data.runs[1].seed, 1);
  EXPECT_TRUE(says(data, "r1/metrics.json and 1 more: imported"));
}

TEST_F(ImportFiles, AFolderMayHoldFilesOfOtherKinds) {
  const auto folder = write("fold/lead.json", one_run(0, "1, 2")).parent_path();
  const auto config = write("fold/config.json", R"({"lr": 0.1})");
  const auto notes = write("fold/notes.csv", "when,what\n1,2\n");
  const auto text = write("fold/text.json", "no JSON");
  const Dataset data = read(folder);
  EXPECT_EQ(data.runs.size(), 1U);
  EXPECT_TRUE(says(data, "fold/config.json: is left out: holds no run that can be used; lr is not an object"));
  EXPECT_TRUE(says(data, "fold/notes.csv: is left out: its header is none that is known"));
  EXPECT_TRUE(says(data, "fold/text.json: is left out: is not JSON"));
  EXPECT_EQ(data.damage.size(), 3U);
  for (const auto& named : {config, notes, text}) {
    EXPECT_NE(refusal({named}), "") << named;
    EXPECT_NE(refusal({folder, named}), "") << named;
  }
}

TEST_F(ImportFiles, AFolderInWhichNothingCanBeUsedIsRefused) {
  const auto good = write("good.json", one_run(0, "1, 2"));
  const auto folder = write("fold/config.json", R"({"lr": 0.1})").parent_path();
  for (const Paths& paths : {Paths{folder}, Paths{good, folder}}) {
    const std::string refused = refusal(paths);
    EXPECT_NE(refused.find("fold: holds no file that can be used"), std::string::npos) << refused;
    EXPECT_NE(refused.find("fold/config.json: "), std::string::npos) << refused;
  }
}

TEST_F(ImportFiles, AFolderWithoutAnEnvironmentNamesOurTask) {
  const auto path = write("un/coop-nav-n3/mappo/0.csv", "step,avg_return\n0,1\n100,2\n");
  write("un/coop-nav-n3/mappo/1.csv", "step,avg_return\n0,1\n100,3\n");
  const auto folder = path.parent_path().parent_path().parent_path();
  const Dataset ours = with_own_tasks({"mpe/coop-nav-n3", "mpe/other"}, folder);
  EXPECT_EQ(ours.tasks.size(), 2U);
  EXPECT_EQ(std::ranges::count(ours.runs, 0U, &reports::Run::task), 3);
  // Which of two is meant is not known.
  const Dataset two = with_own_tasks({"mpe/coop-nav-n3", "vmas/coop-nav-n3"}, folder);
  ASSERT_EQ(two.tasks.size(), 3U);
  EXPECT_EQ(two.tasks[2].label, "coop-nav-n3");
  // A file that says its environment means that one.
  const auto json = write("other.json", R"({"vmas": {"coop-nav-n3": {"x": {"seed_0": {
    "step_0": {"step_count": 1, "return": [1]}}}}}})");
  EXPECT_EQ(with_own_tasks({"mpe/coop-nav-n3"}, json).tasks.size(), 2U);
}

TEST_F(ImportFiles, EqualRunsAreNamedAndKept) {
  const std::string step = R"(": {"step_0": {"step_count": 1, "return": [0]}, "step_1": {"step_count": 2, "return": [)";
  const auto path =
      write("copies.json", R"({"e": {"A": {"X": {"seed_0)" + step + R"(1.5]}}, "seed_1)" + step + R"(2.5]}}, "seed_2)" +
                               step + R"(1.5]}}, "seed_3)" + step + R"(0]}}, "seed_4)" + step + "0]}}}}}}");
  const Dataset data = read(path);
  EXPECT_EQ(data.runs.size(), 5U);
  EXPECT_TRUE(says(data,
                   "e/A, X: these runs have the same returns and count as 2 independent runs, so check that none is "
                   "a copy: seed 0 of copies.json, seed 2 of copies.json"));
  EXPECT_FALSE(says(data, "seed 3 of"));  // returns that never change say nothing
  const auto csv = write("dup/t/a/x.csv", "step,avg_return\n0,1\n100,2\n");
  write("dup/t/a/y.csv", "step,avg_return\n0,1\n100,2\n");
  EXPECT_TRUE(says(read(csv.parent_path()), "seed 0 of a/x.csv, seed 1 of a/y.csv"));
}

TEST_F(ImportFiles, TasksWhoseLabelsAreTheSameStayApart) {
  const std::string run = R"({"x": {"seed_0": {"step_0": {"step_count": 1, "return": [1]}}}})";
  const Dataset data = read(write("slash.json", R"({"a/b": {"c": )" + run + R"(}, "a": {"b/c": )" + run + "}}"));
  EXPECT_EQ(data.runs.size(), 1U);
  EXPECT_TRUE(names_damage(data,
                           "the environment \"a/b\" with the task \"c\" has the label a/b/c, as the environment \"a\" "
                           "with the task \"b/c\" has; rename one of them"));
}

TEST_F(ImportFiles, AKeyThatStandsTwiceIsRefused) {
  const std::string run = R"("seed_0": {"step_0": {"step_count": 1, "return": [1]}})";
  const std::string refused = refusal({write("twice.json", R"({"e": {"A": {"m": {)" + run + ", " + run + "}}}}")});
  EXPECT_NE(refused.find("has the key \"seed_0\" twice, at e/A/m/seed_0"), std::string::npos) << refused;
}

// ---- which harness wrote a file

TEST_F(Import, OneRunThatReachedTheLargestReturnDoesNotChangeTheWriter) {
  const auto run = [](const std::string& last, const std::string& absolute) {
    return R"({"step_0": {"step_count": 1000, "return": [3.0]}, "step_1": {"step_count": 2000, "return": [)" + last +
           R"(]}, "absolute_metrics": {"return": [)" + absolute + "]}}";
  };
  for (const std::string& others : {std::string("18.9"), std::string("20.0")}) {
    const Dataset data = import(R"({"smac": {"3m": {"qmix": {"seed_0": )" + run("18.5", others) + R"(, "seed_1": )" +
                                run("20.0", "20.0") + "}}}}");
    ASSERT_EQ(data.algorithms.size(), 1U);
    EXPECT_EQ(data.algorithms[0].label, "qmix");
    EXPECT_EQ(data.algorithms[0].name, "marl-eval");
    for (const reports::Run& found : data.runs) EXPECT_TRUE(found.absolute);
  }
  // The only run of its file, too.
  EXPECT_EQ(import(R"({"smac": {"3m": {"qmix": {"seed_1": )" + run("20.0", "20.0") + "}}}}").algorithms[0].name,
            "marl-eval");
}

// Each file holds one run; its episodes reach the largest possible return in one of them.
TEST_F(Import, OneFileThatReachedTheLargestReturnDoesNotChangeTheWriter) {
  const auto saved = [&](const std::string& name, const std::string& last, const std::string& absolute) {
    const auto path = suite_.write() / name;
    write_text(path,
               R"({"smac": {"3m": {"qmix": {")" + name.substr(0, 6) +
                   R"(": {"step_0": {"step_count": 1000, "return": [3.0, 4.0]}, "step_1": {"step_count": 2000, )" +
                   R"("return": )" + last + R"(}, "absolute_metrics": {"return": )" + absolute + "}}}}}}");
    return path;
  };
  const auto reached = saved("seed_0.json", "[20.0, 20.0]", "[20.0]");
  const auto other = saved("seed_1.json", "[18.0, 20.0]", "[18.9]");
  for (const auto& files : {std::vector{reached, other}, std::vector{other, reached}}) {
    Dataset data;
    import_results(files, "", data);
    ASSERT_EQ(data.algorithms.size(), 1U);
    EXPECT_EQ(data.algorithms[0].name, "marl-eval");
    for (const reports::Run& run : data.runs) EXPECT_TRUE(run.absolute && !run.best_single_episode);
  }
  Dataset alone;
  import_results(std::vector{reached}, "", alone);
  EXPECT_EQ(alone.algorithms[0].name, "marl-eval") << "solved, so that every harness would write this";
  EXPECT_TRUE(!alone.runs[0].best_single_episode && alone.runs[0].absolute);
  Dataset lucky;
  import_results(std::vector{saved("seed_2.json", "[18.0, 20.0]", "[20.0]")}, "", lucky);
  EXPECT_EQ(lucky.algorithms[0].name, "BenchMARL");
  EXPECT_TRUE(lucky.runs[0].best_single_episode && !lucky.runs[0].absolute);
  EXPECT_TRUE(std::ranges::any_of(lucky.notes, [](const std::string& note) {
    return note.find("nothing but its absolute entry, the largest single episode, shows that BenchMARL") !=
           std::string::npos;
  }));
}

TEST_F(Import, ANameThatAnotherOneIsShownByIsMarked) {
  suite_.add(plain_run("mpe/a", "omad", 0, {0, 5, 6}, 7));
  suite_.plan.algorithms[0].title = "QMIX";
  suite_.plan.tasks[0].title = "3m";
  ReportOptions options = quick_options();
  options.imports = {file(R"({"3m": {"3m": {"qmix": {"seed_0": {"step_0": {"step_count": 1, "return": [1]}}}}}})")};
  const Analysis analysis = analyse_folder(suite_.write(), options);
  ASSERT_EQ(analysis.algorithms.size(), 2U);
  EXPECT_EQ(analysis.algorithms[1].shown(), "qmix (imported)");
  ASSERT_EQ(analysis.tasks.size(), 2U);
  EXPECT_EQ(analysis.tasks[1].label, "3m");
  EXPECT_EQ(analysis.tasks[1].shown(), "3m (imported)");
}

TEST_F(Import, ASecondReturnIsAGroupsOnlyIfTheReturnIsTheMeanOfThem) {
  for (const std::string name : {"test_mean", "episodic", "norm", "discounted_episode", "adjusted"}) {
    const std::string other = "\"" + name + R"(_return": )";
    const Dataset data = import(R"({"smac": {"3m": {"qmix": {"seed_0": {"step_0": {"step_count": 1, "return": [3], )" +
                                other + R"([2.7]}, "step_1": {"step_count": 2, "return": [12], )" + other +
                                R"([10.8]}, "absolute_metrics": {"return": [11.5], )" + other + "[10.35]}}}}}}");
    EXPECT_EQ(data.algorithms[0].name, "marl-eval") << name;
    EXPECT_TRUE(data.runs[0].absolute) << name;
  }
  const Dataset groups = import(R"({"mpe": {"tag": {"mappo": {"seed_0": {
    "step_0": {"step_count": 1, "return": [2, 4], "adversary_return": [1, 3], "good_return": [3, 5]},
    "absolute_metrics": {"return": [4], "adversary_return": [3], "good_return": [5]}}}}}})");
  EXPECT_EQ(groups.algorithms[0].name, "BenchMARL");
  EXPECT_EQ(groups.runs[0].best_single_episode, 4);
  // One name for the same numbers is no group.
  const Dataset alias = import(R"({"e": {"t": {"x": {"seed_0": {
    "step_0": {"step_count": 1, "return": [2, 4], "test_episode_return": [2, 4]}}}}}})");
  EXPECT_EQ(alias.algorithms[0].name, "marl-eval");
}

// ---- metrics

TEST_F(ImportFiles, TidyCsvReadsTheReturnOfEachAlgorithm) {
  const std::string header = "exp_name,env_name,seed,metric,env_step,value\n";
  const Dataset data = read(write("tidy.csv", header + "A,e/t,0,return,1000,1\nB,e/t,0,episode_reward,1000,2\n"
                                                       "A,e/t,0,return,2000,3\nB,e/t,0,episode_reward,2000,4\n"
                                                       "C,e/t,0,loss,1000,4\nA,e/t,1,loss,1000,4\n"));
  ASSERT_EQ(data.runs.size(), 2U);
  EXPECT_EQ(data.runs[0].evaluations[1].mean, 3);
  EXPECT_EQ(data.runs[1].evaluations[1].mean, 4);
  EXPECT_TRUE(says(data, "these metrics are read as the return: \"episode_reward\" of B, \"return\" of A"));
  EXPECT_TRUE(names_damage(data, "e/t, C: has no metric \"return\"; its metrics: loss"));
  EXPECT_TRUE(names_damage(data, "e/t, A, seed 1: has no row of the metric \"return\""));
  EXPECT_EQ(data.damage.size(), 2U);
}

TEST_F(ImportFiles, TidyCsvPrefersAMetricThatAllAlgorithmsHave) {
  const std::string task =
      "exp_name,env_name,seed,metric,env_step,value\n"
      "A,e/t,0,return,1000,1\nA,e/t,0,eval_return,1000,5\n"
      "B,e/t,0,eval_return,1000,6\n";
  const Dataset data = read(write("tidy.csv", task));
  ASSERT_EQ(data.runs.size(), 2U);
  EXPECT_EQ(data.runs[0].evaluations[0].mean, 5);
  EXPECT_TRUE(says(data, "the metric \"eval_return\" is read as the return"));
  // Another task may need another metric.
  const Dataset two = read(write("two.csv", task + "A,e/u,0,reward,1000,7\n"));
  ASSERT_EQ(two.runs.size(), 3U);
  EXPECT_EQ(two.runs[0].evaluations[0].mean, 5);
  EXPECT_EQ(two.runs[2].evaluations[0].mean, 7);
}

TEST_F(ImportFiles, SacredSaysWhichMetricIsRead) {
  const Dataset tested = read(write("qmix/3m/1/info.json",
                                    R"({"test_return_mean": [1, 2], "test_return_mean_T": [0, 1000],
                                        "return_mean": [3, 4], "return_mean_T": [0, 1000]})"));
  EXPECT_TRUE(says(tested, "the metric \"test_return_mean\" is read as the return"));
  EXPECT_FALSE(says(tested, "training"));
  const Dataset untimed = read(write("qmix/3m/2/info.json",
                                     R"({"test_return_mean": [1, 2], "return_mean": [3, 4],
                                         "return_mean_T": [0, 1000]})"));
  EXPECT_EQ(untimed.runs[0].evaluations[0].mean, 3);
  EXPECT_TRUE(says(untimed, "the metric \"return_mean\" is read as the return"));
  EXPECT_TRUE(says(untimed,
                   "\"return_mean\" is a return of training episodes, not of an evaluation, since "
                   "\"test_return_mean\" has no steps (\"test_return_mean_T\")"));
  const Dataset trained = read(write("qmix/3m/3/info.json", R"({"return_mean": [3, 4], "return_mean_T": [0, 1000]})"));
  EXPECT_TRUE(says(trained, "since there is no return of test episodes"));
}

// ---- one run, or several

TEST_F(ImportFiles, RowsOfSeveralRunsAreNotOneRun) {
  const std::string several =
      refusal({write("t1/qmix/results.csv", "seed,step,return\n0,1003,1\n0,2014,2\n1,1009,1\n1,2001,2\n2,1,1\n")});
  EXPECT_NE(several.find("its column \"seed\" has several values (0, 1, ...), but a file holds one run"),
            std::string::npos)
      << several;
  const std::string two = refusal({write("algs/0.csv", "Algorithm,step,return\nmappo,1,1\nqmix,2,1\n")});
  EXPECT_NE(two.find("its column \"Algorithm\" has several values (mappo, qmix)"), std::string::npos) << two;
  const std::string unnamed = refusal({write("t1/qmix/1.csv", "step,return\n0,1\n100,2\n7,1\n107,2\n")});
  EXPECT_NE(unnamed.find("goes back from step 100 to step 7, as where it holds several runs"), std::string::npos)
      << unnamed;
  const std::string sacred =
      refusal({write("q/3m/1/info.json", R"({"return_mean": [1, 2, 3], "return_mean_T": [0, 100, 50]})")});
  EXPECT_NE(sacred.find("goes back from step 100 to step 50"), std::string::npos) << sacred;
  const std::string returns = refusal({write("r/x/return.json", R"({"steps": [100, 50], "returns": [[1], [2]]})")});
  EXPECT_NE(returns.find("goes back from step 100 to step 50"), std::string::npos) << returns;
}

TEST_F(ImportFiles, ColumnsWithOneValueSayTheSeedAndNamesOfTheRun) {
  const std::string head = "seed,algorithm,step,return\n";
  const auto folder = write("t1/qmix/a.csv", head + "7,qmix,1,1\n").parent_path();
  write("t1/qmix/b.csv", head + "8,vdn,1,1\n");
  const Dataset data = read(folder);
  ASSERT_EQ(data.runs.size(), 2U);
  EXPECT_EQ(data.runs[0].seed, 7);
  EXPECT_EQ(data.runs[1].seed, 8);
  EXPECT_EQ(data.notes.at(0),
            "t1: runs of qmix differ in algorithm: qmix (1 run), vdn (1 run); they count as one algorithm, so check "
            "that they are");
  EXPECT_TRUE(says(data,
                   "qmix/b.csv: the column \"algorithm\" says \"vdn\", but the folders name the run: the task is "
                   "\"t1\", the algorithm \"qmix\""));
  EXPECT_FALSE(says(data, "says \"qmix\""));
}

TEST_F(ImportFiles, EnvironmentStepsAreReadBeforeIterations) {
  const Dataset data = read(write("t1/ppo/0.csv", "step,return,env_step\n100,1,400000\n200,2,800000\n"));
  EXPECT_EQ(data.runs[0].evaluations[1].step, 800'000);
  EXPECT_TRUE(
      says(data, "the column \"env_step\" is read as environment steps, not \"step\", and \"return\" as the return"));
  const Dataset one = read(write("t1/ppo/0.csv", "step,return\n100,1\n"));
  EXPECT_TRUE(says(one, "the column \"step\" is read as environment steps, and \"return\" as the return"));
}

TEST_F(ImportFiles, ConfigurationsThatCountAsOneAlgorithmAreNamed) {
  const auto add = [&](int run, const std::string& name, const std::string& learning_rate, int limit) {
    const std::string folder = "sac/" + std::to_string(run) + "/", seed = std::to_string(100 + run);
    write(folder + "info.json", R"({"test_return_mean": [1, )" + seed + R"(], "test_return_mean_T": [0, 1000]})");
    return write(folder + "config.json", R"({"name": ")" + name + R"(", "env": "gymma", "env_args": {"key": "lbf", )" +
                                             R"("seed": )" + seed + R"(, "time_limit": )" + std::to_string(limit) +
                                             R"(}, "seed": )" + seed + R"(, "unique_token": "t)" + seed +
                                             R"(", "lr": )" + learning_rate + "}");
  };
  const auto folder = add(1, "qmix", "0.0001", 50).parent_path().parent_path();
  add(2, "qmix", "0.0001", 50);
  EXPECT_FALSE(says(read(folder), "differ in"));
  add(3, "qmix", "0.0005", 50);
  add(4, "vdn", "0.0005", 25);
  const Dataset data = read(folder);
  EXPECT_EQ(data.notes.at(0),
            "gymma/lbf: runs differ in env_args.time_limit: 25 (1 run), 50 (3 runs); they count as one task, so check "
            "that they are");
  EXPECT_EQ(data.notes.at(1),
            "gymma/lbf: runs of qmix differ in lr: 0.0001 (2 runs), 0.0005 (1 run); they count as one algorithm, so "
            "check that they are");
  EXPECT_FALSE(says(data, "runs of vdn differ"));
}

TEST_F(ImportFiles, RowsOfAResumedRunAreNoEpisodes) {
  const std::string head = "exp_name,env_name,seed,metric,env_step,value\n", row = "a,t,1,return,";
  const std::string resumed =
      refusal({write("tidy.csv", head + row + "1,1\n" + row + "2,1\n" + row + "3,1\n" + row + "2,9\n")});
  EXPECT_NE(resumed.find("t, a, seed 1: line 5: goes back to step 2, as where a run was resumed"), std::string::npos)
      << resumed;
  EXPECT_NE(refusal({write("tidy.csv", head + row + "5,1\n" + row + "9,1\n" + row + "7,1\n")}), "");
  // Sorted by step nothing goes back.
  const Dataset sorted = read(write("tidy.csv", head + row + "1,1\n" + row + "2,1\n" + row + "2,9\n"));
  EXPECT_TRUE(says(sorted,
                   "not every evaluation of a run has as many rows (a, seed 1 with 1 at step 1 and 2 at step 2); each "
                   "row counts as an episode, so check that none stands twice"));
  const Dataset whole = read(write("tidy.csv", head + row + "1,1\n" + row + "1,1\n" + row + "2,1\n" + row + "2,9\n"));
  EXPECT_FALSE(says(whole, "as many rows"));
}

TEST_F(ImportFiles, OtherSeedsThanTheNamesSayAreNamed) {
  const std::string head = "exp_name,env_name,seed,metric,env_step,value\n";
  const Dataset data = read(write("tidy.csv", head + "a,t,1,return,1,1\na,t,s1,return,1,2\na,t,-1,return,1,3\n"));
  ASSERT_EQ(data.runs.size(), 3U);
  EXPECT_TRUE(says(data,
                   "Runs whose names say no seed, or that of another run, are numbered: tidy.csv: t/t/a/seed s1 is "
                   "seed 0; tidy.csv: t/t/a/seed -1 is seed 2"));
  EXPECT_FALSE(says(read(write("tidy.csv", head + "a,t,1,return,1,1\na,t,01.0,return,2,2\n")), "are numbered"));
}

TEST_F(ImportFiles, ASquareOfReturnsHasTwoReadings) {
  const std::string square = R"({"steps": [1, 2], "returns": [[1, 2], [3, 4]]})";
  EXPECT_TRUE(says(read(write("t/ppo/return.json", square)),
                   "2 lists of 2 returns for 2 steps: each list is read as the episodes of one evaluation, so this is "
                   "one run; if each list is a run of its own, write a file for each run"));
  EXPECT_FALSE(says(read(write("t/ppo/seed_1/return.json", square)), "2 lists of 2"));  // one run by its folder
}

// ---- what a folder holds

TEST_F(ImportFiles, CompressedFilesAreReadByTheirNames) {
  const auto compress = [](const std::filesystem::path& file) {
    const std::string text = read_text(file), name = file.string() + ".gz";
    const gzFile out = gzopen(name.c_str(), "wb9");
    gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
    gzclose(out);
    std::filesystem::remove(file);
  };
  const auto csv = write("fold/t/a/3.csv", "step,return\n1,1\n");
  const auto json = write("fold/t/one.json", one_run(7, "1, 2"));
  const auto info = write("fold/sac/4/info.json", R"({"return_mean": [1], "return_mean_T": [0]})");
  const auto config = write("fold/sac/4/config.json", R"({"name": "qmix", "seed": 11})");
  for (const auto& file : {csv, json, info, config}) compress(file);
  const Dataset data = read(suite_.write() / "fold");
  EXPECT_TRUE(data.damage.empty());
  std::vector<std::int64_t> seeds;
  for (const reports::Run& run : data.runs) seeds.push_back(run.seed);
  std::ranges::sort(seeds);
  EXPECT_EQ(seeds, (std::vector<std::int64_t>{3, 7, 11}));
  write_text(json.string() + ".gz", "no gzip");
  EXPECT_TRUE(says(read(suite_.write() / "fold"), "fold/t/one.json.gz: is left out"));
}

TEST_F(ImportFiles, FilesOfOtherKindsAreCountedAndLinksAreFollowed) {
  const auto folder = write("fold/lead.json", one_run(0, "1, 2")).parent_path();
  EXPECT_FALSE(says(read(folder), "not read"));
  write("fold/a.txt", "x");
  write("fold/b.TXT", "x");
  write("fold/Makefile", "x");
  std::filesystem::create_symlink(folder / "nowhere", folder / "dangling.json");
  write("elsewhere/more.json", one_run(1, "3, 4"));
  std::filesystem::create_directory_symlink(folder.parent_path() / "elsewhere", folder / "linked");
  std::filesystem::create_directory_symlink(folder, folder / "circle");
  const Dataset data = read(folder);
  EXPECT_EQ(data.runs.size(), 2U);
  EXPECT_TRUE(says(data, "fold: 4 files of other kinds are not read (.TXT, .txt, links to nothing, no ending)"));
  EXPECT_FALSE(says(data, "more than once"));
}

// ---- sizes

TEST_F(ImportCases, SmallReturnsShowTheirDigitsAndOneBest) {
  for (const char* name : {"size_2e-4", "size_1e-7", "size_-1e-5"}) {
    ReportOptions options = quick_options();
    options.imports = {path(std::string("small-returns/") + name + ".json")};
    const Analysis analysis = analyse({}, options);
    ASSERT_EQ(analysis.main.digits.size(), 1U);
    EXPECT_LT(analysis.main.digits[0].exponent, -3) << name;
    EXPECT_GE(analysis.main.digits[0].decimals, 1) << name;
    EXPECT_EQ(std::ranges::count(analysis.main.cells[0], true, &Cell::best), 1) << name;
  }
}

}  // namespace
}  // namespace tutti::reports
