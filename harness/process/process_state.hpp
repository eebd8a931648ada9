// What a library that is opened may change in the process, and the host's own work depends on.
#pragma once

#include <sys/types.h>

#include <array>
#include <cfenv>
#include <csignal>
#include <filesystem>

namespace tutti::process {

/// The working directory, the mask of new files, the mode of arithmetic, and what becomes of the signals that the host
/// takes or waits for, as they were when this was made.
class ProcessState {
 public:
  ProcessState();

  /// Puts all of it back.
  void restore() const;

 private:
  static constexpr std::array kSignals = {SIGCHLD, SIGINT, SIGHUP, SIGTERM, SIGUSR1, SIGPIPE, SIGXFSZ, SIGALRM};

  std::filesystem::path folder_;
  mode_t mask_;
  std::fenv_t arithmetic_{};
  std::array<struct sigaction, kSignals.size()> actions_{};
  sigset_t blocked_{};
};

}  // namespace tutti::process
