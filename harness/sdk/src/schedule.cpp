#include "tutti/schedule.hpp"

#include <cmath>

namespace tutti {

void UpdateSchedule::advance(std::int64_t copies) {
  const bool counts = !warming_up();
  steps_ += copies;
  if (!counts) return;
  ++sweeps_;
  credit_ += options_.updates_per_step * static_cast<double>(copies);
}

std::int64_t UpdateSchedule::take_due() {
  if (sweeps_ == 0 || sweeps_ % options_.interval != 0) return 0;
  const double due = std::floor(credit_ + 1e-9);  // so that ten times a tenth is one
  credit_ -= due;
  return static_cast<std::int64_t>(due);
}

void UpdateSchedule::save(SnapshotWriter& writer) const {
  writer.value<std::int64_t>("schedule/steps", steps_);
  writer.value<std::int64_t>("schedule/sweeps", sweeps_);
  writer.value<double>("schedule/credit", credit_);
}

void UpdateSchedule::load(SnapshotReader& reader) {
  steps_ = reader.value<std::int64_t>("schedule/steps");
  sweeps_ = reader.value<std::int64_t>("schedule/sweeps");
  credit_ = reader.value<double>("schedule/credit");
}

}  // namespace tutti
