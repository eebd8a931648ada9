#include "launch/suite_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "digest/digest.hpp"
#include "results/files.hpp"
#include "results/host.hpp"
#include "results/run_identity.hpp"
#include "results/table.hpp"
#include "run/checkpoint.hpp"
#include "run/journal.hpp"
#include "run/machine.hpp"
#include "run/worker.hpp"

namespace tutti::launch {
namespace {

constexpr std::size_t kMostShownRuns = 5;
constexpr std::chrono::seconds kReleaseTime{5};
constexpr std::chrono::milliseconds kReleasePoll{10};

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
  return options;
}

bool has_checkpoint(const std::filesystem::path& run_folder) {
  return !run::CheckpointStore(run_folder / "checkpoint").empty();
}

/// Evidence that is kept has its tables compressed.
bool has_tables(const std::filesystem::path& run_folder) {
  const auto exists = [&](const char* name) { return std::filesystem::exists(run_folder / name); };
  return exists("evaluations.csv") || exists("evaluations.csv.gz") || exists("training.csv") ||
         exists("training.csv.gz");
}

/// Calls problem(file, digest) for each table of a finished run, until it returns one: what is wrong with the file. Of
/// the stored policies among them nobody but `watch` asks.
template <class Problem>
std::string first_problem(const results::RunRecord& record, const std::filesystem::path& run_folder, Problem problem) {
  for (const auto& [name, digest] : record.table_digests) {
    if (name.find('/') != std::string::npos) continue;
    const std::string found = problem(run_folder / name, digest);
    if (!found.empty()) return found;
  }
  return "";
}

std::string missing_table(const results::RunRecord& record, const std::filesystem::path& run_folder) {
  return first_problem(record, run_folder, [](const std::filesystem::path& file, const std::string&) {
    std::error_code ignored;
    const bool exists =
        std::filesystem::exists(file, ignored) || std::filesystem::exists(file.string() + ".gz", ignored);
    return exists ? "" : fmt::format("{}: is missing, although the run has finished", file.string());
  });
}

/// Evidence whose tables are compressed is left to the report.
std::string changed_table(const results::RunRecord& record, const std::filesystem::path& run_folder) {
  return first_problem(record, run_folder, [](const std::filesystem::path& file, const std::string& digest) {
    try {
      const bool same = !std::filesystem::exists(file) || sha256_of_file(file) == digest;
      return same ? "" : fmt::format("{}: is not the file that run.json has the digest of", file.string());
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
  });
}

}  // namespace

std::string lost_record(const RunView& view, const std::filesystem::path& run_folder) {
  if (view.record || !view.problem.empty()) return view.problem;
  if (!has_checkpoint(run_folder) && !has_tables(run_folder)) return "";
  return fmt::format("{}: is missing, although the run has begun", (run_folder / "run.json").string());
}

RunView view_run(const std::filesystem::path& run_folder) {
  RunView view;
  try {
    view.record = results::read_run_record(run_folder);
  } catch (const Error& error) {
    view.problem = error.what();
  }
  // What a plugin has started may hold the lock longer than the worker that has finished.
  const bool finished = view.record && view.record->status == RunState::kFinished;
  if (!finished && results::is_locked(run_folder / run::kLockFile)) {
    view.state = RunState::kRunning;
  } else if (view.record) {
    // One that still says it runs was killed, and its host too.
    view.state = view.record->status == RunState::kRunning ? RunState::kInterrupted : view.record->status;
  }
  if (finished) view.problem = missing_table(*view.record, run_folder);
  if (finished && !view.problem.empty()) view.state = RunState::kDamaged;
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
  for (const suite::TaskEntry& task : plan.tasks) {
    results::Protocol protocol = record.protocol;
    protocol.environment_steps = task.budget.environment_steps;
    protocol.interval = task.budget.evaluation_interval;
    protocol.episodes = task.budget.evaluation_episodes;
    record.tasks.push_back({task.label, task.environment, task.reference, task.title, {}});
    if (protocol != record.protocol) record.tasks.back().protocol = protocol;
  }
  for (const suite::AlgorithmEntry& algorithm : plan.algorithms) {
    record.algorithms.push_back({algorithm.label, algorithm.name, algorithm.proposed, algorithm.title});
  }
  record.seeds = plan.seeds;
  record.report_options = report_options(plan.report);
  for (const auto& [task, bounds] : plan.report.bounds) record.bounds[task] = {bounds.first, bounds.second};
  record.thresholds = plan.report.thresholds;
  for (const suite::Run& run : plan.runs) {
    record.runs.push_back({run.task, run.algorithm, run.seed, run.folder().generic_string()});
  }
  return record;
}

const run::Provenance& ChangeFinder::provenance_of(const suite::Run& run) {
  const auto key = std::tuple(run.environment, run.algorithm_name, run.run_settings().device);
  const auto found = provenance_.find(key);
  if (found != provenance_.end()) return found->second;
  return provenance_.emplace(key, run::provenance_of(run, registry_)).first->second;
}

std::string ChangeFinder::build(const suite::Run& run) { return run::build_digest(provenance_of(run).plugins); }

namespace {

/// What run.json says about the run and its protocol that the run, or its own config.toml, does not.
std::vector<std::string> record_differences(const results::RunRecord& record, const suite::Run& run,
                                            const suite::Run& configured) {
  std::vector<std::string> differences = results::identity_differences(record, identity_of(run));
  const std::vector<std::string> more = results::protocol_differences(record.protocol, run::protocol_of(configured));
  differences.insert(differences.end(), more.begin(), more.end());
  for (std::string& difference : differences) difference.insert(0, "run.json: ");
  return differences;
}

}  // namespace

results::RunIdentity identity_of(const suite::Run& run) {
  return {.task = run.task,
          .environment = run.environment,
          .algorithm = run.algorithm,
          .algorithm_name = run.algorithm_name,
          .seed = run.seed};
}

std::vector<RunView> view_runs(const std::vector<results::RunIdentity>& runs,
                               const std::vector<std::filesystem::path>& folders) {
  std::vector<RunView> views;
  std::vector<const results::RunRecord*> records;  // of those that are what they should be
  for (const std::filesystem::path& folder : folders) views.push_back(view_run(folder));
  for (std::size_t index = 0; index < views.size(); ++index) {
    RunView& view = views[index];
    records.push_back(view.record ? &*view.record : nullptr);
    if (!view.record) continue;
    const std::vector<std::string> differences = results::identity_differences(*view.record, runs[index]);
    if (differences.empty()) continue;
    records.back() = nullptr;
    view.is_foreign = true;
    view.problem = fmt::format("its run.json is of another run: {}", fmt::join(differences, ", "));
  }
  const std::vector<std::optional<std::size_t>> copies = results::copies_among(records);
  for (std::size_t index = 0; index < views.size(); ++index) {
    if (!copies[index]) continue;
    views[index].is_foreign = true;
    views[index].problem =
        fmt::format("is the same run as {}: one is a copy of the other", folders[*copies[index]].string());
  }
  for (RunView& view : views) {
    if (!view.is_foreign) continue;
    view.record.reset();
    if (view.state != RunState::kRunning) view.state = RunState::kWaiting;
  }
  return views;
}

std::vector<std::string> ChangeFinder::changes(const suite::Run& run, const std::filesystem::path& folder) {
  const RunView view = view_run(folder);
  if (const std::string lost = lost_record(view, folder); !lost.empty()) return {lost};
  if (!view.record) return {};
  std::error_code ignored;
  if (!std::filesystem::exists(folder / "config.toml", ignored)) {
    return {"config.toml is missing, so the settings that it was begun with are not known"};
  }
  std::vector<std::string> changes;
  try {
    const suite::Run before = suite::read_config(folder / "config.toml");
    changes = suite::differences(run, before);
    const std::vector<std::string> more = record_differences(*view.record, run, before);
    changes.insert(changes.end(), more.begin(), more.end());
  } catch (const Error& error) {
    changes.push_back(error.what());
  }
  const run::Provenance before{view.record->plugins, view.record->libraries};
  const bool resumes = has_checkpoint(folder);
  const std::vector<std::string> more = run::differences(provenance_of(run), before, resumes);
  changes.insert(changes.end(), more.begin(), more.end());
  if (computes_here_ && resumes && view.state != RunState::kFinished) {
    const auto arithmetic = run::changed_arithmetic(view.record->machine, view.record->numerics);
    changes.insert(changes.end(), arithmetic.begin(), arithmetic.end());
  }
  return changes;
}

namespace {

/// Throws Error with the differences of all runs but those of `left_out`, shortened, if there are any.
void refuse_changes(const suite::Plan& plan, const std::filesystem::path& suite_folder,
                    const std::deque<std::size_t>& left_out, ChangeFinder& finder) {
  std::string text;
  std::size_t changed = 0;
  for (std::size_t index = 0; index < plan.runs.size(); ++index) {
    if (std::find(left_out.begin(), left_out.end(), index) != left_out.end()) continue;
    const std::filesystem::path folder = suite_folder / plan.runs[index].folder();
    const std::vector<std::string> changes = finder.changes(plan.runs[index], folder);
    if (changes.empty()) continue;
    if (++changed > kMostShownRuns) continue;
    text += fmt::format("{}\n  {}\n", folder.string(), fmt::join(changes, "\n  "));
  }
  if (changed == 0) return;
  if (changed > kMostShownRuns) text += fmt::format("and {} more\n", changed - kMostShownRuns);
  throw Error(
      fmt::format("{}{} run(s) of {} were started with other settings, plugins, libraries or instructions; --fresh "
                  "(without --retry) starts them again, --keep leaves them as they are and continues as they began",
                  text, changed, plan.runs.size()));
}

std::set<std::size_t> changed_runs(const suite::Plan& plan, const std::filesystem::path& suite_folder,
                                   ChangeFinder& finder) {
  std::set<std::size_t> changed;
  for (std::size_t index = 0; index < plan.runs.size(); ++index) {
    const suite::Run& run = plan.runs[index];
    if (!finder.changes(run, suite_folder / run.folder()).empty()) changed.insert(index);
  }
  return changed;
}

/// A worker that is killed right after it has finished leaves its replay buffer behind.
void remove_left_overs(const suite::Plan& plan, const std::filesystem::path& suite_folder) {
  for (const suite::Run& run : plan.runs) {
    const std::filesystem::path folder = suite_folder / run.folder();
    if (!std::filesystem::exists(folder / run::kWorkFolder)) continue;
    if (view_run(folder).state == RunState::kFinished) run::remove_working_files(folder);
  }
}

/// Folders that hold another run than the suite's, one that has lost its record, or one that has finished and whose
/// tables are not those it wrote: with kFresh they go, otherwise this throws Error. Whoever keeps runs that were begun
/// with something else does not mean those.
std::set<std::size_t> unusable_runs(const suite::Plan& plan, const std::filesystem::path& suite_folder,
                                    OnChange on_change) {
  std::vector<results::RunIdentity> runs;
  std::vector<std::filesystem::path> folders;
  for (const suite::Run& run : plan.runs) {
    runs.push_back(identity_of(run));
    folders.push_back(suite_folder / run.folder());
  }
  const std::vector<RunView> views = view_runs(runs, folders);
  std::set<std::size_t> unusable;
  for (std::size_t index = 0; index < views.size(); ++index) {
    std::string problem = lost_record(views[index], folders[index]);
    if (views[index].state == RunState::kFinished) problem = changed_table(*views[index].record, folders[index]);
    if (problem.empty()) continue;
    if (on_change != OnChange::kFresh) {
      throw Error(views[index].is_foreign
                      ? fmt::format("{}: {}; move it away, or start it again with --fresh (without --retry)",
                                    folders[index].string(), problem)
                      : fmt::format("{}; put it back, or start the run again with --fresh (without --retry)", problem));
    }
    unusable.insert(index);
  }
  return unusable;
}

/// A worker says that its run is finished a moment before it lets go of the folder.
void await_release_of_finished(const std::filesystem::path& run_folder) {
  const auto deadline = std::chrono::steady_clock::now() + kReleaseTime;
  while (results::is_locked(run_folder / run::kLockFile) && view_run(run_folder).state != RunState::kRunning &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kReleasePoll);
  }
}

[[noreturn]] void refuse_executed(const std::filesystem::path& run_folder) {
  throw Error(fmt::format("{}: another process is executing this run; wait for it or stop it, then start again",
                          run_folder.string()));
}

}  // namespace

