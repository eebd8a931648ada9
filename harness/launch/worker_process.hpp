// One worker process, seen from its host.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "run/progress.hpp"
#include "run/worker.hpp"

namespace tutti::launch {

/// How a process ended.
struct Ending {
  std::optional<int> exit_status;
  int signal = 0;                  // if there is no exit status
  bool ran_out_of_memory = false;  // the system ended it because memory was short
};

/// Starts on construction. Destruction kills what still runs and waits for it.
class WorkerProcess {
 public:
  using Clock = std::chrono::steady_clock;

  /// The worker is this program with one compute thread; `options` names its run. Throws Error.
  explicit WorkerProcess(run::WorkerOptions options);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// To wait on with poll(): readable when the worker has reported something or ended. -1 once it is closed.
  int descriptor() const { return pipe_; }

  /// Reads what the worker has reported since the last call.
  void listen();

  /// How it ended; nothing while it runs.
  std::optional<Ending> ending();

  /// Sends a signal to the worker and whatever it started.
  void signal(int number) const;

  const run::Progress& progress() const { return progress_; }
  Clock::time_point started() const { return started_; }
  Clock::time_point last_heard() const { return last_heard_; }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
  int pipe_ = -1;
  std::string unread_;  // a line that is not complete yet
  run::Progress progress_;
  Clock::time_point started_;
  Clock::time_point last_heard_;
  std::int64_t out_of_memory_before_ = 0;
  std::optional<Ending> ending_;
};

/// Where this program is, or was before it was built again.
std::filesystem::path this_program();

}  // namespace tutti::launch
