// Plans over the fixture plugins, made from suite text as users write it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/results/temporary_folder.hpp"
#include "loader/registry.hpp"
#include "results/files.hpp"
#include "suite/suite.hpp"

namespace tutti::testing_support {

inline std::vector<std::filesystem::path> fixture_folders() { return {TUTTI_BINARY_DIR "/fixtures/sound"}; }

/// The plan that `text` describes over the plugins of `registry`, which must outlive it.
inline suite::Plan plan_from(const std::string& text, loader::Registry& registry) {
  suite::Catalogue catalogue;
  catalogue.environments = registry.names(PluginKind::kEnvironment);
  catalogue.algorithms = registry.names(PluginKind::kAlgorithm);
  catalogue.environment = [&](const std::string& name) -> const EnvironmentPlugin& {
    return registry.environment(name);
  };
  catalogue.algorithm = [&](const std::string& name) -> const AlgorithmPlugin& { return registry.algorithm(name); };
  catalogue.create_environment = [&](const std::string& name, const ParameterValues& values) {
    return registry.create_environment(name, values);
  };
  catalogue.devices = [&](const std::string& name) { return registry.devices(name); };
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "suite.toml";
  results::write_file(file, text, results::Durability::kProcess);
  return suite::read_suite(file, catalogue);
}

/// One task of the line environment and one well-behaved algorithm; small enough to run in milliseconds.
inline std::string line_suite(const std::string& run_settings = "", const std::string& evaluation_settings = "") {
  return "name = \"line\"\nseeds = [1]\n[run]\nenvironment_steps = 200\ncopies = 4\ntraining_interval = 50\n" +
         run_settings + "\n[evaluation]\ninterval = 50\nepisodes = 3\n" + evaluation_settings +
         "\n[[task]]\nname = \"line/short\"\n[[algorithm]]\nname = \"learner\"\n";
}

}  // namespace tutti::testing_support
