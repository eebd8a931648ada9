#include "reports/analysis/comparability.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace tutti::reports {
namespace {

using Labels = std::set<std::string>;

std::vector<const Run*> runs_of_task(const Material& material, std::size_t task) {
  std::vector<const Run*> runs;
  for (const auto& of_algorithm : material.table[task])
    runs.insert(runs.end(), of_algorithm.begin(), of_algorithm.end());
  return runs;
}

// Environment steps at which a run ends.
std::int64_t end_of(const Run& run) {
  if (run.protocol.is_known()) return run.protocol.environment_steps;
  return run.evaluations.empty() ? 0 : run.evaluations.back().step;
}

// Imported runs may end a few steps beside each other: within their last interval and a twentieth of the budget.
bool ends_like(const Run& run, std::int64_t end) {
  const std::size_t count = run.evaluations.size();
  const std::int64_t own_end = end_of(run);
  if (run.protocol.is_known() || count < 2) return own_end == end;
  const std::int64_t interval = own_end - run.evaluations[count - 2].step;
  return std::abs(own_end - end) <= std::min(interval, std::min(own_end, end) / 20);
}

// The most frequent end, of our own runs where there are any; of two equally frequent ones the later.
std::int64_t usual_end(const std::vector<std::vector<const Run*>>& algorithms) {
  std::map<std::int64_t, int> counts;
  for (const Run* run : own_or_all_runs(algorithms)) ++counts[end_of(*run)];
  std::int64_t usual = 0;
  for (const auto& [end, count] : counts) {
    if (usual == 0 || count >= counts[usual]) usual = end;
  }
  return usual;
}

// "ippo", or "long seed 2" where the algorithm's other runs end elsewhere.
std::string name_of(const Material& material, const Run& run, std::int64_t end) {
  const std::string& label = material.data.algorithms[run.algorithm].label;
  const bool all = std::ranges::all_of(material.table[run.task][run.algorithm],
                                       [&](const Run* other) { return end_of(*other) == end; });
  return all ? label : fmt::format("{} seed {}", label, run.seed);
}

// "ippo, long seed 2": whose evaluations end at `end` or before.
std::string who_ends_by(const Material& material, std::size_t task, double end) {
  std::set<std::string> names;
  for (const Run* run : own_or_all_runs(material.table[task])) {
    const std::vector<double> steps = steps_of(*run);
    if (!steps.empty() && steps.back() <= end) names.insert(name_of(material, *run, end_of(*run)));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::optional<double> early_end(const Material& material, std::size_t task) {
  const std::vector<const Run*> runs = own_or_all_runs(material.table[task]);
  const std::vector<double> shared = common_steps(runs);
  if (shared.empty()) return std::nullopt;
  const std::int64_t usual = usual_end(material.table[task]);
  double least = std::numeric_limits<double>::infinity();  // where those end that end as most do
  for (const Run* run : runs) {
    const std::vector<double> steps = steps_of(*run);
    if (ends_like(*run, usual) && !steps.empty()) least = std::min(least, steps.back());
  }
  return std::isfinite(least) && shared.back() < least ? std::optional(shared.back()) : std::nullopt;
}

std::vector<std::string> early_ends(const Material& material) {
  std::vector<std::string> sentences;
  for (std::size_t task = 0; task < material.table.size(); ++task) {
    const std::optional<double> end = early_end(material, task);
    if (!end) continue;
    const std::string ended = who_ends_by(material, task, *end);
    sentences.push_back(fmt::format(
        "{}: steps to thresholds, speed-ups, areas and milestones of all algorithms rest on the first {} environment "
        "steps, since no later evaluation is shared by all runs ({}); others end after {}",
        material.data.tasks[task].label, *end,
        ended.empty() ? "they were evaluated at different steps" : "ended there: " + ended,
        usual_end(material.table[task])));
  }
  return sentences;
}

std::vector<std::string> different_budgets(const Material& material) {
  std::vector<std::string> sentences;
  for (std::size_t task = 0; task < material.table.size(); ++task) {
    const std::int64_t usual = usual_end(material.table[task]);
    std::map<std::int64_t, std::set<std::string>> others;  // who ends there
    for (const Run* run : runs_of_task(material, task)) {
      if (!run->worst && !ends_like(*run, usual)) others[end_of(*run)].insert(name_of(material, *run, end_of(*run)));
    }
    if (others.empty()) continue;
    std::string text;
    for (const auto& [end, names] : others)
      text += fmt::format("{} {} ({})", text.empty() ? "" : ",", end, fmt::join(names, ", "));
    sentences.push_back(
        fmt::format("{}: not all runs end after {} environment steps, but some after{}; every score is that of a run's "
                    "own end, so these scores are not of equal budgets",
                    material.data.tasks[task].label, usual, text));
  }
  return sentences;
}

std::vector<std::string> unknown_units(const Material& material) {
  std::map<Labels, std::vector<std::string>> tasks;  // by whose unit is not known
  for (std::size_t task = 0; task < material.table.size(); ++task) {
    Labels unknown;
    bool others = false;
    for (const Run* run : runs_of_task(material, task)) {
      const bool known = run->unit != ReturnUnit::kUnknown;
      others = others || known;
      if (!known) unknown.insert(material.data.algorithms[run->algorithm].label);
    }
    if (others && !unknown.empty()) tasks[unknown].push_back(material.data.tasks[task].label);
  }
  std::vector<std::string> sentences;
  for (const auto& [labels, names] : tasks) {
    sentences.push_back(fmt::format(
        "{}: whether returns of {} are of the whole team, like others here, or means over agents is not known, and the "
        "two differ by the number of agents; --unit sum or --unit mean-over-agents says it",
        fmt::join(names, ", "), fmt::join(labels, ", ")));
  }
  return sentences;
}

std::vector<std::string> different_shares(const Material& material) {
  std::set<std::int64_t> counts;
  for (const Score& score : {material.score, material.aggregate_score}) {
    if (score.kind == Score::Kind::kLast) counts.insert(score.count);
  }
  std::vector<std::string> sentences;
  for (const std::int64_t count : counts) {
    for (std::size_t task = 0; task < material.table.size(); ++task) {
      std::map<double, std::string> shares;  // whose, for example
      for (const Run* run : runs_of_task(material, task)) {
        if (run->worst || run->evaluations.empty()) continue;
        shares.emplace(share_of_last(*run, count), material.data.algorithms[run->algorithm].label);
      }
      if (shares.empty() || shares.rbegin()->first <= kAlikeShares * shares.begin()->first) continue;
      sentences.push_back(fmt::format(
          "{}: last-{} averages {:.0f} % of the training of {}, but {:.0f} % of that of {}, so these scores are not "
          "alike; the score final is",
          material.data.tasks[task].label, count, 100 * shares.rbegin()->first, shares.rbegin()->second,
          100 * shares.begin()->first, shares.begin()->second));
    }
  }
  return sentences;
}

std::vector<std::string> different_units(const Material& material) {
  std::map<std::pair<Labels, Labels>, std::vector<std::string>> tasks;  // by who has means and who has sums
  for (std::size_t task = 0; task < material.table.size(); ++task) {
    Labels means, sums;
    for (const Run* run : runs_of_task(material, task)) {
      const std::string& label = material.data.algorithms[run->algorithm].label;
      if (run->unit == ReturnUnit::kMeanOverAgents) means.insert(label);
      if (run->unit == ReturnUnit::kTeam) sums.insert(label);
    }
    if (!means.empty() && !sums.empty()) tasks[{means, sums}].push_back(material.data.tasks[task].label);
  }
  std::vector<std::string> sentences;
  for (const auto& [labels, names] : tasks) {
    sentences.push_back(
        fmt::format("{}: returns of {} are means over agents, those of {} are of the whole team, so their scores "
                    "may differ by a factor of the number of agents; order and marks between them mean nothing until "
                    "they are in one unit",
                    fmt::join(names, ", "), fmt::join(labels.first, ", "), fmt::join(labels.second, ", ")));
  }
  return sentences;
}

std::vector<std::string> unlike_steps(const Material& material) {
  std::vector<std::string> sentences, untrained;
  for (std::size_t task = 0; task < material.table.size(); ++task) {
    const std::vector<const Run*> runs = own_or_all_runs(material.table[task]);
    if (runs.empty()) continue;
    const std::vector<double> shared = common_steps(runs);
    const std::string& label = material.data.tasks[task].label;
    std::size_t most = 0;
    for (const Run* run : runs) most = std::max(most, steps_of(*run).size());
    if (shared.size() >= 2 && 2 * shared.size() <= most) {
      sentences.push_back(fmt::format(
          "{}: its runs share only {} steps at which they were evaluated, where one of them has {}; curves, "
          "areas, milestones and steps to thresholds rest on those",
          label, shared.size(), most));
    }
    if (!shared.empty() && shared.front() > 0) untrained.push_back(label);
  }
  if (!untrained.empty()) {
    sentences.push_back(
        fmt::format("No run was evaluated at step 0 on {}; what tables call untrained is the first "
                    "evaluation there",
                    fmt::join(untrained, ", ")));
  }
  return sentences;
}

std::vector<std::string> unused_options(const Material& material) {
  const ReportOptions& options = material.options;
  std::vector<std::string> sentences;
  if (!options.bounds.empty() && material.normalization == Normalization::kMinmax) {
    std::vector<std::string> without;
    for (const std::size_t task : material.tasks) {
      const TaskInfo& info = material.data.tasks[task];
      if (!options.bounds.contains(info.label) && !info.reference) without.push_back(info.label);
    }
    sentences.push_back(
        options.normalize == Normalization::kAuto
            ? fmt::format(
                  "The bounds are not used, since {} neither bounds nor a reference range: {}; scores are normalised "
                  "by the smallest and largest returns",
                  without.size() == 1 ? "one task has" : "some tasks have", fmt::join(without, ", "))
            : std::string("The bounds are not used, since normalize is \"minmax\""));
  }
  if (!options.bounds.empty() && material.normalization == Normalization::kNone)
    sentences.emplace_back("The bounds are not used, since normalize is \"none\"");
  if (!options.thresholds.empty() && options.threshold != ThresholdKind::kValue)
    sentences.emplace_back("The thresholds of the tasks are not used; threshold = \"value\" uses them");
  return sentences;
}

}  // namespace tutti::reports
