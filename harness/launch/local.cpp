#include "launch/local.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <thread>

#include "launch/board.hpp"
#include "launch/display.hpp"
#include "launch/resource_check.hpp"
#include "launch/stop_requests.hpp"
#include "launch/supervisor.hpp"
#include "run/journal.hpp"
#include "run/machine.hpp"
#include "suite/device.hpp"

namespace tutti::launch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMilliseconds = 200;
// How long workers of a host that died may take to write their checkpoints.
constexpr std::chrono::seconds kStrayTime{60};

class LocalLauncher {
 public:
  LocalLauncher(const suite::Plan& plan, const LocalOptions& options)
      : plan_(plan),
        options_(options),
        folder_(std::filesystem::absolute(options.results / plan.name)),  // a plugin may go elsewhere
        jobs_(options.jobs > 0 ? options.jobs : run::available_cores()),
        display_(stderr) {}

  Summary execute(loader::Registry& registry);

 private:
  struct Active {
    std::size_t index;  // of the run in the plan, and of its row on the board
    std::unique_ptr<Supervisor> supervisor;
    std::string device;            // its GPU, "cuda:1"; empty: none
    std::int64_t first_step = -1;  // what it began with; -1: not known yet
  };

  std::filesystem::path folder_of(std::size_t index) const { return folder_ / plan_.runs[index].folder(); }
  void look_at_runs();
  void wait_for_strays();
  void work_off();
  void start_next();
  std::string device_for(const suite::Run& run) const;
  std::unique_ptr<Supervisor> start(std::size_t index, const std::string& device);
  void record_failed_start(std::size_t index, const std::string& reason) const;
  void collect();
  void wait() const;
  void end(Active& active);
  void show(std::size_t index, const RunView& view);
  void show_progress(Active& active);
  void stop_all();

  const suite::Plan& plan_;
  const LocalOptions& options_;
  std::filesystem::path folder_;
  std::int64_t jobs_;
  Display display_;
  StopRequests requests_;
  Board board_;
  std::deque<std::size_t> to_do_;
  std::map<std::size_t, std::string> builds_;  // of the plugins of what is to do
  std::map<std::string, std::size_t> gpus_;    // that an algorithm sees, of those that are to compute on one
  std::vector<Active> active_;
  std::int64_t ended_ = 0;
  bool stopping_ = false;
};

Summary LocalLauncher::execute(loader::Registry& registry) {
  results::make_folder(folder_);
  const results::Lock lock = claim(folder_);
  wait_for_strays();
  ChangeFinder finder(registry, /*computes_here=*/true);
  const Settlement settlement = settlement_of(plan_, folder_, options_.on_change, options_.retry, finder);
  to_do_ = settlement.to_do;
  // Before anything is removed or written: a plan that cannot be carried out leaves what is there.
  check_resources(plan_, to_do_, jobs_, folder_, registry);
  if (options_.retry) {
    if (const std::string left = left_by_retry(plan_, folder_); !left.empty()) display_.say(left);
  }
  settle(settlement, plan_, folder_);
  const bool keep = options_.on_change == OnChange::kKeep;
  if (keep) {
    if (const std::string left_out = left_out_of_reports(plan_, folder_); !left_out.empty()) display_.say(left_out);
    if (const std::string kept = kept_as_begun(plan_, folder_, finder); !kept.empty()) display_.say(kept);
  }
  for (const std::size_t index : to_do_) {
    const suite::Run& run = plan_.runs[index];
    builds_[index] = finder.build(run);
    if (suite::uses_cuda(run.run_settings().device)) {
      gpus_[run.algorithm_name] = registry.devices(run.algorithm_name).cuda.size();
    }
  }
  write_plan_files(plan_, options_.repeated, folder_, keep);
  look_at_runs();
  work_off();
  display_.finish(board_);
  return {.finished = board_.count(RunState::kFinished),
          .failed = board_.count(RunState::kFailed) + board_.count(RunState::kDamaged),
          .unfinished = board_.count(RunState::kInterrupted) + board_.count(RunState::kWaiting) +
                        board_.count(RunState::kRunning),
          .interrupted = stopping_};
}

void LocalLauncher::wait_for_strays() {
  const auto deadline = Clock::now() + kStrayTime;
  const auto running = [&](const suite::Run& run) {
    return view_run(folder_ / run.folder()).state == RunState::kRunning;
  };
  bool said = false;
  while (std::any_of(plan_.runs.begin(), plan_.runs.end(), running) && Clock::now() < deadline && !requests_.asked()) {
    if (!std::exchange(said, true)) display_.say("some runs are still running elsewhere; waiting at most a minute");
    std::this_thread::sleep_for(std::chrono::milliseconds(kPollMilliseconds));
  }
}

void LocalLauncher::look_at_runs() {
  board_.suite = plan_.name;
  board_.jobs = jobs_;
  board_.rows.resize(plan_.runs.size());
  for (std::size_t index = 0; index < plan_.runs.size(); ++index) show(index, view_run(folder_of(index)));
  for (const std::size_t index : to_do_) {
    board_.rows[index].state = RunState::kWaiting;
    board_.rows[index].note.clear();
  }
}

