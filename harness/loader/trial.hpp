// Tries a plugin's library in a child process before the host depends on it: a damaged library, or one whose code
// crashes, hangs or ends the process, costs a sentence and not the host.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "loader/registry.hpp"

namespace tutti::loader {

/// How long a library may take to open and answer.
inline constexpr std::chrono::seconds kTrialTime{120};

/// Opens the plugin's library in a child process and calls what the host calls: its declarations, lists and checks, and
/// `create` for each named task of an environment. Returns why the host must not open it, in one sentence that starts
/// with its path; nothing if it may. What the plugin throws is left for the host to report.
std::optional<std::string> try_plugin(const Plugin& plugin, std::chrono::milliseconds most = kTrialTime);

/// What AlgorithmPlugin::devices gives in a child process of this one, which has opened the library. Throws Error that
/// starts with its path if the child fails.
Devices devices_in_child(const Plugin& plugin, const AlgorithmPlugin& table);

/// Makes a call into opened plugins in a child process first. Throws Error that starts with `what` if the child
/// crashes, hangs or ends; what the call throws is left for the host to report, which makes it again.
void try_call(const std::string& what, const std::function<void()>& call);

/// Libraries that passed, remembered by the SHA-256 of their file in a folder of this user's alone. A folder or entry
/// that belongs to somebody else, that others may write to, or that is a symbolic link is not used.
class TrialCache {
 public:
  /// $XDG_CACHE_HOME/tutti/plugins, or ~/.cache/tutti/plugins; a cache that forgets everything where there is neither.
  TrialCache();

  /// Whether a library of this digest passed, for a host of the same build tag.
  bool has(const std::string& digest) const;

  /// Remembers it; does nothing if the folder cannot be made or written.
  void add(const std::string& digest) const;

 private:
  std::string folder_;
};

}  // namespace tutti::loader