std::deque<std::size_t> runs_to_do(const suite::Plan& plan, const std::filesystem::path& suite_folder, bool retry) {
  std::deque<std::size_t> to_do;
  for (std::size_t index = 0; index < plan.runs.size(); ++index) {
    const std::filesystem::path folder = suite_folder / plan.runs[index].folder();
    const RunState state = view_run(folder).state;
    const bool open = state == RunState::kWaiting || state == RunState::kInterrupted;
    if (retry ? state == RunState::kFailed : open) to_do.push_back(index);
  }
  return to_do;
}

std::string left_by_retry(const suite::Plan& plan, const std::filesystem::path& suite_folder) {
  const std::size_t open = runs_to_do(plan, suite_folder, false).size();
  if (open == 0) return "";
  return fmt::format(
      "--retry starts failed runs only: {} run(s) that were interrupted or never started stay as they are; the same "
      "command without --retry resumes or starts them",
      open);
}

namespace {

bool is_of_protocol(const results::RunRecord& record, const suite::Run& run) {
  return results::protocol_differences(record.protocol, run::protocol_of(run)).empty();
}

/// What a run that reports take for `run` was begun with instead of its settings.
std::vector<std::string> changed_settings(const suite::Run& run, const std::filesystem::path& run_folder) {
  const RunView view = view_run(run_folder);
  if (!view.record || !is_of_protocol(*view.record, run)) return {};
  try {
    return suite::differences(run, suite::read_config(run_folder / "config.toml"));
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

/// How many runs have differences, and which is the first, as the end of a sentence: "3 run(s)", "the first is ...".
struct Differing {
  std::size_t count = 0;
  std::string first;
};

/// `differences_of` takes a run, its folder and its record; runs without a record have none.
template <class DifferencesOf>
Differing differing_runs(const suite::Plan& plan, const std::filesystem::path& suite_folder,
                         const DifferencesOf& differences_of) {
  Differing found;
  for (const suite::Run& run : plan.runs) {
    const std::filesystem::path folder = suite_folder / run.folder();
    const RunView view = view_run(folder);
    if (!view.record) continue;
    const std::vector<std::string> differences = differences_of(run, folder, *view.record);
    if (differences.empty()) continue;
    if (found.count++ == 0) found.first = fmt::format("{}: {}", folder.string(), fmt::join(differences, ", "));
  }
  found.first = (found.count > 1 ? "the first is " : "it is ") + found.first;
  return found;
}

}  // namespace

std::string left_out_of_reports(const suite::Plan& plan, const std::filesystem::path& suite_folder) {
  const Differing others = differing_runs(
      plan, suite_folder, [](const suite::Run& run, const std::filesystem::path&, const results::RunRecord& record) {
        return results::protocol_differences(record.protocol, run::protocol_of(run));
      });
  if (others.count == 0) return "";
  return fmt::format(
      "--keep leaves {} run(s) with another protocol than the suite's as they are, and a report of the suite leaves "
      "them out; {}",
      others.count, others.first);
}

std::string kept_as_begun(const suite::Plan& plan, const std::filesystem::path& suite_folder, ChangeFinder& finder) {
  const Differing kept = differing_runs(plan, suite_folder,
                                        [&](const suite::Run& run, const std::filesystem::path& folder,
                                            const results::RunRecord& record) -> std::vector<std::string> {
                                          if (!is_of_protocol(record, run)) return {};
                                          return finder.changes(run, folder);
                                        });
  if (kept.count == 0) return "";
  return fmt::format(
      "--keep leaves {} run(s) as they were begun, with other settings, plugins, libraries or instructions than the "
      "suite's, and a report of the suite has them; {}",
      kept.count, kept.first);
}

Settlement settlement_of(const suite::Plan& plan, const std::filesystem::path& suite_folder, OnChange on_change,
                         bool retry, ChangeFinder& finder) {
  Settlement settlement;
  if (retry && on_change == OnChange::kFresh) {
    // The others stay, so they have to be what the suite asks for.
    (void)unusable_runs(plan, suite_folder, OnChange::kRefuse);
    settlement.to_do = settlement.to_remove = runs_to_do(plan, suite_folder, true);
    refuse_changes(plan, suite_folder, settlement.to_remove, finder);
  } else {
    std::set<std::size_t> gone = unusable_runs(plan, suite_folder, on_change);
    if (on_change == OnChange::kRefuse) refuse_changes(plan, suite_folder, {}, finder);
    if (on_change == OnChange::kFresh) gone.merge(changed_runs(plan, suite_folder, finder));
    settlement.to_remove.assign(gone.begin(), gone.end());
    settlement.to_do = settlement.to_remove;
    const std::deque<std::size_t> open = runs_to_do(plan, suite_folder, retry);
    settlement.to_do.insert(settlement.to_do.end(), open.begin(), open.end());
    std::ranges::sort(settlement.to_do);
    const auto repeated = std::ranges::unique(settlement.to_do);
    settlement.to_do.erase(repeated.begin(), repeated.end());
  }
  for (const std::size_t index : settlement.to_remove) {
    const std::filesystem::path folder = suite_folder / plan.runs[index].folder();
    await_release_of_finished(folder);
    if (results::is_locked(folder / run::kLockFile)) refuse_executed(folder);
  }
  return settlement;
}

void settle(const Settlement& settlement, const suite::Plan& plan, const std::filesystem::path& suite_folder) {
  for (const std::size_t index : settlement.to_remove)
    remove_run(results::path_below(suite_folder, plan.runs[index].folder()));
  remove_left_overs(plan, suite_folder);
}

results::Lock lock_idle_run(const std::filesystem::path& run_folder) {
  std::optional<results::Lock> lock = results::Lock::try_lock(run_folder / run::kLockFile);
  if (!lock) refuse_executed(run_folder);
  return std::move(*lock);
}

void remove_run(const std::filesystem::path& run_folder) {
  if (!std::filesystem::exists(run_folder)) return;
  // Held while the folder goes, so that nobody begins to execute what is half gone.
  const results::Lock lock = lock_idle_run(run_folder);
  std::filesystem::remove_all(run_folder);
}

results::Lock claim(const std::filesystem::path& suite_folder) {
  const std::filesystem::path file = suite_folder / kSuiteLockFile;
  std::optional<results::Lock> lock = results::Lock::try_lock(file);
  if (!lock) {
    throw Error(
        fmt::format("{}: in use by {}; wait for it or stop it", suite_folder.string(), results::read_file(file)));
  }
  lock->describe(fmt::format("process {} on {} since {}", ::getpid(), results::host_name(), run::utc_now()));
  return std::move(*lock);
}

void write_plan_files(const suite::Plan& plan, const std::vector<std::string>& options,
                      const std::filesystem::path& suite_folder, bool keep) {
  results::write_file(suite_folder / "suite.toml", plan.text, results::Durability::kPower);
  results::PlanRecord record = plan_record(plan);
  for (std::size_t index = 0; keep && index < plan.runs.size(); ++index) {
    record.runs[index].kept = changed_settings(plan.runs[index], suite_folder / plan.runs[index].folder());
  }
  record.command = {"run", std::filesystem::absolute(plan.file).lexically_normal().string()};
  record.command.insert(record.command.end(), options.begin(), options.end());
  results::write_plan(suite_folder, record);
}

void prepare_run(const suite::Run& run, const std::filesystem::path& run_folder, bool keep) {
  results::make_folder(run_folder);
  const std::filesystem::path config = run_folder / "config.toml";
  // Where nothing was begun, a configuration is what an earlier plan left behind.
  const bool begun = has_checkpoint(run_folder) || view_run(run_folder).record;
  if (keep && begun && std::filesystem::exists(config)) return;
  suite::Run prepared = run;
  if (has_checkpoint(run_folder) && std::filesystem::exists(config)) {
    prepared.run_values["checkpoint_interval"] = {suite::read_config(config).run_values.at("checkpoint_interval").value,
                                                  "kept from the first start"};
  }
  results::write_file(config, suite::config_toml(prepared), results::Durability::kProcess);
}

}  // namespace tutti::launch
