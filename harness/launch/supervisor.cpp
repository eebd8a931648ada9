#include "launch/supervisor.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "results/files.hpp"
#include "run/guard.hpp"
#include "run/journal.hpp"

namespace tutti::launch {
namespace {

// What a hanging worker gets to write its stack trace.
constexpr std::chrono::seconds kTraceTime{5};

}  // namespace

Supervisor::Supervisor(suite::Run run, std::filesystem::path folder, const SupervisorOptions& options)
    : run_(std::move(run)),
      folder_(std::move(folder)),
      options_(options),
      stall_timeout_(run_.run_settings().stall_timeout),
      worker_({.folder = folder_, .jobs = options.jobs, .memory_limit_bytes = options.memory_limit_bytes}) {}

bool Supervisor::poll() {
  worker_.listen();
  if (worker_.ending()) return true;
  end_if_stalled();
  return false;
}

void Supervisor::end_if_stalled() {
  const Clock::time_point now = Clock::now();
  if (stalled_) {
    if (now - *stalled_ > kTraceTime) worker_.signal(SIGKILL);
    return;
  }
  const std::chrono::duration<double> silent = now - worker_.last_heard();
  if (stall_timeout_ <= 0 || silent.count() < stall_timeout_) return;
  stalled_ = now;
  worker_.signal(SIGABRT);  // leaves a stack trace of where it hangs
}

void Supervisor::stop() { worker_.signal(std::exchange(stop_asked_, true) ? SIGKILL : SIGTERM); }

std::optional<results::Failure> Supervisor::failure_of(const Ending& ending) const {
  if (stalled_) return results::Failure{"stalled", fmt::format("no progress for {} seconds", stall_timeout_), {}};
  if (ending.exit_status) {
    if (*ending.exit_status == run::kExitByPlugin) return results::Failure{"exit", "a plugin called exit()", {}};
    return results::Failure{"exit", fmt::format("the process ended with exit status {}", *ending.exit_status), {}};
  }
  if (ending.ran_out_of_memory) return results::Failure{"memory", "ended by the system, which was out of memory", {}};
  const char* name = ::sigabbrev_np(ending.signal);
  const std::string signal = fmt::format("SIG{}", name == nullptr ? std::to_string(ending.signal) : name);
  if (ending.signal == SIGKILL) {
    if (stop_asked_) return std::nullopt;  // by the user; the run goes on from its checkpoint another time
    return results::Failure{"killed", "killed from outside (" + signal + ")", {}};
  }
  return results::Failure{"signal", "crashed with " + signal + "; the log has a stack trace", {}};
}

RunView Supervisor::conclude() {
  const Ending ending = *worker_.ending();
  const int status = ending.exit_status.value_or(-1);
  const bool said_so =
      status == run::kExitFinished || status == run::kExitInterrupted || status == run::kExitNotStarted;
  RunView view = view_run(folder_);
  if (said_so || (status == run::kExitFailed && view.state == RunState::kFailed)) return view;
  std::optional<results::Failure> failure = failure_of(ending);
  if (!failure) return view;
  failure->log = run::last_log_lines(folder_);
  try {
    run::record_failure(run_, folder_, options_.jobs, *failure, worker_.progress());
    return view_run(folder_);
  } catch (const std::exception& error) {
    // The folder is gone or full. The run has failed all the same, and the others go on.
    view.state = RunState::kFailed;
    view.record.emplace().failure = results::Failure{"disk", error.what(), {}};
    return view;
  }
}

}  // namespace tutti::launch
