// Starts other programs: the one place that calls posix_spawn.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::process {

/// A file that stands for one of the child's streams.
struct Redirection {
  int descriptor = 0;  // of the child
  std::filesystem::path file;
  int flags = 0;  // of open(); new files get mode 0644
};

struct Spawn {
  std::vector<std::string> arguments;                        // the first one is looked up in PATH
  std::filesystem::path program = {};                        // executed in place of the first argument
  std::optional<std::vector<std::string>> environment = {};  // "NAME=value" each; nothing: this process's
  std::filesystem::path folder = {};                         // working directory; empty: this process's
  std::vector<Redirection> redirections = {};
  std::vector<std::pair<int, int>> descriptors = {};  // ours, and its number in the child
  /// A process group of its own, with nothing of our signal handling but the signals listed here, which stay ignored.
  bool own_group = false;
  std::vector<int> ignored_signals = {};
};

/// Returns the child's process id. No shell in between. Throws Error, "cannot start gnuplot: ...".
pid_t spawn(Spawn options);

/// Waits for the child: its exit status, or 128 + the signal that ended it.
int wait_for(pid_t child);

/// This process's environment, "NAME=value" each.
std::vector<std::string> environment();

}  // namespace tutti::process
