// From a suite file to its plan. Everything a suite can get wrong is found here, before anything runs: unknown keys and
// names, wrong types, values out of range, contradictions. All that is found is reported, one line each:
//
//   suites/smoke.toml:15:1: algorithm[1].batch_sise: unknown key; did you mean "batch_size"?
//
// A value is taken from, last wins: the declared default, the named task, `[run]` or `[evaluation]`, the preset,
// `[[task]]` or `[[algorithm]]`, `[[override]]`, the command line.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "suite/device.hpp"
#include "suite/plan.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/environment.hpp"

namespace tutti::suite {

/// What a suite may name. The functions throw Error.
struct Catalogue {
  std::vector<std::string> environments;
  std::vector<std::string> algorithms;
  std::function<const EnvironmentPlugin&(const std::string& name)> environment;
  std::function<const AlgorithmPlugin&(const std::string& name)> algorithm;
  std::function<std::unique_ptr<Environment>(const std::string& name, const ParameterValues&)> create_environment;
  ParameterSchema report_options;
  /// Called before AlgorithmPlugin::check with the same values; throws Error if that would end the process.
  std::function<void(const std::string& name, const ParameterValues&)> try_check = [](const std::string&,
                                                                                      const ParameterValues&) {};
  /// By option of the report, what is wrong with a plan's values that have the declared types.
  std::function<std::map<std::string, std::string>(const Plan&)> report_problems = {};
  /// What an algorithm can compute on beside the CPU. Called only where a suite asks for more.
  std::function<Devices(const std::string& name)> devices = [](const std::string&) { return Devices{}; };
};

/// What the command line changes about a suite.
struct CommandLine {
  std::optional<IntegerList> seeds;
  std::optional<std::int64_t> environment_steps;
  std::vector<std::string>
      settings;             // "run.copies=4", "evaluation.episodes=8", "<algorithm label>.<parameter>=<value>"
  bool on_cluster = false;  // runs execute on its nodes, not on this machine
};

/// Reads, checks and expands a suite. Throws Error with one line for each problem.
Plan read_suite(const std::filesystem::path& file, const Catalogue& catalogue, const CommandLine& command_line = {});

}  // namespace tutti::suite
