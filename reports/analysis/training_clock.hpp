// What training time is measured in, for the runs of one report.
#pragma once

#include <string_view>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Processor time counts no waiting, so it compares runs that shared cores with each other and with those that did not.
enum class TrainingClock {
  kNone,        // no run recorded its time
  kWall,        // no run shared a core
  kProcessor,   // some did, or it cannot be known
  kSharedWall,  // some did, or it cannot be known, and some recorded no processor time
};

/// Runs shared cores where more of them ran at once than there were cores, or where one spent a tenth of its training
/// off the processor: another program had it.
TrainingClock training_clock(const Dataset& data);

/// Seconds of training at an evaluation, and of a whole run.
double train_seconds(const TimingRow& row, TrainingClock clock);
double train_seconds(const results::TimeRecord& time, TrainingClock clock);

/// One sentence for captions.
std::string_view to_text(TrainingClock clock);

}  // namespace tutti::reports
