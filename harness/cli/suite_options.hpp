// The suite file and what the command line changes about it: the same for `run` and `check`.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "suite/suite.hpp"

namespace tutti::cli {

struct SuiteOptions {
  std::filesystem::path file;
  std::vector<std::string> seeds;                // lists such as "1,2,3"; empty: as in the suite
  std::optional<std::string> environment_steps;  // nothing: as in the suite
  std::vector<std::string> settings;
};

/// Declares SUITE, --seeds, --steps and --set.
std::shared_ptr<SuiteOptions> add_suite_options(CLI::App& command);

/// The options again, as words of a command line, after the --plugins that were given.
std::vector<std::string> repeated(const SuiteOptions& options);

/// The checked plan, of runs on this machine or on the nodes of a cluster. Throws Error with one line for each problem.
suite::Plan requested_plan(const SuiteOptions& options, loader::Registry& registry, bool on_cluster = false);

}  // namespace tutti::cli
