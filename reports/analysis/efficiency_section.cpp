#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/analysis/sections.hpp"
#include "reports/statistics/curve.hpp"
#include "reports/statistics/efficiency.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

using Values = std::map<std::string, double>;

ThresholdRule rule_of(const ReportOptions& options, const Values& values, const std::string& task) {
  if (options.threshold == ThresholdKind::kFraction)
    return {.kind = ThresholdRule::Kind::kFraction, .fraction = options.fraction};
  if (options.threshold == ThresholdKind::kBaselinePeak) return {};
  const auto found = values.find(task);
  return {.kind = ThresholdRule::Kind::kValue, .value = found == values.end() ? kMissing : found->second};
}

TaskCurves task_curves(const Material& material, std::size_t task, std::vector<std::string>& warnings) {
  TaskCurves curves;
  curves.steps = common_steps(own_or_all_runs(material.table[task]));
  for (std::size_t a = 0; a < material.data.algorithms.size(); ++a) {
    const AlgorithmInfo& algorithm = material.data.algorithms[a];
    const bool learned =
        std::ranges::none_of(material.table[task][a], [](const Run* run) { return run->never_learned(); });
    curves.baseline.push_back(!algorithm.proposed && learned);
    curves.runs.emplace_back();
    std::vector<std::int64_t> lacking;  // seeds
    for (const Run* run : material.table[task][a]) {
      std::vector<double> curve = at_steps(*run, curve_of(*run), curves.steps);
      if (curve.empty()) {
        lacking.push_back(run->seed);
      } else {
        curves.runs.back().push_back(std::move(curve));
      }
    }
    if (curves.steps.size() >= 2 && !lacking.empty()) {
      const bool all = lacking.size() == material.table[task][a].size();
      warnings.push_back(fmt::format(
          "{}, {}: imported without evaluations at the steps of the others{}, so it has no sample efficiency",
          material.data.tasks[task].label, algorithm.label,
          all ? "" : fmt::format(" (seed{} {})", lacking.size() == 1 ? "" : "s", fmt::join(lacking, ", "))));
      curves.runs.back().clear();
    }
  }
  return curves;
}

void add_runs(const Material& material, const TaskCurves& curves, std::size_t a, double threshold, const Bounds& bounds,
              EfficiencyCell& cell) {
  const Crossing crossing{material.options.hold, material.options.interpolate};
  std::vector<double> steps, areas;
  for (const std::vector<double>& run : curves.runs[a]) {
    if (!std::isnan(threshold)) steps.push_back(steps_to(curves.steps, run, threshold, crossing));
    areas.push_back(area_under_curve(curves.steps, run));
  }
  cell.n = static_cast<std::int64_t>(areas.size());
  cell.reached = std::ranges::count_if(steps, [](double value) { return std::isfinite(value); });
  cell.median_steps = median_of(steps);
  cell.restricted_mean = steps.empty() ? kMissing : restricted_mean(steps, curves.steps.back());
  cell.auc_mean = mean_of(areas);
  cell.auc_sd = sample_deviation(areas);
  cell.normalized_auc = normalize(cell.auc_mean, bounds);
  if (cell.n >= kLeastRuns) {
    cell.auc_interval = bootstrap_mean(areas, material.bootstrap(material.options.curve_replicates));
  }
}

// What keeps a task from having what the section is about.
void warn_of_task(const Material& material, std::size_t task, const ThresholdRule& rule, const TaskCurves& curves,
                  std::vector<std::string>& warnings) {
  const std::string& label = material.data.tasks[task].label;
  if (own_or_all_runs(material.table[task]).empty()) return;
  if (curves.steps.size() < 2) {
    warnings.push_back(label + ": its runs share fewer than two evaluations, so it has no sample efficiency");
  } else if (rule.kind == ThresholdRule::Kind::kValue && std::isnan(rule.value)) {
    warnings.push_back(label + ": [report.thresholds] gives no return to reach, so it has no steps and no speed-up");
  }
}

std::int64_t runs_of(const TaskCurves& curves, std::size_t algorithm) {
  return static_cast<std::int64_t>(curves.runs[algorithm].size());
}

EfficiencyRow row_of(const Material& material, std::size_t task, const Values& values,
                     std::vector<std::string>& warnings) {
  EfficiencyRow row;
  row.cells.resize(material.data.algorithms.size());
  const TaskCurves curves = task_curves(material, task, warnings);
  const ThresholdRule rule = rule_of(material.options, values, material.data.tasks[task].label);
  warn_of_task(material, task, rule, curves, warnings);
  if (curves.steps.size() < 2) return row;
  const Crossing crossing{material.options.hold, material.options.interpolate};
  const Bootstrap bootstrap = material.bootstrap(material.options.curve_replicates);
  const auto with_rule = [&](const ThresholdRule& chosen) {
    return bootstrap_speed_ups(curves, chosen, crossing, bootstrap);
  };
  const SpeedUps chosen = with_rule(rule);
  const SpeedUps half = with_rule({.kind = ThresholdRule::Kind::kFraction, .fraction = 0.5});
  const SpeedUps most = with_rule({.kind = ThresholdRule::Kind::kFraction, .fraction = 0.9});
  row.threshold = chosen.threshold;
  row.baseline = chosen.baseline;
  row.baseline_steps = chosen.baseline_steps;
  row.horizon = curves.steps.back();
  for (std::size_t a = 0; a < row.cells.size(); ++a) {
    if (curves.runs[a].empty()) continue;
    EfficiencyCell& cell = row.cells[a];
    add_runs(material, curves, a, row.threshold, material.bounds[task], cell);
    cell.curve_steps = chosen.steps[a];
    cell.speed_up = chosen.algorithms[a];
    cell.speed_up_half = half.algorithms[a];
    cell.speed_up_most = most.algorithms[a];
    const bool few = cell.n < kLeastRuns || (row.baseline && runs_of(curves, *row.baseline) < kLeastRuns);
    if (!few) continue;
    for (SpeedUp* each : {&cell.speed_up, &cell.speed_up_half, &cell.speed_up_most}) {
      each->interval.reset();
      each->low_censored = each->high_censored = false;
    }
  }
  return row;
}

std::vector<SpeedUpSummary> summaries(const SampleEfficiency& efficiency, std::size_t algorithms,
                                      SpeedUp EfficiencyCell::*member) {
  std::vector<SpeedUpSummary> result;
  for (std::size_t a = 0; a < algorithms; ++a) {
    std::vector<SpeedUp> tasks;
    for (const EfficiencyRow& row : efficiency.rows) tasks.push_back(row.cells[a].*member);
    result.push_back(summarize_speed_ups(tasks));
  }
  return result;
}

}  // namespace

SampleEfficiency efficiency_of(const Material& material, std::vector<std::string>& warnings) {
  SampleEfficiency result;
  const Values& values = material.options.thresholds;
  for (std::size_t task = 0; task < material.data.tasks.size(); ++task) {
    result.rows.push_back(row_of(material, task, values, warnings));
  }
  const std::size_t algorithms = material.data.algorithms.size();
  result.summary = summaries(result, algorithms, &EfficiencyCell::speed_up);
  result.summary_half = summaries(result, algorithms, &EfficiencyCell::speed_up_half);
  result.summary_most = summaries(result, algorithms, &EfficiencyCell::speed_up_most);
  return result;
}

}  // namespace tutti::reports
