#include "run/provenance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "digest/digest.hpp"
#include "results/run_identity.hpp"
#include "run/machine.hpp"
#include "suite/device.hpp"

namespace tutti::run {
namespace {

void compare_plugins(const std::vector<results::PluginRecord>& now, const std::vector<results::PluginRecord>& before,
                     bool begun, std::vector<std::string>& changes) {
  for (const results::PluginRecord& plugin : now) {
    const auto same_name = [&](const results::PluginRecord& other) {
      return other.kind == plugin.kind && other.name == plugin.name;
    };
    const auto found = std::find_if(before.begin(), before.end(), same_name);
    if (found == before.end()) {
      if (begun) changes.push_back(fmt::format("{} {}: not recorded which build it was", plugin.kind, plugin.name));
      continue;
    }
    if (found->sha256 == plugin.sha256) continue;
    changes.push_back(fmt::format("{} {}: another build, {} {} now and {} {} before", plugin.kind, plugin.name,
                                  plugin.version, plugin.sha256.substr(0, 12), found->version,
                                  found->sha256.substr(0, 12)));
  }
}

/// What the GPU is; empty if that is not known, or not decided yet among several kinds.
std::string gpu_of(const std::string& device, const std::vector<CudaDevice>& visible) {
  if (const auto number = suite::device_number(device)) return *number < visible.size() ? visible[*number].name : "";
  const auto differs = [&](const CudaDevice& other) { return other.name != visible.front().name; };
  return visible.empty() || std::ranges::any_of(visible, differs) ? "" : visible.front().name;
}

void compare_libraries(const results::Facts& now, const results::Facts& before, std::vector<std::string>& changes) {
  for (const auto& [name, version] : now) {
    const auto found = before.find(name);
    if (found == before.end() || found->second == version || !results::decides_numbers(name)) continue;
    changes.push_back(fmt::format("{}: {}, was {}", name, version, found->second));
  }
}

}  // namespace

std::vector<results::PluginRecord> plugins_of(const suite::Run& run, const loader::Registry& registry) {
  std::vector<results::PluginRecord> records;
  for (const auto& [kind, name] :
       {std::pair(PluginKind::kEnvironment, run.environment), std::pair(PluginKind::kAlgorithm, run.algorithm_name)}) {
    const loader::Plugin& plugin = registry.find(kind, name);
    records.push_back({.kind = std::string(loader::to_text(kind)),
                       .name = plugin.name,
                       .version = plugin.version,
                       .build_tag = plugin.build_tag,
                       .sha256 = sha256_of_file(plugin.file),
                       .file = std::filesystem::absolute(plugin.file).lexically_normal().string(),
                       .compiler = plugin.build.compiler,
                       .build_type = plugin.build.build_type,
                       .flags = plugin.build.flags,
                       .revision = plugin.build.revision});
  }
  return records;
}

results::Facts libraries_of(const suite::Run& run, loader::Registry& registry) {
  std::vector<LibraryVersion> libraries;
  registry.environment(run.environment).libraries(libraries);
  registry.algorithm(run.algorithm_name).libraries(libraries);
  results::Facts facts = libraries_in_use(libraries);
  const std::string device = run.run_settings().device;
  if (!suite::uses_cuda(device)) return facts;
  const Devices& devices = registry.devices(run.algorithm_name);
  for (const LibraryVersion& library : devices.libraries) facts[library.name] = library.version;
  if (const std::string gpu = gpu_of(device, devices.cuda); !gpu.empty()) facts["GPU"] = gpu;
  return facts;
}

Provenance provenance_of(const suite::Run& run, loader::Registry& registry) {
  return {plugins_of(run, registry), libraries_of(run, registry)};
}

std::string build_digest(const std::vector<results::PluginRecord>& plugins) {
  std::string text;
  for (const results::PluginRecord& plugin : plugins) text += plugin.sha256 + '\n';
  return sha256(text);
}

std::vector<std::string> differences(const Provenance& now, const Provenance& before, bool begun) {
  std::vector<std::string> changes;
  compare_plugins(now.plugins, before.plugins, begun, changes);
  compare_libraries(now.libraries, before.libraries, changes);
  return changes;
}

}  // namespace tutti::run
