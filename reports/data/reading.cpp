#include "reports/data/reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "reports/data/run_folder.hpp"
#include "results/plan_record.hpp"
#include "results/run_identity.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// A task's facts, from any of its runs.
void keep_facts(const Run& run, TaskInfo& task) {
  if (!run.record || !task.facts.empty()) return;
  task.facts.assign(run.record->task_facts.begin(), run.record->task_facts.end());
}

// A plan that no suite could have made would ask for impossible amounts of memory.
void check_protocol(const std::filesystem::path& folder, const Protocol& protocol) {
  constexpr std::int64_t kMost = 10'000'000;
  const bool possible = protocol.interval > 0 && protocol.environment_steps >= protocol.interval &&
                        protocol.evaluations() <= kMost && protocol.episodes > 0 && protocol.episodes <= kMost;
  if (!possible) throw Error((folder / "plan.json").string() + ": its evaluation protocol is impossible");
}

void leave_out(Run& run, const std::string& reason, std::vector<Damage>& damage) {
  damage.push_back({run.name + "/run.json", reason + "; the run is left out"});
  run.leave_out();
  run.record.reset();
}

// A folder that was copied over another's is not the run that was planned.
void leave_out_if_another(const results::PlanRecord& plan, const results::PlannedRun& planned, Run& run,
                          std::vector<Damage>& damage) {
  if (!run.record) return;
  std::vector<std::string> differences =
      results::identity_differences(*run.record, results::identity_of(plan, planned));
  const std::vector<std::string> more =
      results::protocol_differences(run.record->protocol, plan.protocol_of(planned.task));
  differences.insert(differences.end(), more.begin(), more.end());
  if (differences.empty()) return;
  std::string text = more.size() == differences.size()
                         ? "was made by another protocol than the plan's, as --keep leaves runs: "
                         : "is not of the run that was planned: ";
  for (const std::string& difference : differences) text += (&difference == &differences[0] ? "" : ", ") + difference;
  leave_out(run, text, damage);
}

void leave_out_copies(Dataset& data) {
  std::vector<const results::RunRecord*> records;
  for (const Run& run : data.runs) records.push_back(run.record ? &*run.record : nullptr);
  const std::vector<std::optional<std::size_t>> copies = results::copies_among(records);
  for (std::size_t index = 0; index < copies.size(); ++index) {
    if (!copies[index]) continue;
    leave_out(data.runs[index], "is the same run as " + data.runs[*copies[index]].name + ", one is a copy of the other",
              data.damage);
  }
}

// Runs that are reported as the suite's although they were begun with other settings.
void note_kept(const results::PlanRecord& plan, Dataset& data) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> names, differences;
  for (const results::PlannedRun& run : plan.runs) {
    if (run.kept.empty()) continue;
    if (names.empty()) differences = run.kept;
    names.push_back(run.folder);
  }
  if (names.empty()) return;
  const std::size_t count = names.size();
  names.resize(std::min(count, kShown));
  data.notes.push_back(
      fmt::format("{} run(s) of suite {} were begun with other settings than the suite's and kept (--keep): {}{}; what "
                  "differs of the first: {}",
                  count, plan.suite, fmt::join(names, ", "),
                  count > kShown ? fmt::format(" and {} more", count - kShown) : "", fmt::join(differences, "; ")));
}

// Two versions of a task's plugin, or of a suite, need not agree; the first one counts.
void note_disagreement(const results::PlanRecord& first, const results::PlanRecord& plan, Dataset& data) {
  for (const results::PlannedTask& task : plan.tasks) {
    const auto known = std::ranges::find(data.tasks, task.label, &TaskInfo::label);
    if (known == data.tasks.end() || !known->reference || !task.reference) continue;
    if (known->reference->low == task.reference->low && known->reference->high == task.reference->high) continue;
    data.notes.push_back(task.label + ": suite " + plan.suite +
                         " declares another reference range than the suites before it; theirs is used");
  }
  for (const results::PlannedAlgorithm& algorithm : plan.algorithms) {
    const auto known = std::ranges::find(data.algorithms, algorithm.label, &AlgorithmInfo::label);
    if (known == data.algorithms.end() || known->proposed == algorithm.proposed) continue;
    const char* later = algorithm.proposed ? "true" : "false";
    const char* earlier = algorithm.proposed ? "false" : "true";
    data.notes.push_back(algorithm.label + ": proposed is " + later + " in suite " + plan.suite + " and " + earlier +
                         " in a suite before it, which counts");
  }
  if (plan.report_options != first.report_options)
    data.notes.push_back("The [report] options are those of suite " + first.suite + "; those of " + plan.suite +
                         " differ and are not used");
}

// Of a run that two folders hold, the one with the higher rank counts; of equal ones the first.
int rank_of(const Run& run) {
  if (run.state == RunState::kFinished) return 2;
  return run.state == RunState::kWaiting ? 0 : 1;
}

