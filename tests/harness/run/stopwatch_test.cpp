#include "run/stopwatch.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

namespace tutti::run {
namespace {

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Takes this much processor time, however busy the machine is.
void work(double seconds) {
  for (const double start = processor_seconds(); processor_seconds() - start < seconds;) {
  }
}

TEST(Stopwatch, WaitingIsWallClockTimeAndNoProcessorTime) {
  Stopwatch stopwatch;
  stopwatch.start(Activity::kUpdate);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  stopwatch.start(Activity::kRest);
  EXPECT_GE(stopwatch.train_seconds(), 0.2);
  EXPECT_LT(stopwatch.train_cpu_seconds(), 0.1);
}

TEST(Stopwatch, ProcessorTimeIsThatOfTrainingAlone) {
  Stopwatch stopwatch;
  stopwatch.start(Activity::kAct);
  work(0.05);
  for (const Activity other : {Activity::kEvaluate, Activity::kCheckpoint}) {
    stopwatch.start(other);
    const double before = stopwatch.train_cpu_seconds();
    EXPECT_GE(before, 0.05);
    work(0.05);
    EXPECT_EQ(stopwatch.train_cpu_seconds(), before);
    stopwatch.start(Activity::kRest);
  }
  const double before = stopwatch.train_cpu_seconds();
  work(0.02);
  EXPECT_GE(stopwatch.train_cpu_seconds(), before + 0.02);
}

TEST(Stopwatch, ContinuesFromEarlierSegments) {
  Stopwatch::Seconds seconds{};
  seconds[static_cast<std::size_t>(Activity::kUpdate)] = 7;
  Stopwatch stopwatch(seconds, 5);
  stopwatch.start(Activity::kEvaluate);
  EXPECT_GE(stopwatch.train_seconds(), 7);
  EXPECT_GE(stopwatch.train_cpu_seconds(), 5);
  EXPECT_LT(stopwatch.train_cpu_seconds(), 6);
}

}  // namespace
}  // namespace tutti::run
