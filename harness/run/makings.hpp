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

/// Versions that the plugins' libraries report. Opens the plugins.
results::Facts libraries_of(const suite::Run& run, loader::Registry& registry);

struct Makings {
  std::vector<results::PluginRecord> plugins;
  results::Facts libraries;
};

Makings makings_of(const suite::Run& run, loader::Registry& registry);

/// One digest for the builds of all these plugins.
std::string build_digest(const std::vector<results::PluginRecord>& plugins);

/// One line for each difference. A build that nobody recorded matters only if something of it lives on: `begun`.
std::vector<std::string> differences(const Makings& now, const Makings& before, bool begun);

}  // namespace tutti::run
