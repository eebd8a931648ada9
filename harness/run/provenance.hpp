// What a run is computed with: the builds of its two plugins and the libraries that they use.
#pragma once

#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "results/run_record.hpp"
#include "suite/plan.hpp"

namespace tutti::run {

/// Digests and versions of the two plugins of a run, in this order: environment, algorithm.
std::vector<results::PluginRecord> plugins_of(const suite::Run& run, const loader::Registry& registry);

/// Versions that the plugins' libraries report; on a GPU those of CUDA and its driver, and what the GPU is. Opens the
/// plugins.
results::Facts libraries_of(const suite::Run& run, loader::Registry& registry);

struct Provenance {
  std::vector<results::PluginRecord> plugins;
  results::Facts libraries;
};

Provenance provenance_of(const suite::Run& run, loader::Registry& registry);

/// One digest for the builds of all these plugins.
std::string build_digest(const std::vector<results::PluginRecord>& plugins);

/// One line for each difference. An unknown earlier build counts as a difference only if the run has `begun`.
std::vector<std::string> differences(const Provenance& now, const Provenance& before, bool begun);

}  // namespace tutti::run
