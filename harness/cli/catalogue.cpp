#include "cli/catalogue.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "launch/say.hpp"
#include "launch/suite_folder.hpp"
#include "loader/trial.hpp"
#include "process/process_state.hpp"
#include "reports/analysis/option_problems.hpp"
#include "reports/analysis/options.hpp"

namespace tutti::cli {
namespace {

std::string text_of(const ParameterValues& values) {
  std::string text;
  for (const auto& [name, value] : values) text += '\n' + name + '=' + to_text(value);
  return text;
}

}  // namespace

void add_plugin_folder(const std::string& folder) {
  if (folder.empty()) throw Error("--plugins is empty; expected a folder of plugins, or one library");
  const char* present = std::getenv("TUTTI_PLUGIN_PATH");
  const std::string path = std::filesystem::absolute(folder).lexically_normal().string();
  if (path.find(':') != std::string::npos)
    throw Error(fmt::format("--plugins {}: a colon separates folders, so none may have one in its name", path));
  // Through the environment, so that workers look there, too.
  ::setenv("TUTTI_PLUGIN_PATH", (present == nullptr ? path : path + ':' + present).c_str(), 1);
}

std::vector<std::string> plugin_folders() {
  std::vector<std::string> folders;
  for (const std::filesystem::path& folder : loader::search_path())
    folders.push_back(std::filesystem::absolute(folder).lexically_normal().string());
  folders.pop_back();  // the program's own, which needs no name
  return folders;
}

loader::Registry load_plugins() {
  const std::vector<std::filesystem::path> folders = loader::search_path();
  for (const std::filesystem::path& folder : folders) {
    std::error_code ignored;
    if (std::filesystem::exists(folder, ignored)) continue;
    launch::say(stderr, fmt::format("warning: {}: no folder; expected one with plugins\n", folder.string()));
  }
  // What plugins print is none of the program's output, which other programs may read.
  launch::keep_others_off_output();
  const process::ProcessState own;
  loader::Registry registry(folders);
  own.restore();
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
  // Values of a suite may lead to what the trial of the library, with its own values, did not meet.
  const auto create = [&registry, tried = std::set<std::string>()](const std::string& name,
                                                                   const ParameterValues& values) mutable {
    if (tried.insert(name + text_of(values)).second) {
      (void)registry.environment(name);
      loader::try_call("environment \"" + name + "\"",
                       [&] { (void)registry.create_environment(name, values)->spec().agents.size(); });
    }
    return registry.create_environment(name, values);
  };
  const auto try_check = [&registry, tried = std::set<std::string>()](const std::string& name,
                                                                      const ParameterValues& values) mutable {
    if (!tried.insert(name + text_of(values)).second) return;
    const AlgorithmPlugin& plugin = registry.algorithm(name);
    loader::try_call("algorithm \"" + name + "\"", [&] { plugin.check(values); });
  };
  suite::Catalogue catalogue{
      .environments = registry.names(PluginKind::kEnvironment),
      .algorithms = registry.names(PluginKind::kAlgorithm),
      .environment = [&](const std::string& name) -> const EnvironmentPlugin& { return registry.environment(name); },
      .algorithm = [&](const std::string& name) -> const AlgorithmPlugin& { return registry.algorithm(name); },
      .create_environment = create,
      .report_options = {},
      .try_check = try_check,
      .report_problems = [](const suite::Plan& plan) { return reports::option_problems(launch::plan_record(plan)); },
      .devices = [&](const std::string& name) { return registry.devices(name); }};
  reports::declare_options(catalogue.report_options);
  return catalogue;
}

}  // namespace tutti::cli
