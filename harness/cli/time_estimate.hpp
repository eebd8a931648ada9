// How long a run will take, by doing the beginning of it.
#pragma once

#include "loader/registry.hpp"
#include "suite/plan.hpp"

namespace tutti::cli {

/// Seconds that `run` takes on this machine in its present load: starts it in a temporary folder, trains until a few
/// seconds of updates have been seen, and extrapolates training and evaluation. Throws what the plugins throw.
double estimated_seconds(const suite::Run& run, loader::Registry& registry);

}  // namespace tutti::cli
