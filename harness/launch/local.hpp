// Runs a suite on this machine: a process for each run, as many at once as there are jobs. What one run does, and how
// it ends, never touches another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "launch/suite_folder.hpp"
#include "loader/registry.hpp"
#include "suite/plan.hpp"

namespace tutti::launch {

struct LocalOptions {
  std::filesystem::path results = "results";  // the suite's folder is below it
  std::int64_t jobs = 0;                      // runs at once; 0: one for each core
  OnChange on_change = OnChange::kRefuse;
  bool retry = false;                   // failed runs, and only they, are started again
  std::int64_t memory_limit_bytes = 0;  // of each run; 0: none
  std::vector<std::string> repeated;    // options that the same suite needs to continue, such as --seeds 1,2
};

struct Summary {
  std::int64_t finished = 0;  // now or earlier
  std::int64_t failed = 0;
  std::int64_t unfinished = 0;
  bool interrupted = false;  // by the user

  bool complete() const { return failed == 0 && unfinished == 0; }
};

/// Executes what is to do: runs that have not finished resume from their newest checkpoint, those that have are
/// skipped, failed ones too unless `retry`. Ctrl-C makes the workers write checkpoints and ends in order. Throws Error
/// if the suite cannot be started.
Summary run_suite(const suite::Plan& plan, loader::Registry& registry, const LocalOptions& options);

}  // namespace tutti::launch
