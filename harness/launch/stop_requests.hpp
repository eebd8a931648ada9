// Takes SIGINT, SIGTERM, SIGHUP and SIGUSR1 (what Slurm sends before a job's time is over) instead of dying from them,
// for as long as one of these lives. SIGHUP and SIGINT stay ignored where they were, as under nohup. A reader that goes
// away (SIGPIPE) is no request: whoever writes finds out.
#pragma once

#include <array>
#include <csignal>

namespace tutti::launch {

class StopRequests {
 public:
  StopRequests();
  ~StopRequests();
  /// For work that looks at them between calls of plugins, which may hang: ten seconds after a request, or at a second
  /// one of a signal, the process ends.
  struct Insistent {};
  explicit StopRequests(Insistent);

  StopRequests(const StopRequests&) = delete;
  StopRequests& operator=(const StopRequests&) = delete;

  /// True once any of them has come.
  bool asked() const;

  /// True once Ctrl-C was typed again. One that comes within a second of the first is the same one: terminals, shells
  /// and `timeout` may each pass a signal on.
  bool insisted() const;

 private:
  void take(void (*handler)(int), int flags);

  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPIPE};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace tutti::launch
