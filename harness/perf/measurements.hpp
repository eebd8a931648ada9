// How long the parts of a training loop take, measured through the plugin interface alone: the same for every plugin.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "suite/plan.hpp"

namespace tutti::perf {

/// Figures by name; the name says the unit.
using Figures = std::map<std::string, double>;

/// What this process can reach, measured alone: "copy GB/s".
Figures ceilings();

/// "step us" of one environment, and "step and look us" with all that training asks for after it.
Figures measure_environment(loader::Registry& registry, const suite::Run& run, double seconds);

/// The run's algorithm on its task. For all copies together "act us" and "observe us" (checks and replay), medians; for
/// one gradient step, means, "update ms", "floor ms" (its float32 products alone, in their shapes, each at its best),
/// "update / floor", "GFLOP" and "GFLOP/s"; "checkpoint ms", "checkpoint MB" of what is in memory. What did not happen
/// is left out: an algorithm that never updates, or that multiplies by other means.
Figures measure_algorithm(loader::Registry& registry, const suite::Run& run, const std::filesystem::path& folder,
                          double seconds);

}  // namespace tutti::perf
