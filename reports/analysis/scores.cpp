#include "reports/analysis/scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "reports/statistics/summary.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// How many evaluations a run has, that of the untrained policy not counted if there is another.
std::int64_t trained_evaluations(const Run& run) {
  const auto total = static_cast<std::int64_t>(run.evaluations.size());
  const bool has_initial = run.evaluations.front().step == 0;
  return std::max<std::int64_t>(1, total - (has_initial ? 1 : 0));
}

// Mean of the last `count` evaluations; the untrained policy is never among them if there is another.
double mean_of_last(const Run& run, std::int64_t count) {
  const auto total = static_cast<std::int64_t>(run.evaluations.size());
  std::vector<double> means;
  for (std::int64_t k = total - std::min(count, trained_evaluations(run)); k < total; ++k) {
    means.push_back(run.evaluations[static_cast<std::size_t>(k)].mean);
  }
  return mean_of(means);
}

void widen(Bounds& bounds, double value) {
  if (!(bounds.low <= value)) bounds.low = value;
  if (!(bounds.high >= value)) bounds.high = value;
}

// The untrained policies do not set the scale of a task, unless nothing else was evaluated on it.
std::vector<TaskBounds> single_episode_bounds(const Dataset& data) {
  std::vector<TaskBounds> bounds(data.tasks.size());
  std::vector<Bounds> untrained(data.tasks.size());
  for (const Run& run : data.runs) {
    for (const Evaluation& evaluation : run.evaluations) {
      Bounds& widened = evaluation.step == 0 ? untrained[run.task] : bounds[run.task];
      for (const double value : evaluation.returns) widen(widened, value);
    }
    if (!run.absolute) continue;
    for (const double value : run.absolute->returns) widen(bounds[run.task], value);
  }
  for (std::size_t task = 0; task < bounds.size(); ++task) {
    TaskBounds& each = bounds[task];
    if (std::isnan(each.low)) static_cast<Bounds&>(each) = untrained[task];
    each.low_source = "smallest return of an episode";
    each.high_source = "largest return of an episode";
  }
  return bounds;
}

TaskBounds pinned_bounds(const TaskInfo& task, const ReportOptions& options) {
  const auto found = options.bounds.find(task.label);
  if (found == options.bounds.end()) return {};
  return {{found->second.low, found->second.high}, kGivenBounds, kGivenBounds};
}

// What the suite says counts more than what the task's environment declares.
TaskBounds reference_bounds(const TaskInfo& task, const ReportOptions& options) {
  const TaskBounds pinned = pinned_bounds(task, options);
  if (!std::isnan(pinned.low) || !task.reference) return pinned;
  return {{task.reference->low, task.reference->high}, task.reference->low_source, task.reference->high_source};
}

std::vector<TaskBounds> chosen_bounds(const Dataset& data, const ReportOptions& options, Normalization normalization) {
  std::vector<TaskBounds> bounds;
  for (const TaskInfo& task : data.tasks) {
    bounds.push_back(normalization == Normalization::kPinned ? pinned_bounds(task, options)
                                                             : reference_bounds(task, options));
  }
  return bounds;
}

void require_bounds(const Dataset& data, Normalization normalization, const std::vector<std::size_t>& tasks,
                    const std::vector<TaskBounds>& bounds) {
  for (const std::size_t task : tasks) {
    if (!std::isnan(bounds[task].low)) continue;
    const bool pinned = normalization == Normalization::kPinned;
    throw Error(fmt::format(
        "normalize = \"{0}\": {1} has no {2}; give it bounds, [report.bounds.\"{1}\"] in the suite or --bounds {1} LOW "
        "HIGH, or choose normalize = \"minmax\"",
        pinned ? "pinned" : "reference", data.tasks[task].label,
        pinned ? "bounds" : "reference range, and the suite gives it no bounds"));
  }
}

// Of the runs whose score is computed from their evaluations.
std::set<std::int64_t> numbers_of_evaluations(const std::vector<const Run*>& runs, bool with_untrained) {
  std::set<std::int64_t> numbers;
  for (const Run* run : runs) {
    if (run->worst || run->evaluations.empty()) continue;
    numbers.insert(with_untrained ? static_cast<std::int64_t>(run->evaluations.size()) : trained_evaluations(*run));
  }
  return numbers;
}

std::string last_evaluations(std::int64_t count, const std::vector<const Run*>& runs) {
  const std::set<std::int64_t> numbers = numbers_of_evaluations(runs, false);
  if (!numbers.empty()) count = std::min(count, *numbers.rbegin());
  const std::string text = count == 1 ? "last evaluation" : "last " + std::to_string(count) + " evaluations";
  const bool fewer = count > 1 && (numbers.empty() || *numbers.begin() < count);
  return text + " of a run" + (fewer ? ", or all of them where it has fewer" : "");
}

