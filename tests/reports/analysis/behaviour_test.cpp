#include "reports/analysis/behaviour.hpp"

#include <gtest/gtest.h>

namespace tutti::reports {
namespace {

Run run(std::int64_t seed, double best, std::optional<double> absolute, RunState state = RunState::kFinished) {
  Run run;
  run.seed = seed;
  run.state = state;
  run.evaluations.resize(2);
  run.evaluations[0].mean = best;
  run.evaluations[1].mean = best - 1;
  if (absolute) run.absolute.emplace().mean = *absolute;
  return run;
}

std::int64_t shown_of(std::vector<Run> runs) {
  Dataset data;
  data.runs = std::move(runs);
  const std::vector<ShownRun> shown = runs_to_show(data);
  return shown.empty() ? -1 : shown.front().seed;
}

TEST(RunsToShow, TheHighestAbsoluteEvaluationCounts) {
  EXPECT_EQ(shown_of({run(1, 9, 2.0), run(2, 1, 3.0), run(3, 5, 3.0)}), 2);
}

TEST(RunsToShow, WithoutAbsoluteEvaluationsTheBestEvaluationCounts) {
  EXPECT_EQ(shown_of({run(1, 2, {}), run(2, 9, {}), run(3, 5, {})}), 2);
}

TEST(RunsToShow, AFinishedRunComesBeforeAnother) {
  EXPECT_EQ(shown_of({run(1, 9, {}, RunState::kInterrupted), run(2, 1, {})}), 2);
  EXPECT_EQ(shown_of({run(1, 9, {}, RunState::kInterrupted)}), 1);
}

TEST(RunsToShow, FailedImportedAndUntrainedRunsHaveNoPolicy) {
  reports::Run imported = run(2, 1, {});
  imported.imported = true;
  reports::Run untrained = run(3, 1, {});
  untrained.evaluations.clear();
  EXPECT_EQ(shown_of({run(1, 9, {}, RunState::kFailed), imported, untrained}), -1);
}

TEST(RunsToShow, EveryPairOfTaskAndAlgorithmHasOne) {
  Dataset data;
  for (const std::size_t task : {1, 0}) {
    for (const std::size_t algorithm : {1, 0}) {
      data.runs.push_back(run(1, 1, {}));
      data.runs.back().task = task;
      data.runs.back().algorithm = algorithm;
    }
  }
  const std::vector<ShownRun> shown = runs_to_show(data);
  ASSERT_EQ(shown.size(), 4U);
  EXPECT_EQ(shown[1].task, 0U);
  EXPECT_EQ(shown[1].algorithm, 1U);
}

}  // namespace
}  // namespace tutti::reports
