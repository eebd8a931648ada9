// The suite file and what the command line changes about it: the same for `run` and `check`.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "suite/suite.hpp"

namespace tutti::cli {

struct SuiteOptions {
  std::filesystem::path file;
  std::vector<std::int64_t> seeds;
  std::int64_t environment_steps = 0;  // 0: as in the suite
  std::vector<std::string> settings;
};

/// Declares SUITE, --seeds, --steps and --set.
std::shared_ptr<SuiteOptions> add_suite_options(CLI::App& command);

/// The checked plan. Throws Error with one line for each problem.
suite::Plan read_plan(const SuiteOptions& options, loader::Registry& registry);

}  // namespace tutti::cli