// Keeps one of two runs of the same task, algorithm and seed, and names the other one unless it never ran.
void keep_one(Run& earlier, Run&& later, std::vector<Damage>& damage) {
  const bool later_counts = rank_of(later) > rank_of(earlier);
  const Run& other = later_counts ? earlier : later;
  if (other.state != RunState::kWaiting) {
    damage.push_back({other.name, later_counts ? "the same run is in a later folder, where it finished; this one, " +
                                                     std::string(to_text(other.state)) + ", is left out"
                                               : "the same run is in an earlier folder; this one is left out"});
  }
  if (later_counts) earlier = std::move(later);
}

// Suites may give one title to different tasks or algorithms; two rows or columns of one name could not be
// distinguished.
template <class Info>
void drop_shared_titles(std::vector<Info>& infos, const std::string& kind, std::vector<std::string>& notes) {
  for (bool dropped = true; dropped;) {
    dropped = false;
    std::map<std::string, std::vector<Info*>> by_name;
    for (Info& info : infos) by_name[info.shown()].push_back(&info);
    for (const auto& [name, sharing] : by_name) {
      if (sharing.size() < 2) continue;
      std::string labels;
      for (Info* info : sharing) {
        labels += (labels.empty() ? "" : ", ") + info->label;
        info->title.clear();
      }
      notes.push_back("The name \"" + name + "\" is that of several " + kind +
                      ", which are shown by their labels: " + labels);
      dropped = true;
    }
  }
}

void add_plan(const std::filesystem::path& folder, const results::PlanRecord& plan, Dataset& data) {
  std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, std::size_t> known;
  for (std::size_t index = 0; index < data.runs.size(); ++index) {
    const Run& run = data.runs[index];
    known.emplace(std::tuple(run.task, run.algorithm, run.seed), index);
  }
  const auto family_of = [&](const std::string& label) {
    const auto found = std::ranges::find(plan.tasks, label, &results::PlannedTask::label);
    return found == plan.tasks.end() ? std::string() : found->family;
  };
  for (const results::PlannedRun& planned : plan.runs) {
    Run run;
    run.task = data.task_index(planned.task, family_of(planned.task));
    run.algorithm = data.algorithm_index({.label = planned.algorithm, .name = planned.algorithm});
    run.seed = static_cast<std::int64_t>(planned.seed);
    run.name = planned.folder;
    run.folder = folder / planned.folder;
    std::vector<Damage> damage;
    read_run_folder(run.folder, plan.protocol_of(planned.task), run, damage);
    leave_out_if_another(plan, planned, run, damage);
    const auto [found, is_new] = known.emplace(std::tuple(run.task, run.algorithm, run.seed), data.runs.size());
    if (is_new || rank_of(run) > rank_of(data.runs[found->second])) {
      data.damage.insert(data.damage.end(), damage.begin(), damage.end());
      keep_facts(run, data.tasks[run.task]);
    }
    if (is_new) {
      data.runs.push_back(std::move(run));
    } else {
      keep_one(data.runs[found->second], std::move(run), data.damage);
    }
  }
}

}  // namespace

Dataset read_suites(std::span<const std::filesystem::path> folders) {
  Dataset data;
  std::optional<results::PlanRecord> first;
  for (const std::filesystem::path& folder : folders) {
    const results::PlanRecord plan = results::read_plan_record(folder);
    if (!first) first = plan;
    note_disagreement(*first, plan, data);
    check_protocol(folder, plan.protocol);
    if (data.suite.empty()) data.protocol = plan.tasks.empty() ? plan.protocol : plan.protocol_of(plan.tasks[0].label);
    data.suite += (data.suite.empty() ? "" : " + ") + plan.suite;
    data.suite_digests.push_back(plan.digest);
    for (const results::PlannedTask& task : plan.tasks) {
      TaskInfo& info = data.tasks[data.task_index(task.label, task.family)];
      if (!info.reference) info.reference = task.reference;
      if (info.title.empty()) info.title = task.title;
      check_protocol(folder, plan.protocol_of(task.label));
      if (!info.protocol.is_known()) info.protocol = plan.protocol_of(task.label);
    }
    for (const results::PlannedAlgorithm& algorithm : plan.algorithms) {
      data.algorithm_index(
          {.label = algorithm.label, .name = algorithm.name, .proposed = algorithm.proposed, .title = algorithm.title});
    }
    note_kept(plan, data);
    add_plan(folder, plan, data);
    const std::string unplanned = results::unplanned_text(results::unplanned_runs(folder, plan));
    if (!unplanned.empty()) data.damage.push_back({"plan.json", unplanned + "; they are left out"});
  }
  drop_shared_titles(data.tasks, "tasks", data.notes);
  drop_shared_titles(data.algorithms, "algorithms", data.notes);
  leave_out_copies(data);
  data.sort_runs();
  return data;
}

}  // namespace tutti::reports
