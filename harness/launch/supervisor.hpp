// Watches one worker from start to end and reports the outcome of its run.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "launch/suite_folder.hpp"
#include "launch/worker_process.hpp"
#include "results/run_record.hpp"
#include "suite/plan.hpp"

namespace tutti::launch {

struct SupervisorOptions {
  std::int64_t jobs = 1;
  std::int64_t memory_limit_bytes = 0;
  std::string build = {};  // run::build_digest() of the plugins it was planned with; empty: any
  bool keep = false;       // resume a checkpoint with whatever plugins and libraries there are now
  std::int64_t grace_seconds = run::kGraceSeconds;  // between the request to stop and the kill
  std::string device = {};                          // the GPU of the worker, "cuda:1"; empty: as its configuration says
};

class Supervisor {
 public:
  /// Starts the worker of the run in `folder`. Throws Error.
  Supervisor(suite::Run run, std::filesystem::path folder, const SupervisorOptions& options);

  /// Listens, and ends a worker that has shown no progress for the run's stall_timeout, or that was asked to stop and
  /// has not ended within the grace time. Time in which nobody called this, as while host and worker were suspended,
  /// does not count. True once the worker has ended.
  bool poll();

  /// Asks the worker to write a checkpoint and stop; once, however often it is called.
  void stop();

  /// Ends the worker at once, on behalf of the user: the run can resume from its newest checkpoint later.
  void kill();

  /// The outcome of the run, once poll() has returned true. Records an end that the worker could not record itself.
  RunView conclude();

  const WorkerProcess& worker() const { return worker_; }

 private:
  using Clock = WorkerProcess::Clock;
  bool is_own(const RunView& view) const;
  bool has_said_so(const Ending& ending, const RunView& view) const;
  std::optional<results::Failure> failure_of(const Ending& ending, const std::vector<std::string>& log) const;
  void count_time();
  void end_if_deaf();
  void end_if_stalled();

  suite::Run run_;
  std::filesystem::path folder_;
  SupervisorOptions options_;
  double stall_timeout_;      // seconds; 0: never
  std::uintmax_t log_start_;  // bytes of the log that earlier workers wrote
  WorkerProcess worker_;
  Clock::time_point polled_ = Clock::now();
  Clock::time_point heard_ = polled_;  // worker_.last_heard() at that time
  Clock::duration silence_{};          // since then, as far as this process was running
  bool stop_asked_ = false;
  Clock::duration stopping_{};                // since then, likewise
  bool killed_ = false;                       // on behalf of the user
  std::optional<Clock::time_point> stalled_;  // when it was found out
};

}  // namespace tutti::launch
