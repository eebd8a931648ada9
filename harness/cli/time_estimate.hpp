// How long a run will take, by doing the beginning of it.
#pragma once

#include <functional>
#include <string>

#include "loader/registry.hpp"
#include "suite/plan.hpp"

namespace tutti::cli {

struct TimeEstimate {
  double seconds = 0;
  std::string problem;  // why there is none: what the plugins threw, or how they ended the process
};

/// Seconds that `run` takes on this machine in its present load: starts it in a child process and a temporary folder,
/// trains until a few seconds of updates have been seen, and extrapolates training and evaluation. Once `stopped` says
/// so, the child is ended.
TimeEstimate estimate_time(const suite::Run& run, loader::Registry& registry, const std::function<bool()>& stopped);

}  // namespace tutti::cli
