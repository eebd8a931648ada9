#include "launch/supervisor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

#include "launch/log_cap.hpp"
#include "results/files.hpp"
#include "run/guard.hpp"
#include "run/journal.hpp"

namespace tutti::launch {
namespace {

// What a hanging worker gets to write its stack trace.
constexpr std::chrono::seconds kTraceTime{5};
// The most that the time between two calls of poll() counts: the rest of a longer one is time in which the host did not
// run, because a cluster, a container or somebody's Ctrl-Z had suspended it, and most likely the worker, too.
constexpr std::chrono::seconds kMostBetweenPolls{1};

/// The environment step that the worker wrote when it crashed; 0 if it wrote none.
std::int64_t step_in(const std::vector<std::string>& log) {
  std::int64_t step = 0;
  for (const std::string& line : log) {
    if (!line.starts_with(run::kStepLine)) continue;
    (void)std::from_chars(line.data() + run::kStepLine.size(), line.data() + line.size(), step);
  }
  return step;
}

/// Of a worker that has ended: what a plugin has started may hold its lock for a moment longer.
RunView ended(RunView view) {
  if (view.record && view.state == RunState::kRunning) view.state = view.record->status;
  return view;
}

}  // namespace

Supervisor::Supervisor(suite::Run run, std::filesystem::path folder, const SupervisorOptions& options)
    : run_(std::move(run)),
      folder_(std::move(folder)),
      options_(options),
      stall_timeout_(run_.run_settings().stall_timeout),
      log_start_(run::log_size(folder_)),
      worker_({.folder = folder_,
               .jobs = options.jobs,
               .memory_limit_bytes = options.memory_limit_bytes,
               .grace_seconds = options.grace_seconds,
               .build = options.build,
               .keep = options.keep,
               .device = options.device}) {}

bool Supervisor::poll() {
  worker_.listen();
  cap_log(folder_ / "log.txt");
  if (worker_.ending()) return true;
  count_time();
  end_if_deaf();
  end_if_stalled();
  return false;
}

void Supervisor::count_time() {
  const Clock::time_point now = Clock::now();
  const Clock::duration since = std::min<Clock::duration>(now - std::exchange(polled_, now), kMostBetweenPolls);
  const bool heard = std::exchange(heard_, worker_.last_heard()) != worker_.last_heard();
  silence_ = heard ? Clock::duration{} : silence_ + since;
  if (stop_asked_) stopping_ += since;
}

// The user's request holds for a plugin that hangs or does not let it through.
void Supervisor::end_if_deaf() {
  if (stopping_ > std::chrono::seconds(options_.grace_seconds)) kill();
}

void Supervisor::end_if_stalled() {
  if (stalled_) {
    if (Clock::now() - *stalled_ > kTraceTime) worker_.signal(SIGKILL);
    return;
  }
  if (stall_timeout_ <= 0 || std::chrono::duration<double>(silence_).count() < stall_timeout_) return;
  stalled_ = Clock::now();
  worker_.signal(SIGABRT);  // leaves a stack trace of where it hangs
}

void Supervisor::stop() {
  if (!std::exchange(stop_asked_, true)) worker_.signal(SIGTERM);
}

void Supervisor::kill() {
  killed_ = true;
  worker_.signal(SIGKILL);
}

/// Whether the record is the worker's.
bool Supervisor::is_own(const RunView& view) const {
  return view.record && !view.record->segments.empty() && view.record->segments.back().process == worker_.process();
}

/// Whether the worker itself has recorded how the run ended. Its record counts, however the process ended after that;
/// an exit status alone proves nothing, since a plugin may have ended the process with it.
bool Supervisor::has_said_so(const Ending& ending, const RunView& view) const {
  if (is_own(view)) return view.record->status != results::RunState::kRunning;
  // No plugin runs before there is a record: another worker has replaced it since, or is in its place all the time.
  const int status = ending.exit_status.value_or(-1);
  return status == run::kExitFinished || status == run::kExitInterrupted || status == run::kExitNotStarted;
}

std::optional<results::Failure> Supervisor::failure_of(const Ending& ending,
                                                       const std::vector<std::string>& log) const {
  if (stalled_) return results::Failure{"stalled", fmt::format("no progress for {} seconds", stall_timeout_), log};
  if (ending.exit_status) {
    const int status = *ending.exit_status;
    if (status == run::kExitByPlugin) return results::Failure{"exit", "a plugin called exit()", log};
    // It failed before it could keep a record: its last words are the reason.
    if (status == run::kExitFailed && !log.empty()) return results::Failure{"exit", log.back(), log};
    return results::Failure{"exit", fmt::format("something ended the process with exit status {}", status), log};
  }
  if (ending.ran_out_of_memory) return results::Failure{"memory", "ended by the system, which was out of memory", log};
  const char* name = ::sigabbrev_np(ending.signal);
  const std::string signal = fmt::format("SIG{}", name == nullptr ? std::to_string(ending.signal) : name);
  // It was asked to stop before it could take the request.
  if (ending.signal == SIGTERM && stop_asked_) return std::nullopt;
  if (ending.signal == SIGKILL) {
    if (killed_) return std::nullopt;
    return results::Failure{"killed", "killed from outside (" + signal + ")", log};
  }
  const bool traced = std::find(log.begin(), log.end(), run::kStackTraceLine) != log.end();
  return results::Failure{"signal", "crashed with " + signal + (traced ? "; the log has a stack trace" : ""), log};
}

RunView Supervisor::conclude() {
  const Ending ending = *worker_.ending();
  worker_.listen();  // its last report, such as the step at which it failed
  RunView view = view_run(folder_);
  const bool own = is_own(view);
  if (has_said_so(ending, view)) return own ? ended(std::move(view)) : view;
  const std::vector<std::string> log = run::last_log_lines(folder_, log_start_);
  const std::optional<results::Failure> failure = failure_of(ending, log);
  run::Progress reported = worker_.progress();
  reported.step = std::max(reported.step, step_in(log));
  try {
    run::record_end(run_, folder_, options_.jobs, failure, reported);
    return ended(view_run(folder_));
  } catch (const std::exception& error) {
    // The folder is gone or full. The run has failed all the same, and the others continue.
    view.state = RunState::kFailed;
    view.record.emplace().failure = results::Failure{"disk", error.what(), {}};
    return view;
  }
}

}  // namespace tutti::launch
