#include "cli/catalogue.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "launch/say.hpp"
#include "launch/suite_folder.hpp"
#include "reports/analysis/option_problems.hpp"
#include "reports/analysis/options.hpp"

namespace tutti::cli {
namespace {

// Of the process, as its environment is.
std::vector<std::string>& added_folders() {
  static std::vector<std::string> folders;
  return folders;
}

}  // namespace

void add_plugin_folder(const std::string& folder) {
  if (folder.empty()) throw Error("--plugins is empty; expected a folder of plugins, or one library");
  const char* present = std::getenv("TUTTI_PLUGIN_PATH");
  const std::string path = std::filesystem::absolute(folder).lexically_normal().string();
  // Through the environment, so that workers look there, too.
  ::setenv("TUTTI_PLUGIN_PATH", (present == nullptr ? path : path + ':' + present).c_str(), 1);
  added_folders().push_back(path);
}

const std::vector<std::string>& plugin_folders() { return added_folders(); }

loader::Registry load_plugins() {
  const std::vector<std::filesystem::path> folders = loader::search_path();
  for (const std::filesystem::path& folder : folders) {
    std::error_code ignored;
    if (std::filesystem::exists(folder, ignored)) continue;
    launch::say(stderr, fmt::format("warning: {}: no folder; expected one with plugins\n", folder.string()));
  }
  loader::Registry registry(folders);
  for (const loader::Refusal& refusal : registry.refusals())
    launch::say(stderr, fmt::format("warning: plugin refused: {}\n", refusal.reason));
  return registry;
}

std::string search_path_text() {
  std::string text = "Plugins are looked for in";
  for (const std::filesystem::path& folder : loader::search_path()) text += "\n  " + folder.string();
  return text + "\n--plugins DIR, or TUTTI_PLUGIN_PATH with colons between them, names folders to look in before";
}

suite::Catalogue catalogue_of(loader::Registry& registry) {
  suite::Catalogue catalogue{
      .environments = registry.names(PluginKind::kEnvironment),
      .algorithms = registry.names(PluginKind::kAlgorithm),
      .environment = [&](const std::string& name) -> const EnvironmentPlugin& { return registry.environment(name); },
      .algorithm = [&](const std::string& name) -> const AlgorithmPlugin& { return registry.algorithm(name); },
      .create_environment = [&](const std::string& name,
                                const ParameterValues& values) { return registry.create_environment(name, values); },
      .report_options = {},
      .report_problems = [](const suite::Plan& plan) { return reports::option_problems(launch::plan_record(plan)); },
      .devices = [&](const std::string& name) { return registry.devices(name); }};
  reports::declare_options(catalogue.report_options);
  return catalogue;
}

}  // namespace tutti::cli
