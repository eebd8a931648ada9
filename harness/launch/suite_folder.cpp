#include "launch/suite_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "results/table.hpp"
#include "run/checkpoint.hpp"
#include "run/journal.hpp"
#include "run/machine.hpp"
#include "run/worker.hpp"

namespace tutti::launch {
namespace {

constexpr std::size_t kMostShownRuns = 5;

/// "task 0 100; task -50 0": numbers that belong to tasks, as one report option.
std::string join_bounds(const std::map<std::string, std::pair<double, double>>& bounds) {
  std::string text;
  for (const auto& [task, range] : bounds) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : "; ", task, range.first, range.second);
  }
  return text;
}

std::string join_values(const std::map<std::string, double>& values) {
  std::string text;
  for (const auto& [task, value] : values) text += fmt::format("{}{} {}", text.empty() ? "" : "; ", task, value);
  return text;
}

std::map<std::string, results::ReportOption> report_options(const suite::ReportSettings& settings) {
  std::map<std::string, results::ReportOption> options;
  for (const auto& [name, value] : settings.options) {
    std::visit(
        [&, &key = name](const auto& option) {
          if constexpr (std::is_constructible_v<results::ReportOption, decltype(option)>) {
            options.emplace(key, option);
          } else {
            options.emplace(key, tutti::to_text(ParameterValue(option)));
          }
        },
        value);
  }
  if (!settings.bounds.empty()) options["bounds"] = join_bounds(settings.bounds);
  if (!settings.thresholds.empty()) options["thresholds"] = join_values(settings.thresholds);
  return options;
}

bool has_checkpoint(const std::filesystem::path& run_folder) {
  return !run::CheckpointStore(run_folder / "checkpoint").empty();
}

/// A build that nobody recorded matters only if something of it lives on: `begun`.
void compare_plugins(const std::vector<results::PluginRecord>& now, const std::vector<results::PluginRecord>& before,
                     bool begun, std::vector<std::string>& changes) {
  for (const results::PluginRecord& plugin : now) {
    const auto same_name = [&](const results::PluginRecord& other) {
      return other.kind == plugin.kind && other.name == plugin.name;
    };
    const auto found = std::find_if(before.begin(), before.end(), same_name);
    if (found == before.end()) {
      if (begun) changes.push_back(fmt::format("{} {}: not recorded which build it was", plugin.kind, plugin.name));
      continue;
    }
    if (found->sha256 == plugin.sha256) continue;
    changes.push_back(fmt::format("{} {}: another build, {} {} now and {} {} before", plugin.kind, plugin.name,
                                  plugin.version, plugin.sha256.substr(0, 12), found->version,
                                  found->sha256.substr(0, 12)));
  }
}

void compare_libraries(const results::Facts& now, const results::Facts& before, std::vector<std::string>& changes) {
  for (const auto& [name, version] : now) {
    const auto found = before.find(name);
    if (found == before.end() || found->second == version) continue;
    changes.push_back(fmt::format("{}: {}, was {}", name, version, found->second));
  }
}

}  // namespace

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::kWaiting:
      return "waiting";
    case RunState::kRunning:
      return "running";
    case RunState::kInterrupted:
      return "interrupted";
    case RunState::kFailed:
      return "failed";
    case RunState::kFinished:
      return "finished";
  }
  return "unknown";
}

RunView view_run(const std::filesystem::path& run_folder) {
  RunView view;
  try {
    view.record = results::read_run_record(run_folder);
  } catch (const Error&) {
    return view;
  }
  if (results::is_locked(run_folder / run::kLockFile)) {
    view.state = RunState::kRunning;
  } else if (view.record) {
    switch (view.record->status) {
      case results::RunStatus::kFinished:
        view.state = RunState::kFinished;
        break;
      case results::RunStatus::kFailed:
        view.state = RunState::kFailed;
        break;
      case results::RunStatus::kInterrupted:
        view.state = RunState::kInterrupted;
        break;
      case results::RunStatus::kRunning:
        view.state = RunState::kInterrupted;
        break;  // killed, and its host too
    }
  }
  return view;
}

results::PlanRecord plan_record(const suite::Plan& plan) {
  results::PlanRecord record;
  record.suite = plan.name;
  record.file = plan.file.string();
  record.digest = plan.digest;
  record.protocol = {.environment_steps = plan.run.environment_steps,
                     .interval = plan.evaluation.interval,
                     .episodes = plan.evaluation.episodes,
                     .mode = plan.evaluation.mode,
                     .seeds = plan.evaluation.seeds,
                     .absolute = plan.evaluation.absolute,
                     .copies = 0};
  for (const suite::TaskEntry& task : plan.tasks) record.tasks.push_back({task.label, task.environment});
  for (const suite::AlgorithmEntry& algorithm : plan.algorithms) {
    record.algorithms.push_back({algorithm.label, algorithm.name, algorithm.proposed});
  }
  record.seeds = plan.seeds;
  record.report_options = report_options(plan.report);
  for (const suite::Run& run : plan.runs) {
    record.runs.push_back({run.task, run.algorithm, run.seed, run.folder().generic_string()});
  }
  return record;
}

const ChangeFinder::Makings& ChangeFinder::makings_of(const suite::Run& run) {
  const auto key = std::pair(run.environment, run.algorithm_name);
  const auto found = makings_.find(key);
  if (found != makings_.end()) return found->second;
  return makings_.emplace(key, Makings{run::plugins_of(run, registry_), run::libraries_of(run, registry_)})
      .first->second;
}

