// The plugins that this host can use. Scanning reads each file's header without running any of its code; a library is
// opened when its functions are first asked for and stays open as long as the registry.
//
//   loader::Registry registry(loader::search_path());
//   for (const loader::Plugin& plugin : registry.plugins()) print(plugin.name, plugin.summary);
//   auto environment = registry.create_environment("mpe", values);
//
// Used from one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/algorithm.hpp"
#include "tutti/environment.hpp"
#include "tutti/plugin.hpp"

namespace tutti::loader {

/// How a library was built, as its file says; empty where it does not.
struct BuildRecord {
  std::string compiler;
  std::string build_type;
  std::string flags;
  std::string revision;  // of the plugin's source
};

/// An accepted plugin, as its header describes it.
struct Plugin {
  std::filesystem::path file;
  PluginKind kind{};
  std::string name;
  std::string version;
  std::string summary;
  std::string source;
  std::string build_tag;
  BuildRecord build;
};

/// A library that was left out, and why in one sentence that starts with its path.
struct Refusal {
  std::filesystem::path file;
  std::string reason;
};

/// "environment" or "algorithm".
std::string_view to_text(PluginKind kind);

/// The folders to look in: those of TUTTI_PLUGIN_PATH (separated by colons), then the one that belongs to this program:
/// ../plugins in a build tree, ../lib/tutti/plugins where it is installed.
std::vector<std::filesystem::path> search_path();

class Registry {
 public:
  /// Looks at every *.so of `folders`, folder by folder, in order of file name. A folder that does not exist is empty;
  /// a file stands for itself.
  /// Never throws for what is wrong with a file: see refusals().
  explicit Registry(const std::vector<std::filesystem::path>& folders);
  ~Registry();
  Registry(Registry&&) noexcept;
  Registry& operator=(Registry&&) noexcept;

  /// Accepted plugins, environments first, each kind in order of name.
  const std::vector<Plugin>& plugins() const { return plugins_; }
  const std::vector<Refusal>& refusals() const { return refusals_; }
  std::vector<std::string> names(PluginKind kind) const;

  /// Throws Error naming those that exist, and why a file was refused if it may be the one meant; and naming all files
  /// if several different ones provide it.
  const Plugin& find(PluginKind kind, std::string_view name) const;

  /// The plugin's functions; opens its library. Throws Error if it cannot be opened, its table is incomplete, or what
  /// it declares contradicts itself (checks.hpp).
  const EnvironmentPlugin& environment(std::string_view name);
  const AlgorithmPlugin& algorithm(std::string_view name);

  /// What an algorithm can compute on beside the CPU, as a child process finds it: looking for GPUs may take memory of
  /// theirs as long as a process lives. Asked once. Throws Error if that process fails.
  const Devices& devices(std::string_view algorithm);

  /// A new copy of a task. Must not outlive the registry. Throws Error when the plugin gives none, or one whose sizes
  /// make no sense.
  std::unique_ptr<Environment> create_environment(std::string_view name, const ParameterValues& values);

  /// A new algorithm. Must not outlive the registry, nor what `context` refers to. Throws Error when the plugin gives
  /// none, or one whose metrics cannot be columns of a table.
  std::unique_ptr<Algorithm> create_algorithm(std::string_view name, const AlgorithmContext& context);

 private:
  class Libraries;

  void consider(const std::filesystem::path& file);

  std::vector<Plugin> plugins_;
  std::vector<Refusal> refusals_;
  std::unique_ptr<Libraries> libraries_;
};

}  // namespace tutti::loader
