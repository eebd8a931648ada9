// Which runs count: missing, running and failed ones, ragged numbers of runs, scores and bounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "reports/analysis/scores.hpp"
#include "suite_folder.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// Two tasks, two algorithms, three seeds; the second algorithm lacks seed 2 on task b.
class PartialSuite : public testing::Test {
 protected:
  PartialSuite() {
    for (const std::string task : {"mpe/a", "mpe/b"}) {
      for (int seed = 0; seed < 3; ++seed) {
        suite_.add(plain_run(task, "base", seed, {0, 4, 6.0 + seed}, 7.0 + seed));
        if (task == "mpe/a" || seed < 2) {
          suite_.add(plain_run(task, "omad", seed, {0, 8, 10.0 + seed}, 12.0 + seed));
        } else {
          suite_.add_missing(task, "omad", seed);
        }
      }
    }
    suite_.propose("omad");
  }
  Analysis report(const ReportOptions& options = quick_options()) { return analyse_folder(suite_.write(), options); }

  void expect_refused(const ReportOptions& options, const std::string& why) {
    try {
      report(options);
      FAIL() << why;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
  }

  SuiteFolder suite_{2, 2};
};

TEST_F(PartialSuite, AggregatesOverTheSeedsThatAreCompleteOnAllTasks) {
  const Analysis analysis = report();
  const Aggregate& omad = analysis.aggregates.algorithms[1];
  EXPECT_EQ(omad.n, 2);
  EXPECT_EQ(omad.seeds, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(omad.left_out, (std::vector<std::int64_t>{2}));
  EXPECT_EQ(analysis.aggregates.algorithms[0].n, 3);
  EXPECT_EQ(analysis.main.cells[0][1].n, 3);
  EXPECT_EQ(analysis.main.cells[1][1].n, 2);
  EXPECT_EQ(analysis.main.cells[1][1].missing, 1);
  ASSERT_EQ(analysis.missing.size(), 1U);
  EXPECT_EQ(analysis.missing[0].state, RunState::kWaiting);
}

TEST_F(PartialSuite, RaggedAggregatesUseEveryRun) {
  ReportOptions options = quick_options();
  options.ragged = true;
  const Analysis analysis = report(options);
  EXPECT_TRUE(analysis.aggregates.algorithms[1].left_out.empty());
  EXPECT_EQ(analysis.aggregates.algorithms[1].seeds.size(), 3U);
  EXPECT_EQ(analysis.aggregates.algorithms[1].n, 2);
  EXPECT_EQ(analysis.aggregates.algorithms[1].most, 3);
}

TEST_F(PartialSuite, ASingleRunHasAValueAndNoInterval) {
  suite_.add(plain_run("mpe/a", "once", 0, {0, 1, 2}, 3));
  suite_.add(plain_run("mpe/b", "once", 0, {0, 1, 2}, 3));
  const Analysis analysis = report();
  EXPECT_EQ(analysis.aggregates.algorithms[2].n, 1);
  EXPECT_FALSE(std::isnan(analysis.aggregates.algorithms[2].iqm.value));
  EXPECT_FALSE(analysis.aggregates.algorithms[2].iqm.interval);
}

TEST(SmallSamples, FewerThanThreeRunsCarryNoIntervalNoBandAndNoVerdict) {
  for (const int runs : {2, 3}) {
    SuiteFolder suite(3, 2);
    for (const char* task : {"mpe/a", "mpe/b"}) {
      for (int seed = 0; seed < runs; ++seed) {
        suite.add(plain_run(task, "good", seed, {0, 5.0 + seed, 8, 9.0 + seed}, 9.0 + seed));
        suite.add(plain_run(task, "bad", seed, {0, 1.0 + seed, 2, 3.0 - seed}, 3.0 - seed));
      }
    }
    suite.propose("good");
    const Analysis analysis = analyse_folder(suite.write(), quick_options());
    const bool enough = runs >= 3;
    const Aggregates& aggregates = analysis.aggregates;
    EXPECT_EQ(aggregates.algorithms[0].iqm.interval.has_value(), enough);
    EXPECT_EQ(aggregates.algorithms[1].gap.interval.has_value(), enough);
    EXPECT_EQ(analysis.main.iqm[0].interval.has_value(), enough);
    EXPECT_EQ(!aggregates.profiles[0].low.empty(), enough);
    EXPECT_EQ(aggregates.improvements[0].probability.interval.has_value(), enough);
    EXPECT_EQ(aggregates.improvements[0].marked, enough);
    EXPECT_EQ(!analysis.curves.aggregate[0].low.empty(), enough);
    EXPECT_EQ(!analysis.curves.steps[0][0].low.empty(), enough);
    EXPECT_EQ(analysis.efficiency.rows[0].cells[0].auc_interval.has_value(), enough);
    EXPECT_EQ(analysis.efficiency.rows[0].cells[0].speed_up.interval.has_value(), enough);
    EXPECT_EQ(aggregates.improvements[0].probability.value, 1);
  }
}

TEST_F(PartialSuite, AnAlgorithmWithoutACompleteSeedHasNoAggregate) {
  suite_.add(plain_run("mpe/a", "half", 0, {0, 1, 2}, 3));
  const Analysis analysis = report();
  EXPECT_TRUE(std::isnan(analysis.aggregates.algorithms[2].iqm.value));
  EXPECT_EQ(analysis.aggregates.algorithms[2].left_out, (std::vector<std::int64_t>{0}));
  EXPECT_EQ(analysis.main.cells[1][2].n, 0);
}

TEST_F(PartialSuite, NoOtherAlgorithmIsTheBestWhereOneWithoutAnAggregateIs) {
  EXPECT_EQ(report().aggregates.algorithms[1].best_count, 2);
  suite_.add(plain_run("mpe/a", "half", 0, {0, 1, 2}, 30));
  const Analysis analysis = report();
  EXPECT_EQ(analysis.aggregates.algorithms[1].best_count, 1);
  EXPECT_EQ(analysis.aggregates.algorithms[1].mean_rank, 1);
  EXPECT_EQ(analysis.main.left_out[1], (std::vector<std::int64_t>{2}));
}

TEST_F(PartialSuite, FailedRunsAreListedAndLeftOut) {
  fail(suite_.folder_of("mpe/a", "base", 1), "not-finite");
  const Analysis analysis = report();
  ASSERT_EQ(analysis.failures.size(), 1U);
  EXPECT_EQ(analysis.failures[0].failure.kind, "not-finite");
  EXPECT_EQ(analysis.missing.size(), 1U) << "a failed run is listed once";
  EXPECT_EQ(analysis.failures[0].failure.log, (std::vector<std::string>{"last line"}));
  EXPECT_EQ(analysis.main.cells[0][0].n, 2);
  EXPECT_EQ(analysis.main.cells[0][0].failed, 1);
  EXPECT_TRUE(std::ranges::any_of(analysis.warnings,
                                  [](const std::string& w) { return w.find("flatters") != std::string::npos; }));
}

TEST_F(PartialSuite, FailedRunsCanCountAsTheWorst) {
  fail(suite_.folder_of("mpe/a", "omad", 1), "signal");
  ReportOptions options = quick_options();
  options.failed = FailedRuns::kWorst;
  const Analysis analysis = report(options);
  const Cell& cell = analysis.main.cells[0][1];
  EXPECT_EQ(cell.n, 3);
  EXPECT_EQ(cell.failed, 1);
  EXPECT_EQ(cell.runs, (std::vector<double>{10, 0, 12}));  // 0 is the lowest evaluation mean of any algorithm
  EXPECT_EQ(analysis.curves.steps[0][1].n, 3);
}

TEST_F(PartialSuite, TheWorstMayBeAnAbsoluteEvaluation) {
  suite_.add(plain_run("mpe/a", "base", 3, {0, 4, 6}, -8));
  fail(suite_.folder_of("mpe/a", "omad", 1), "signal");
  ReportOptions options = quick_options();
  options.failed = FailedRuns::kWorst;
  EXPECT_EQ(report(options).main.cells[0][1].runs, (std::vector<double>{10, -8, 12}));
}

TEST(Scores, AFailedRunStaysFlatFromItsFailureOn) {
  reports::Run run;  // testing::Test has a Run of its own
  run.worst = -5;
  run.evaluations.resize(2);
  run.evaluations[0].mean = 1;
  run.evaluations[1].mean = 2;
  run.protocol.environment_steps = 40;
  run.protocol.interval = 10;
  EXPECT_EQ(curve_of(run), (std::vector<double>{1, 2, -5, -5, -5}));
}

TEST(Scores, AreWhatTheirNamesSay) {
  reports::Run run;  // testing::Test has a Run of its own
  run.state = RunState::kFinished;
  for (int k = 0; k <= 4; ++k) {
    run.evaluations.push_back(
        {.index = k, .step = k * 10, .returns = {}, .lengths = {}, .terminated = {}, .mean = k == 2 ? 9.0 : k});
  }
  run.absolute = Evaluation{.returns = {}, .lengths = {}, .terminated = {}, .mean = 7};
  EXPECT_EQ(score_of(run, parse_score("final")), 4);
  EXPECT_EQ(score_of(run, parse_score("best")), 9);
  EXPECT_EQ(score_of(run, parse_score("absolute")), 7);
  EXPECT_EQ(score_of(run, parse_score("last-2")), 3.5);
  EXPECT_EQ(score_of(run, parse_score("last-10")), (1 + 9 + 3 + 4) / 4.0);  // never the untrained one
}

TEST(Scores, OfTheLastEvaluationsAreOfNoMoreThanThereAre) {
  const Score last = parse_score("last-10"), best = parse_score("best");
  const auto run_of = [](std::int64_t count, std::int64_t first) {
    reports::Run run;
    for (std::int64_t k = first; k <= count; ++k) run.evaluations.emplace_back().step = 100 * k;
    return run;
  };
  const reports::Run five = run_of(5, 0), ten = run_of(10, 0), imported = run_of(20, 1);
  EXPECT_EQ(definition_of(last, {&five}), "mean over the last 5 evaluations of a run");
  EXPECT_EQ(definition_of(last, {&imported, &ten}), "mean over the last 10 evaluations of a run");
  EXPECT_EQ(definition_of(last, {&five, &imported}),
            "mean over the last 10 evaluations of a run, or all of them where it has fewer");
  EXPECT_EQ(definition_of(last), "mean over the last 10 evaluations of a run, or all of them where it has fewer");
  // The untrained policy's may be the highest.
  EXPECT_EQ(definition_of(best, {&five}), "optimistic (maximum of 6 evaluations): a run's highest evaluation");
  EXPECT_EQ(definition_of(best, {&five, &imported}),
            "optimistic (maximum of 6 to 20 evaluations): a run's highest evaluation");
  EXPECT_EQ(definition_of(best), "optimistic (maximum of all evaluations): a run's highest evaluation");
}

TEST_F(PartialSuite, ARunWithoutAnAbsoluteEvaluationIsNamedAsLeftOut) {
  for (const char* task : {"mpe/a", "mpe/b"})
    std::filesystem::remove(suite_.folder_of(task, "base", 1) / "absolute.csv");
  for (const bool ragged : {false, true}) {
    ReportOptions options = quick_options();
    options.ragged = ragged;
    const Aggregate base = report(options).aggregates.algorithms[0];
    EXPECT_EQ(base.seeds, (std::vector<std::int64_t>{0, 2}));
    EXPECT_EQ(base.left_out, std::vector<std::int64_t>{1}) << ragged;
  }
}

TEST_F(PartialSuite, MinimumAndMaximumAreThoseOfSingleEpisodesAfterTraining) {
  const Analysis analysis = report();
  EXPECT_EQ(analysis.tasks[0].bounds.low, 3);    // 4 - 1, not the untrained 0 - 1
  EXPECT_EQ(analysis.tasks[0].bounds.high, 14);  // of the absolute evaluations
}

TEST_F(PartialSuite, ARunWithNothingButItsUntrainedPolicyDoesNotSetTheScale) {
  FakeRun run = plain_run("mpe/a", "base", 7, {-100}, 0);
  run.absolute.clear();
  fail(suite_.add(run), "signal");
  EXPECT_EQ(report().tasks[0].bounds.low, 3);
}

TEST(Normalisation, TakesUntrainedPoliciesWhereNothingElseWasEvaluated) {
  SuiteFolder suite(1, 2);
  for (const char* task : {"mpe/a", "mpe/b"}) {
    FakeRun run = plain_run(task, "omad", 0, {7}, 0);
    run.absolute.clear();
    fail(suite.add(run), "signal");
  }
  suite.add(plain_run("mpe/b", "omad", 1, {0, 3}, 3));
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_EQ(analysis.tasks[0].bounds.low, 6);
  EXPECT_EQ(analysis.tasks[1].bounds.high, 4);
}

// The first of the folders has a run that failed or never ran, the other one the same run, finished.
TEST(Folders, AFinishedRunCountsWhateverTheirOrder) {
  for (const bool failed : {false, true}) {
    SuiteFolder partial(2, 2), rest(2, 2);
    for (SuiteFolder* suite : {&partial, &rest}) suite->add(plain_run("mpe/a", "omad", 0, {0, 1, 2}, 2));
    rest.plan.runs.clear();
    rest.add(plain_run("mpe/a", "omad", 1, {0, 4, 5}, 5));
    if (failed) {
      fail(partial.add(plain_run("mpe/a", "omad", 1, {0, -9, -9}, -9)), "signal");
    } else {
      partial.add_missing("mpe/a", "omad", 1);
    }
    std::vector<std::filesystem::path> folders = {partial.write(), rest.write()};
    for (int order = 0; order < 2; ++order) {
      const Analysis analysis = analyse(folders, quick_options());
      EXPECT_EQ(analysis.main.cells[0][0].runs, (std::vector<double>{2, 5})) << failed << order;
      EXPECT_TRUE(analysis.failures.empty() && analysis.missing.empty());
      const std::string what = order == 0
                                   ? "the same run is in a later folder, where it finished; this one, failed, is "
                                     "left out"
                                   : "the same run is in an earlier folder; this one is left out";
      const auto named = std::ranges::count_if(
          analysis.damage, [&](const Damage& d) { return d.file == "mpe/a/omad/seed-1" && d.what == what; });
      EXPECT_EQ(named, failed ? 1 : 0) << order;
      std::ranges::reverse(folders);
    }
  }
}

TEST_F(PartialSuite, PinnedBoundsAreTakenAsTheyAre) {
  ReportOptions options = quick_options();
  options.normalize = Normalization::kPinned;
  options.bounds = {{"mpe/a", {0, 20}}, {"mpe/b", {0, 40}}};
  const Analysis analysis = report(options);
  EXPECT_EQ(analysis.tasks[1].bounds.high, 40);
  EXPECT_NEAR(analysis.aggregates.algorithms[0].mean.value, (8 / 20.0 + 8 / 40.0) / 2, 1e-12);
  options.bounds = {{"mpe/a", {0, 20}}};
  expect_refused(options, "mpe/b has no bounds");
}

// What random play gets and a named achievement, for the first of two tasks or for both.
void declare_ranges(SuiteFolder& suite, bool both) {
  suite.plan.tasks.at(0).reference = ReferenceRange{2, "random play", 10, "a scripted team"};
  if (both) suite.plan.tasks.at(1).reference = ReferenceRange{0, "random play", 4, "a paper"};
}

SuiteFolder& two_tasks(SuiteFolder& suite) {
  suite.plan.protocol.absolute = false;
  for (const char* task : {"mpe/a", "mpe/b"}) {
    for (int seed = 0; seed < 2; ++seed) {
      FakeRun run = plain_run(task, "base", seed, {0, 6, 6}, 0);
      run.absolute.clear();
      suite.add(run);
    }
  }
  return suite;
}

TEST(ReferenceRange, IsTheScaleWhereEveryTaskDeclaresOne) {
  SuiteFolder suite(2, 2);
  declare_ranges(two_tasks(suite), true);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_EQ(analysis.normalization, Normalization::kReference);
  EXPECT_EQ(analysis.tasks[0].bounds.low, 2);
  EXPECT_EQ(analysis.tasks[0].bounds.high_source, "a scripted team");
  // 0.5 on the first task; beyond the achievement on the second, and shown as it is.
  EXPECT_EQ(analysis.aggregates.algorithms[0].mean.value, (0.5 + 1.5) / 2);
}

TEST(ReferenceRange, IsTheSameWhenAnAlgorithmIsAdded) {
  SuiteFolder suite(2, 2);
  declare_ranges(two_tasks(suite), true);
  const double before = analyse_folder(suite.write(), quick_options()).aggregates.algorithms[0].iqm.value;
  for (const char* task : {"mpe/a", "mpe/b"}) suite.add(plain_run(task, "other", 0, {0, 60, 90}, 90));
  EXPECT_EQ(analyse_folder(suite.write(), quick_options()).aggregates.algorithms[0].iqm.value, before);
}

TEST(ReferenceRange, GivesWayToMinimumAndMaximumWhereATaskHasNone) {
  SuiteFolder suite(2, 2);
  declare_ranges(two_tasks(suite), false);
  ReportOptions options = quick_options();
  const Analysis analysis = analyse_folder(suite.write(), options);
  EXPECT_EQ(analysis.normalization, Normalization::kMinmax);
  EXPECT_EQ(analysis.tasks[0].bounds.high, 7);
  options.normalize = Normalization::kReference;
  try {
    analyse_folder(suite.write(), options);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("mpe/b has no reference range"), std::string::npos) << error.what();
  }
}

TEST(ReferenceRange, GivesWayToTheBoundsOfTheSuite) {
  SuiteFolder suite(2, 2);
  declare_ranges(two_tasks(suite), false);
  ReportOptions options = quick_options();
  options.bounds = {{"mpe/a", {0, 12}}, {"mpe/b", {5, 6}}};
  const Analysis analysis = analyse_folder(suite.write(), options);
  EXPECT_EQ(analysis.normalization, Normalization::kReference);
  EXPECT_EQ(analysis.tasks[0].bounds.high, 12);
  EXPECT_EQ(analysis.tasks[1].bounds.low, 5);
}

FakeRun untrained(const std::string& algorithm, int seed, double mean, const std::string& configuration) {
  FakeRun run = plain_run("mpe/a", algorithm, seed, {0, mean, mean}, mean);
  run.updates = 0;
  run.configuration = configuration;
  return run;
}

bool warns(const Analysis& analysis, const std::string& part) {
  return std::ranges::any_of(analysis.warnings,
                             [&](const std::string& warning) { return warning.find(part) != std::string::npos; });
}

TEST(Machine, MemoryIsInUnitsThatPeopleRead) {
  SuiteFolder suite(2, 2);
  FakeRun run = plain_run("mpe/a", "omad", 0, {0, 1, 2}, 2);
  run.record.machine.memory_bytes = 25'276'063'744;
  suite.add(run);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  const auto memory = std::ranges::find(analysis.machine, "memory", &Fact::name);
  ASSERT_NE(memory, analysis.machine.end());
  EXPECT_EQ(memory->value, "25.3 GB");
}

TEST(FewRuns, AreNotWarnedOfIntervalsThatTheyDoNotHave) {
  for (const int runs : {2, 3}) {
    SuiteFolder suite(2, 2);
    for (int seed = 0; seed < runs; ++seed) suite.add(plain_run("mpe/a", "omad", seed, {0, 1, 2}, 2));
    const Analysis analysis = analyse_folder(suite.write(), quick_options());
    EXPECT_EQ(warns(analysis, "no interval and no verdict"), runs == 2);
    EXPECT_EQ(warns(analysis, "are too narrow"), runs == 3);
  }
}

// Random actions have nothing to learn: their score counts like any other.
TEST(Budget, ACellWhoseRunsMadeNoUpdateIsNeverBold) {
  SuiteFolder suite(2, 2);
  for (int seed = 0; seed < 3; ++seed) {
    suite.add(plain_run("mpe/a", "learned", seed, {0, 4, 5}, 5));
    suite.add(untrained("lucky", seed, 9, "[algorithm_values]\nwarm_up_steps = 5000\n"));
    suite.add(untrained("random", seed, 8, ""));
  }
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_FALSE(analysis.main.cells[0][0].best);
  EXPECT_FALSE(analysis.main.cells[0][1].best);
  EXPECT_EQ(analysis.main.cells[0][1].without_update, 3);
  EXPECT_TRUE(analysis.main.cells[0][2].best);
  EXPECT_EQ(analysis.main.cells[0][2].without_update, 0);
  EXPECT_TRUE(warns(analysis, "lucky made no update on mpe/a"));
  EXPECT_FALSE(warns(analysis, "random made no update"));  // it has nothing to learn
  EXPECT_EQ(analysis.aggregates.algorithms[1].best_count, 0);
  EXPECT_EQ(analysis.aggregates.algorithms[2].best_count, 1);
  EXPECT_EQ(analysis.efficiency.rows[0].baseline, 2U) << "what never learned sets no threshold";
}

TEST(Budget, StepsAfterTheLastEvaluationAreSaid) {
  SuiteFolder suite(2, 2, 1000);
  suite.add(plain_run("mpe/a", "learned", 0, {0, 4, 5}, 5));
  EXPECT_FALSE(warns(analyse_folder(suite.write(), quick_options()), "not evaluated"));
  SuiteFolder longer(2, 2, 1000);
  longer.plan.protocol.environment_steps = 2500;
  longer.add(plain_run("mpe/a", "learned", 0, {0, 4, 5}, 5));
  EXPECT_TRUE(warns(analyse_folder(longer.write(), quick_options()),
                    "The last 500 of 2500 environment steps of each run are not evaluated"));
}

TEST(Budget, StepsAfterTheLastEvaluationAreSaidOfTheirTasks) {
  SuiteFolder suite(2, 2, 1000);
  suite.own_budget("mpe/b", 2, 1000);
  suite.plan.tasks[0].protocol->environment_steps = 2500;
  suite.add(plain_run("mpe/a", "learned", 0, {0, 4, 5}, 5));
  suite.add(plain_run("mpe/b", "learned", 0, {0, 4, 5}, 5));
  EXPECT_TRUE(warns(analyse_folder(suite.write(), quick_options()),
                    "The last 500 of 2500 environment steps of each run on mpe/b are not evaluated"));
}

TEST(Budget, FinishedRunsOutsideThePlanAreNamed) {
  SuiteFolder suite(2, 2);
  for (int seed = 0; seed < 3; ++seed) suite.add(plain_run("mpe/a", "learned", seed, {0, 4, 5}, 5));
  suite.plan.runs.erase(suite.plan.runs.begin(), suite.plan.runs.begin() + 2);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  ASSERT_EQ(analysis.damage.size(), 1U);
  EXPECT_EQ(
      analysis.damage[0].what,
      "2 finished runs are in the folder but not in its plan: mpe/a/learned/seed-0, mpe/a/learned/seed-1; they are "
      "left out");
}

TEST_F(PartialSuite, RawReturnsAreNotAggregated) {
  ReportOptions options = quick_options();
  options.normalize = Normalization::kNone;
  const Analysis analysis = report(options);
  EXPECT_FALSE(analysis.aggregates.available);
  EXPECT_FALSE(analysis.aggregates.reason.empty());
  EXPECT_TRUE(analysis.main.iqm.empty());
  EXPECT_EQ(analysis.main.cells[0][0].n, 3);
}

TEST(Normalisation, MapsBoundsToZeroAndOne) {
  const Bounds bounds{0, 10};
  EXPECT_EQ(normalize(0, bounds), 0);
  EXPECT_EQ(normalize(2, bounds), 0.2);
  EXPECT_EQ(normalize(4, bounds), 0.4);
  EXPECT_EQ(normalize(10, bounds), 1);
  EXPECT_EQ(normalize(3, {3, 3}), 0);
}

TEST(Normalisation, WarnsWhereAllReturnsAreEqual) {
  SuiteFolder suite(1, 2);
  FakeRun run = plain_run("mpe/a", "omad", 0, {0, 0}, 5);
  run.evaluations = {{0, 0}, {5, 5}};
  suite.add(run);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_EQ(analysis.aggregates.algorithms[0].iqm.value, 0);
  EXPECT_TRUE(std::ranges::any_of(
      analysis.warnings, [](const std::string& w) { return w.find("all returns are equal") != std::string::npos; }));
}

TEST(Normalisation, FindsTheBoundsWhereARunningMinimumHidesTheMaximum) {
  // A list of episodes that lowers the minimum may hold the maximum as well.
  SuiteFolder suite(2, 2);
  FakeRun run = plain_run("mpe/a", "omad", 0, {0, 0, 0}, 5);
  run.evaluations = {{0, 0}, {5, 5}, {0, 10}};
  suite.add(run);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_EQ(analysis.tasks[0].bounds.low, 0);
  EXPECT_EQ(analysis.tasks[0].bounds.high, 10);
  EXPECT_EQ(normalize(10, analysis.tasks[0].bounds), 1);
}

TEST(Scores, FallBackToTheLastEvaluationsWithoutAbsoluteOnes) {
  SuiteFolder suite(2, 2);
  suite.plan.protocol.absolute = false;
  FakeRun run = plain_run("mpe/a", "omad", 0, {0, 2, 4}, 0);
  run.absolute.clear();
  suite.add(run);
  const Analysis analysis = analyse_folder(suite.write(), quick_options());
  EXPECT_EQ(analysis.aggregates.score, "last-10");
  EXPECT_TRUE(std::ranges::any_of(analysis.warnings,
                                  [](const std::string& w) { return w.find("last-10") != std::string::npos; }));
}

}  // namespace
}  // namespace tutti::reports
