// Runs that never learned although they were meant to: the one criterion of run logs, `tutti status` and reports.
#pragma once

#include "results/run_record.hpp"

namespace tutti::results {

/// Whether a finished run made no update of an algorithm that is meant to learn: one without parameters, such as random
/// actions, is not.
inline bool never_learned(const ProgressRecord& finished, bool algorithm_has_parameters) {
  return algorithm_has_parameters && finished.updates == 0;
}

}  // namespace tutti::results
