// Counts SIGINT, SIGTERM, SIGHUP and SIGUSR1 (what Slurm sends before a job's time is over) instead of dying from them,
// for as long as one of these lives.
#pragma once

#include <array>
#include <csignal>

namespace tutti::launch {

class StopRequests {
 public:
  StopRequests();
  ~StopRequests();
  StopRequests(const StopRequests&) = delete;
  StopRequests& operator=(const StopRequests&) = delete;

  int count() const;

 private:
  static constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  std::array<struct sigaction, kSignals.size()> before_{};
};

}  // namespace tutti::launch
