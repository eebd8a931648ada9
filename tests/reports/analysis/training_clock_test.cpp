#include "reports/analysis/training_clock.hpp"

#include <gtest/gtest.h>

#include "suite_folder.hpp"

namespace tutti::reports {
namespace {

/// 30 seconds of training by the clock on the wall, `cpu` of them on a processor; none: not recorded.
FakeRun timed_run(std::int64_t seed, std::vector<double> cpu) {
  FakeRun run = plain_run("mpe/a", "o", seed, {0, 1, 2, 3}, 0);
  run.train_seconds = {0, 10, 20, 30};
  run.record.time.train_seconds = 30;
  run.record.time.train_cpu_seconds = cpu.empty() ? 0 : cpu.back();
  run.record.progress.environment_steps = 3000;
  run.train_cpu_seconds = std::move(cpu);
  return run;
}

Analysis analysis_of(const std::vector<FakeRun>& runs) {
  SuiteFolder suite(3, 2);
  for (const FakeRun& run : runs) suite.add(run);
  return analyse_folder(suite.write(), quick_options());
}

TEST(TrainingClock, IsNoneWhereNoRunRecordedItsTime) {
  EXPECT_EQ(training_clock(Dataset()), TrainingClock::kNone);
  EXPECT_EQ(to_text(TrainingClock::kNone), "No run recorded its training time.");
}

TEST(TrainingClock, IsTheWallsWhereEveryRunHadACoreOfItsOwn) {
  const Analysis analysis = analysis_of({timed_run(0, {0, 9.9, 19.8, 29.7}), timed_run(1, {0, 9.9, 19.8, 29.7})});
  EXPECT_EQ(analysis.runtime.clock, TrainingClock::kWall);
  EXPECT_EQ(analysis.curves.wall_clock[0][0].x.back(), 30);
  EXPECT_EQ(analysis.runtime.cells[0][0].steps_per_second, 100);
}

TEST(TrainingClock, IsTheProcessorsWhereMoreRunsThanCoresRanAtOnce) {
  FakeRun crowded = timed_run(0, {0, 9.5, 19, 28.5});
  crowded.record.machine.jobs = 3;
  const Analysis analysis = analysis_of({crowded, timed_run(1, {0, 9.9, 19.8, 29.7})});
  EXPECT_EQ(analysis.runtime.clock, TrainingClock::kProcessor);
  EXPECT_EQ(analysis.curves.wall_clock[0][0].x.back(), 28.5);
}

TEST(TrainingClock, IsTheProcessorsWhereAnotherProgramHadTheCore) {
  const Analysis analysis = analysis_of({timed_run(0, {0, 5, 10, 15}), timed_run(1, {0, 5, 10, 15})});
  EXPECT_EQ(analysis.runtime.clock, TrainingClock::kProcessor);
  EXPECT_EQ(analysis.runtime.cells[0][0].train_seconds, 30);
  EXPECT_EQ(analysis.runtime.cells[0][0].train_cpu_seconds, 15);
  EXPECT_EQ(analysis.runtime.cells[0][0].steps_per_second, 200);
}

TEST(TrainingClock, IsTheWallsWhereAProcessWaitedForItsGpu) {
  std::vector<FakeRun> runs{timed_run(0, {0, 2, 4, 6}), timed_run(1, {0, 2, 4, 6})};
  for (FakeRun& run : runs) run.record.device = "cuda:0";
  const Analysis analysis = analysis_of(runs);
  EXPECT_EQ(analysis.runtime.clock, TrainingClock::kWall);
  EXPECT_EQ(analysis.runtime.cells[0][0].steps_per_second, 100);
}

TEST(TrainingClock, IsTheWallsWhereARunRecordedNoOther) {
  FakeRun old = timed_run(0, {});
  old.record.machine.jobs = 3;
  const Analysis analysis = analysis_of({old, timed_run(1, {0, 5, 10, 15})});
  EXPECT_EQ(analysis.runtime.clock, TrainingClock::kSharedWall);
  EXPECT_EQ(analysis.curves.wall_clock[0][0].x.back(), 30);
}

}  // namespace
}  // namespace tutti::reports
