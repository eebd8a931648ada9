#include "reports/analysis/training_clock.hpp"

#include <algorithm>
#include <cmath>

namespace tutti::reports {
namespace {

bool has_time(const Run& run) { return run.record && !run.timing.empty(); }

bool has_processor_time(const Run& run) {
  return std::ranges::none_of(run.timing, [](const TimingRow& row) { return std::isnan(row.train_cpu_seconds); });
}

bool shared_cores(const Run& run) {
  const results::MachineRecord& machine = run.record->machine;
  if (machine.cores <= 0 || machine.jobs <= 0 || machine.jobs > machine.cores) return true;
  // A process that waits for its GPU takes less processor time, too.
  return run.record->device == "cpu" && run.timing.back().train_cpu_seconds < 0.9 * run.timing.back().train_seconds;
}

}  // namespace

TrainingClock training_clock(const Dataset& data) {
  bool any = false, shared = false, recorded = true;
  for (const Run& run : data.runs) {
    if (!has_time(run)) continue;
    any = true;
    shared = shared || shared_cores(run);
    recorded = recorded && has_processor_time(run);
  }
  if (!any) return TrainingClock::kNone;
  if (!shared) return TrainingClock::kWall;
  return recorded ? TrainingClock::kProcessor : TrainingClock::kSharedWall;
}

double train_seconds(const TimingRow& row, TrainingClock clock) {
  return clock == TrainingClock::kProcessor ? row.train_cpu_seconds : row.train_seconds;
}

double train_seconds(const results::TimeRecord& time, TrainingClock clock) {
  return clock == TrainingClock::kProcessor ? time.train_cpu_seconds : time.train_seconds;
}

std::string_view to_text(TrainingClock clock) {
  switch (clock) {
    case TrainingClock::kNone:
      return "No run recorded its training time.";
    case TrainingClock::kWall:
      return "Training time is wall-clock time: no runs shared a core.";
    case TrainingClock::kProcessor:
      return "Training time is processor time, because runs shared cores.";
    case TrainingClock::kSharedWall:
      return "Training time is wall-clock time although runs may have shared cores: not every run recorded its "
             "processor time.";
  }
  return "";
}

}  // namespace tutti::reports
