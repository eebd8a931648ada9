// State of the process that the host depends on and that a plugin may change while it is opened.
#pragma once

#include <sys/types.h>

#include <array>
#include <cfenv>
#include <csignal>
#include <filesystem>

namespace tutti::process {

/// Remembers the working directory, the umask, the floating-point environment, the blocked signals, and the handlers of
/// the signals that the host takes or waits for.
class ProcessState {
 public:
  ProcessState();

  /// Sets everything back to what it was when this object was made.
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