std::vector<std::string> ChangeFinder::changes(const suite::Run& run, const std::filesystem::path& folder) {
  const RunView view = view_run(folder);
  const bool begun = has_checkpoint(folder);
  if ((!view.record && !begun) || !std::filesystem::exists(folder / "config.toml")) return {};
  const results::RunRecord before = view.record.value_or(results::RunRecord{});
  std::vector<std::string> changes;
  try {
    changes = suite::differences(run, suite::read_config(folder / "config.toml"));
  } catch (const Error& error) {
    changes.push_back(error.what());
  }
  compare_plugins(makings_of(run).plugins, before.plugins, begun, changes);
  compare_libraries(makings_of(run).libraries, before.libraries, changes);
  return changes;
}

namespace {

/// Throws Error with the differences of all runs, shortened, if there are any.
void refuse_changes(const suite::Plan& plan, const std::filesystem::path& suite_folder, ChangeFinder& finder) {
  std::string text;
  std::size_t changed = 0;
  for (const suite::Run& run : plan.runs) {
    const std::vector<std::string> changes = finder.changes(run, suite_folder / run.folder());
    if (changes.empty()) continue;
    if (++changed > kMostShownRuns) continue;
    text += fmt::format("{}\n  {}\n", (suite_folder / run.folder()).string(), fmt::join(changes, "\n  "));
  }
  if (changed == 0) return;
  if (changed > kMostShownRuns) text += fmt::format("and {} more\n", changed - kMostShownRuns);
  throw Error(
      fmt::format("{}{} run(s) of {} were begun with something else; --fresh starts them anew, --keep leaves "
                  "them as they are and goes on as they began",
                  text, changed, plan.runs.size()));
}

void remove_changed_runs(const suite::Plan& plan, const std::filesystem::path& suite_folder, ChangeFinder& finder) {
  for (const suite::Run& run : plan.runs) {
    const std::filesystem::path folder = suite_folder / run.folder();
    if (!finder.changes(run, folder).empty()) remove_run(folder);
  }
}

}  // namespace

std::deque<std::size_t> runs_to_do(const suite::Plan& plan, const std::filesystem::path& suite_folder, bool retry) {
  std::deque<std::size_t> to_do;
  for (std::size_t index = 0; index < plan.runs.size(); ++index) {
    const RunState state = view_run(suite_folder / plan.runs[index].folder()).state;
    const bool open = state == RunState::kWaiting || state == RunState::kInterrupted;
    if (retry ? state == RunState::kFailed : open) to_do.push_back(index);
  }
  return to_do;
}

std::deque<std::size_t> settle_runs(const suite::Plan& plan, const std::filesystem::path& suite_folder,
                                    OnChange on_change, bool retry, loader::Registry& registry) {
  if (retry && on_change == OnChange::kFresh) {
    const std::deque<std::size_t> failed = runs_to_do(plan, suite_folder, true);
    for (const std::size_t index : failed) remove_run(suite_folder / plan.runs[index].folder());
    return failed;
  }
  ChangeFinder finder(registry);
  if (on_change == OnChange::kRefuse) refuse_changes(plan, suite_folder, finder);
  if (on_change == OnChange::kFresh) remove_changed_runs(plan, suite_folder, finder);
  return runs_to_do(plan, suite_folder, retry);
}

void remove_run(const std::filesystem::path& run_folder) {
  if (!std::filesystem::exists(run_folder)) return;
  // Held while the folder goes, so that nobody begins to execute what is half gone.
  const std::optional<results::Lock> lock = results::Lock::try_lock(run_folder / run::kLockFile);
  if (!lock) {
    throw Error(fmt::format("{}: another process is executing this run; wait for it or stop it, then start again",
                            run_folder.string()));
  }
  std::filesystem::remove_all(run_folder);
}

results::Lock claim(const std::filesystem::path& suite_folder) {
  const std::filesystem::path file = suite_folder / "lock";
  std::optional<results::Lock> lock = results::Lock::try_lock(file);
  if (!lock) {
    throw Error(
        fmt::format("{}: in use by {}; wait for it or stop it", suite_folder.string(), results::read_file(file)));
  }
  lock->describe(fmt::format("process {} on {} since {}", ::getpid(), run::host_name(), run::utc_now()));
  return std::move(*lock);
}

void write_plan_files(const suite::Plan& plan, const std::filesystem::path& suite_folder) {
  results::write_file(suite_folder / "suite.toml", plan.text, results::Durability::kPower);
  results::write_plan(suite_folder, plan_record(plan));
}

void prepare_run(const suite::Run& run, const std::filesystem::path& run_folder, bool keep) {
  results::make_folder(run_folder);
  const std::filesystem::path config = run_folder / "config.toml";
  if (keep && std::filesystem::exists(config)) return;
  suite::Run prepared = run;
  if (has_checkpoint(run_folder) && std::filesystem::exists(config)) {
    prepared.run_values["checkpoint_interval"] = {suite::read_config(config).run_values.at("checkpoint_interval").value,
                                                  "kept from the first start"};
  }
  results::write_file(config, suite::config_toml(prepared), results::Durability::kProcess);
}

}  // namespace tutti::launch