// Other harnesses do not say how many.
std::string new_episodes(const std::vector<const Run*>& runs) {
  const auto imported = std::ranges::count_if(runs, &Run::imported);
  if (imported == 0) return "ten times as many new episodes";
  return imported == std::ssize(runs) ? "new episodes" : "new episodes, in runs of this harness ten times as many";
}

// "maximum of 6 evaluations"; where runs differ, of how many to how many.
std::string maximum_of_evaluations(const std::vector<const Run*>& runs) {
  const std::set<std::int64_t> numbers = numbers_of_evaluations(runs, true);
  if (numbers.empty()) return "maximum of all evaluations";
  if (numbers.size() == 1)
    return fmt::format("maximum of {} evaluation{}", *numbers.begin(), *numbers.begin() == 1 ? "" : "s");
  return fmt::format("maximum of {} to {} evaluations", *numbers.begin(), *numbers.rbegin());
}

std::vector<double> points_of(const Run& run, double unit) {
  std::vector<double> points = steps_of(run);
  for (double& point : points) point /= unit;
  return points;
}

}  // namespace

bool is_usable(const Run& run) { return run.state == RunState::kFinished || run.worst; }

double score_of(const Run& run, const Score& score) {
  if (run.worst) return *run.worst;
  if (score.kind == Score::Kind::kAbsolute) return run.absolute ? run.absolute->mean : kMissing;
  if (run.state != RunState::kFinished || run.evaluations.empty()) return kMissing;
  switch (score.kind) {
    case Score::Kind::kBest:
      return std::ranges::max(run.evaluations, {}, &Evaluation::mean).mean;
    case Score::Kind::kLast:
      return mean_of_last(run, score.count);
    default:
      return run.evaluations.back().mean;
  }
}

double share_of_last(const Run& run, std::int64_t count) {
  const std::int64_t all = trained_evaluations(run);
  return static_cast<double>(std::min(count, all)) / static_cast<double>(all);
}

std::string definition_of(const Score& score, const std::vector<const Run*>& runs) {
  switch (score.kind) {
    case Score::Kind::kAbsolute:
      return "mean return of the run's best policy, the one with the highest evaluation, over " + new_episodes(runs);
    case Score::Kind::kLast:
      return "mean over the " + last_evaluations(score.count, runs);
    case Score::Kind::kBest:
      return "optimistic (" + maximum_of_evaluations(runs) + "): a run's highest evaluation";
    case Score::Kind::kFinal:
      break;
  }
  return "mean return of the episodes of a run's last evaluation";
}

std::vector<double> curve_of(const Run& run) {
  std::vector<double> curve;
  for (const Evaluation& evaluation : run.evaluations) curve.push_back(evaluation.mean);
  if (run.worst) curve.resize(static_cast<std::size_t>(run.protocol.evaluations()) + 1, *run.worst);
  return curve;
}

std::vector<double> steps_of(const Run& run) {
  std::vector<double> steps;
  for (const Evaluation& evaluation : run.evaluations) steps.push_back(static_cast<double>(evaluation.step));
  if (!run.worst) return steps;
  for (auto k = static_cast<std::int64_t>(steps.size()); k <= run.protocol.evaluations(); ++k) {
    steps.push_back(static_cast<double>(k * run.protocol.interval));
  }
  return steps;
}

std::vector<double> common_points(const std::vector<const Run*>& runs, const std::vector<double>& units) {
  if (runs.empty()) return {};
  std::vector<double> points = points_of(*runs[0], units[runs[0]->task]);
  for (const Run* run : runs) {
    std::vector<double> both;
    std::ranges::set_intersection(points, points_of(*run, units[run->task]), std::back_inserter(both));
    points = std::move(both);
  }
  return points;
}

std::vector<double> common_steps(const std::vector<const Run*>& runs) {
  std::size_t tasks = 0;
  for (const Run* run : runs) tasks = std::max(tasks, run->task + 1);
  return common_points(runs, std::vector<double>(tasks, 1));
}

std::vector<double> at_steps(const Run& run, const std::vector<double>& curve, const std::vector<double>& steps,
                             double unit) {
  const std::vector<double> own = points_of(run, unit);
  std::vector<double> result;
  for (const double step : steps) {
    const auto found = std::ranges::lower_bound(own, step);
    if (found == own.end() || *found != step) return {};
    result.push_back(curve[static_cast<std::size_t>(found - own.begin())]);
  }
  return result;
}

