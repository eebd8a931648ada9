// Runs that never learned although they were meant to: the one criterion of `tutti status` and of reports.
#pragma once

#include "results/run_record.hpp"

namespace tutti::results {

/// Whether the run finished without one update of an algorithm that is meant to learn: one without parameters, such as
/// random actions, is not.
inline bool never_learned(const RunRecord& record, bool algorithm_has_parameters) {
  return algorithm_has_parameters && record.status == RunState::kFinished && record.progress.updates == 0;
}

}  // namespace tutti::results