void LocalLauncher::work_off() {
  while (!to_do_.empty() || !active_.empty()) {
    if (requests_.asked()) stop_all();
    if (!stopping_) start_next();
    if (active_.empty() && stopping_) break;
    wait();
    collect();
    display_.update(board_);
  }
}

/// A run that takes any GPU gets the one that fewest runs are on, the first of several.
std::string LocalLauncher::device_for(const suite::Run& run) const {
  const std::string wanted = run.run_settings().device;
  if (!suite::uses_cuda(wanted)) return "";
  if (suite::device_number(wanted)) return wanted;
  std::vector<std::int64_t> runs_on(std::max<std::size_t>(gpus_.at(run.algorithm_name), 1));
  for (const Active& active : active_) {
    const std::optional<std::size_t> number = suite::device_number(active.device);
    if (number && *number < runs_on.size()) ++runs_on[*number];
  }
  const auto least = std::ranges::min_element(runs_on) - runs_on.begin();
  return fmt::format("cuda:{}", least);
}

std::unique_ptr<Supervisor> LocalLauncher::start(std::size_t index, const std::string& device) {
  const bool keep = options_.on_change == OnChange::kKeep;
  results::path_below(folder_, plan_.runs[index].folder());
  prepare_run(plan_.runs[index], folder_of(index), keep);
  const SupervisorOptions options{.jobs = jobs_,
                                  .memory_limit_bytes = options_.memory_limit_bytes,
                                  .build = builds_.at(index),
                                  .keep = keep,
                                  .device = device};
  return std::make_unique<Supervisor>(plan_.runs[index], folder_of(index), options);
}

// For `status`, where the folder takes it.
void LocalLauncher::record_failed_start(std::size_t index, const std::string& reason) const {
  try {
    results::path_below(folder_, plan_.runs[index].folder());
    if (!std::filesystem::exists(folder_of(index) / "config.toml")) return;
    run::record_end(plan_.runs[index], folder_of(index), jobs_, results::Failure{"exception", reason, {}}, {});
  } catch (const std::exception&) {
    // That the folder takes nothing may be the very reason.
  }
}

void LocalLauncher::start_next() {
  while (!to_do_.empty() && static_cast<std::int64_t>(active_.size()) < jobs_) {
    const std::size_t index = to_do_.front();
    to_do_.pop_front();
    BoardRow& row = board_.rows[index];
    try {
      const std::string device = device_for(plan_.runs[index]);
      active_.push_back({index, start(index, device), device});
      row.state = RunState::kRunning;
    } catch (const std::exception& error) {
      // A disk that is full or a folder that cannot be made costs this run, not the suite.
      row.state = RunState::kFailed;
      row.note = error.what();
      row.ended = ++ended_;
      record_failed_start(index, error.what());
    }
    display_.announce(board_, row);
  }
}

void LocalLauncher::wait() const {
  std::vector<pollfd> descriptors;
  for (const Active& active : active_) {
    const int descriptor = active.supervisor->worker().descriptor();
    if (descriptor >= 0) descriptors.push_back({descriptor, POLLIN, 0});
  }
  // A pipe that closes, as it does when a worker ends, wakes this too.
  ::poll(descriptors.data(), descriptors.size(), descriptors.size() == active_.size() ? kPollMilliseconds : 1);
}

void LocalLauncher::collect() {
  for (Active& active : active_) {
    const bool ended = active.supervisor->poll();
    show_progress(active);
    if (ended) end(active);
  }
  std::erase_if(active_, [](const Active& active) { return active.supervisor == nullptr; });
}

void LocalLauncher::end(Active& active) {
  const RunView view = active.supervisor->conclude();
  active.supervisor.reset();
  show(active.index, view);
  BoardRow& row = board_.rows[active.index];
  row.ended = ++ended_;
  display_.announce(board_, row);
}

void LocalLauncher::show(std::size_t index, const RunView& view) {
  const suite::Run& run = plan_.runs[index];
  board_.rows[index] = row_of(run.task, run.algorithm, run.seed, run.run_settings().environment_steps, view);
}

void LocalLauncher::show_progress(Active& active) {
  const WorkerProcess& worker = active.supervisor->worker();
  if (worker.last_heard() == worker.started()) return;
  BoardRow& row = board_.rows[active.index];
  row.step = worker.progress().step;
  row.steps_per_second = worker.progress().steps_per_second;
  row.last_evaluation = worker.progress().last_evaluation;
  if (active.first_step < 0) active.first_step = row.step;
  const std::chrono::duration<double> elapsed = worker.last_heard() - worker.started();
  const std::int64_t steps = row.step - active.first_step;
  if (steps > 0) row.seconds_per_step = elapsed.count() / static_cast<double>(steps);
}

void LocalLauncher::stop_all() {
  if (!std::exchange(stopping_, true) && !active_.empty()) {
    display_.say(fmt::format("stopping; {} run(s) write their checkpoints, Ctrl-C again kills them", active_.size()));
  }
  for (Active& active : active_) {
    active.supervisor->stop();
    if (requests_.insisted()) active.supervisor->kill();
  }
}

}  // namespace

Summary run_suite(const suite::Plan& plan, loader::Registry& registry, const LocalOptions& options) {
  return LocalLauncher(plan, options).execute(registry);
}

}  // namespace tutti::launch