void count_failures_as_worst(const std::vector<Dataset*>& data) {
  std::map<std::string, double> worst;  // by task
  for (const Dataset* set : data) {
    for (const Run& run : set->runs) {
      double& lowest = worst.emplace(set->tasks[run.task].label, kMissing).first->second;
      for (const Evaluation& evaluation : run.evaluations) lowest = std::fmin(lowest, evaluation.mean);
      if (run.absolute) lowest = std::fmin(lowest, run.absolute->mean);
    }
  }
  for (Dataset* set : data) {
    for (Run& run : set->runs) {
      const auto found = worst.find(set->tasks[run.task].label);
      if (run.state == RunState::kFailed && !std::isnan(found->second)) run.worst = found->second;
    }
  }
}

Normalization normalization_of(const Dataset& data, const ReportOptions& options,
                               const std::vector<std::size_t>& tasks) {
  if (options.normalize != Normalization::kAuto) return options.normalize;
  const bool all = std::ranges::all_of(
      tasks, [&](std::size_t task) { return !std::isnan(reference_bounds(data.tasks[task], options).low); });
  return all && !tasks.empty() ? Normalization::kReference : Normalization::kMinmax;
}

std::vector<TaskBounds> bounds_of(const Dataset& data, const ReportOptions& options, Normalization normalization,
                                  const std::vector<std::size_t>& tasks, std::vector<std::string>& warnings) {
  if (normalization == Normalization::kNone) return std::vector<TaskBounds>(data.tasks.size());
  if (normalization != Normalization::kMinmax) {
    std::vector<TaskBounds> bounds = chosen_bounds(data, options, normalization);
    require_bounds(data, normalization, tasks, bounds);
    return bounds;
  }
  std::vector<TaskBounds> bounds = single_episode_bounds(data);
  for (std::size_t task = 0; task < bounds.size(); ++task) {
    if (bounds[task].low == bounds[task].high) {
      warnings.push_back(data.tasks[task].label + ": all returns are equal, so every normalised score is 0");
    }
  }
  return bounds;
}

double normalize(double value, const Bounds& bounds) {
  return bounds.low == bounds.high ? 0 : (value - bounds.low) / (bounds.high - bounds.low);
}

RunTable usable_runs(const Dataset& data) {
  RunTable table(data.tasks.size(), std::vector<std::vector<const Run*>>(data.algorithms.size()));
  for (const Run& run : data.runs) {
    if (is_usable(run)) table[run.task][run.algorithm].push_back(&run);
  }
  return table;
}

std::vector<const Run*> own_or_all_runs(const std::vector<std::vector<const Run*>>& algorithms) {
  std::vector<const Run*> own, all;
  for (const auto& runs : algorithms) {
    all.insert(all.end(), runs.begin(), runs.end());
    std::ranges::copy_if(runs, std::back_inserter(own), [](const Run* run) { return !run->imported; });
  }
  return own.empty() ? all : own;
}

Selection select(const RunTable& table, const std::vector<std::size_t>& tasks, std::size_t algorithm,
                 const Score& score, bool ragged) {
  std::map<std::int64_t, std::vector<const Run*>> by_seed;
  Selection selection;
  selection.runs.resize(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    for (const Run* run : table[tasks[i]][algorithm]) {
      std::vector<const Run*>& of_seed = by_seed[run->seed];
      if (std::isnan(score_of(*run, score))) continue;
      of_seed.push_back(run);
      if (ragged) selection.runs[i].push_back(run);
    }
  }
  for (const auto& [seed, runs] : by_seed) {
    const bool everywhere = runs.size() == tasks.size();
    (everywhere || (ragged && !runs.empty()) ? selection.seeds : selection.left_out).push_back(seed);
    if (!everywhere || ragged) continue;
    for (std::size_t i = 0; i < tasks.size(); ++i) selection.runs[i].push_back(runs[i]);
  }
  if (std::ranges::any_of(selection.runs, [](const auto& runs) { return runs.empty(); })) selection.runs.clear();
  return selection;
}

Strata scores_of(const Selection& selection, const std::vector<std::size_t>& tasks, const Score& score,
                 const std::vector<TaskBounds>* bounds) {
  Strata strata(selection.runs.size());
  for (std::size_t i = 0; i < selection.runs.size(); ++i) {
    for (const Run* run : selection.runs[i]) {
      const double value = score_of(*run, score);
      strata[i].push_back(bounds == nullptr ? value : normalize(value, (*bounds)[tasks[i]]));
    }
  }
  return strata;
}

}  // namespace tutti::reports
