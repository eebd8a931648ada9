// Reads results of other harnesses, so that they appear beside ours: the JSON format of marl-eval, as written by
// marl-eval 0.0.4, BenchMARL and Mava.
//
//   { environment: { task: { algorithm: { run: { "step_0": { "step_count": 1000, metric: [number, ...] }, ...,
//                                                "absolute_metrics": { metric: [number, ...] } } } } } }
#pragma once

#include <filesystem>
#include <string_view>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Adds the runs of `file` to `data`. A task is called "<environment>/<task>", or as one of ours that has the same name
/// apart from case; an algorithm that has the name of one of ours gets " (imported)" after it. Runs that cannot be
/// understood are named as damage. Throws Error if the file cannot be read or holds no run.
void import_results(const std::filesystem::path& file, Dataset& data);

}  // namespace tutti::reports
