#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "reports/analysis/sections.hpp"
#include "reports/data/protocols.hpp"
#include "reports/statistics/curve.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

// Half the width of the band around the mean, or its two ends.
void add_band(const Material& material, const Matrix<double>& runs, Curve& curve) {
  const Band band = material.options.band;
  const std::size_t n = runs.size();
  if (band == Band::kNone || n < (band == Band::kInterval ? 3 : 2)) return;
  if (band == Band::kInterval && material.options.interval == MeanInterval::kBootstrap) {
    for (const Interval& interval : bootstrap_mean_curve(runs, material.bootstrap(material.options.curve_replicates))) {
      curve.low.push_back(interval.low);
      curve.high.push_back(interval.high);
    }
    return;
  }
  std::vector<double> column(n);
  for (std::size_t k = 0; k < curve.mean.size(); ++k) {
    std::ranges::transform(runs, column.begin(), [k](const auto& run) { return run[k]; });
    if (band == Band::kRange) {
      curve.low.push_back(std::ranges::min(column));
      curve.high.push_back(std::ranges::max(column));
      continue;
    }
    const double sd = sample_deviation(column);
    const double half = band == Band::kDeviation ? sd
                        : band == Band::kError   ? sd / std::sqrt(static_cast<double>(n))
                                                 : student_half_width(column, material.options.level);
    curve.low.push_back(curve.mean[k] - half);
    curve.high.push_back(curve.mean[k] + half);
  }
}

std::string band_name(const ReportOptions& options) {
  const std::string percent = fmt::format("{:g} %", 100 * options.level);
  switch (options.band) {
    case Band::kInterval:
      return percent + (options.interval == MeanInterval::kStudent ? " interval (Student t)" : " bootstrap interval");
    case Band::kDeviation:
      return "one sample standard deviation";
    case Band::kError:
      return "one standard error";
    case Band::kRange:
      return "smallest to largest run";
    case Band::kNone:
      break;
  }
  return "";
}

// Over the steps at which all runs of the cell were evaluated.
Curve step_curve(const Material& material, const std::vector<const Run*>& runs) {
  std::vector<double> steps = common_steps(runs);
  if (steps.empty()) return {};
  Matrix<double> rows;
  std::vector<std::int64_t> seeds;
  for (const Run* run : runs) {
    rows.push_back(at_steps(*run, smooth(curve_of(*run), material.options.smooth), steps));
    seeds.push_back(run->seed);
  }
  return curve_with_band(material, std::move(steps), std::move(rows), std::move(seeds));
}

std::vector<double> train_seconds(const Material& material, const Run& run) {
  std::vector<double> seconds;
  for (const TimingRow& row : run.timing) seconds.push_back(train_seconds(row, material.clock));
  return seconds;
}

// Of the whole run.
double end_of(const Material& material, const Run& run) { return train_seconds(run.timing.back(), material.clock); }

// Runs with a time for every evaluation; those that count as worst have none.
std::vector<const Run*> timed_runs(const Material& material, const std::vector<const Run*>& runs) {
  std::vector<const Run*> result;
  for (const Run* run : runs) {
    const bool timed = !run->evaluations.empty() && run->timing.size() == run->evaluations.size();
    if (timed && !run->worst && end_of(material, *run) > 0) result.push_back(run);
  }
  return result;
}

// One run's curve against training time, at the points of `grid`.
std::vector<double> on_grid(const Material& material, const Run& run, std::vector<double> curve,
                            const std::vector<double>& grid) {
  const std::vector<double> seconds = train_seconds(material, run);
  std::vector<double> result;
  for (const double at : grid) result.push_back(interpolate(seconds, curve, at));
  return result;
}

bool one_processor(const std::vector<const Run*>& runs) {
  std::set<std::string> processors;
  for (const Run* run : runs) processors.insert(run->record ? run->record->machine.processor : "");
  return processors.size() <= 1;
}

Curve time_curve(const Material& material, const std::vector<const Run*>& runs) {
  if (runs.empty()) return {};
  double end = std::numeric_limits<double>::infinity();
  for (const Run* run : runs) end = std::min(end, end_of(material, *run));
  const std::vector<double> grid = even_grid(end);
  Matrix<double> rows;
  std::vector<std::int64_t> seeds;
  for (const Run* run : runs) {
    const auto curve = smooth(curve_of(*run), material.options.smooth);
    rows.push_back(on_grid(material, *run, curve, grid));
    seeds.push_back(run->seed);
  }
  return curve_with_band(material, grid, std::move(rows), std::move(seeds));
}

// Interquartile mean of normalised curves, [task][run][point], at each point.
Curve iqm_curve(const Material& material, std::vector<double> x, const std::vector<Matrix<double>>& curves,
                const std::vector<std::int64_t>& seeds) {
  std::vector<Strata> strata(x.size(), Strata(curves.size()));
  for (std::size_t task = 0; task < curves.size(); ++task) {
    for (const std::vector<double>& run : curves[task]) {
      for (std::size_t k = 0; k < x.size(); ++k) strata[k][task].push_back(run[k]);
    }
  }
  Curve result{.x = std::move(x), .mean = {}, .low = {}, .high = {}, .seeds = seeds, .runs = {}};
  result.n = static_cast<std::int64_t>(std::ranges::min(curves, {}, [](const auto& c) { return c.size(); }).size());
  result.most = static_cast<std::int64_t>(std::ranges::max(curves, {}, [](const auto& c) { return c.size(); }).size());
  const Bootstrap bootstrap = material.bootstrap(material.options.efficiency_replicates);
  for (const Estimate& estimate : bootstrap_iqm_curve(strata, bootstrap, material.options.ragged)) {
    result.mean.push_back(estimate.value);
    if (!estimate.interval || result.n < kLeastRuns) continue;
    result.low.push_back(estimate.interval->low);
    result.high.push_back(estimate.interval->high);
  }
  return result;
}

// Over environment steps, or over shares of the budgets where `units` says so.
Curve aggregate_steps(const Material& material, std::size_t algorithm, const std::vector<double>& units) {
  const Selection selection = select(material.table, material.tasks, algorithm, {}, material.options.ragged);
  if (selection.runs.empty()) return {};
  std::vector<Matrix<double>> curves(material.tasks.size());
  std::vector<const Run*> all;
  for (const auto& runs : selection.runs) all.insert(all.end(), runs.begin(), runs.end());
  std::vector<double> points = common_points(all, units);
  if (points.empty()) return {};
  for (std::size_t i = 0; i < material.tasks.size(); ++i) {
    for (const Run* run : selection.runs[i]) {
      std::vector<double> curve = curve_of(*run);
      for (double& value : curve) value = normalize(value, material.bounds[material.tasks[i]]);
      curves[i].push_back(at_steps(*run, smooth(curve, material.options.smooth), points, units[material.tasks[i]]));
    }
  }
  return iqm_curve(material, std::move(points), curves, selection.seeds);
}

// How often the runs of a task were evaluated, at most.
std::size_t evaluations_of(const Material& material, std::size_t task) {
  std::size_t most = 0;
  for (const auto& runs : material.table[task]) {
    for (const Run* run : runs) most = std::max(most, steps_of(*run).size());
  }
  return most;
}

// Intervals that divide the budgets unevenly leave few points at which every task was evaluated.
void warn_of_few_points(const Material& material, const Curves& curves, std::vector<std::string>& warnings) {
  std::size_t points = 0, least = std::numeric_limits<std::size_t>::max();
  double last = 0;
  for (const Curve& curve : curves.aggregate) {
    points = std::max(points, curve.x.size());
    if (!curve.x.empty()) last = std::max(last, curve.x.back());
  }
  if (points == 0) return;
  for (const std::size_t task : material.tasks) least = std::min(least, evaluations_of(material, task));
  if (points < least && curves.by_share) {
    warnings.push_back(fmt::format(
        "The tasks are evaluated at the same share of their budgets only {} times, so the aggregate curve has "
        "no more points; intervals that divide every budget into equally many parts give it all",
        points));
  } else if (points < least) {
    warnings.push_back(fmt::format(
        "The aggregate curve has only the {} points up to step {} at which all tasks were evaluated, although no task "
        "has fewer than {} evaluations",
        points, last, least));
  }
  for (std::size_t a = 0; a < curves.aggregate.size(); ++a) {
    const std::size_t own = curves.aggregate[a].x.size();
    const bool has_runs = !select(material.table, material.tasks, a, {}, material.options.ragged).runs.empty();
    if (!has_runs || own == points) continue;
    warnings.push_back(
        fmt::format("{} has {} in the aggregate figure: its runs share {} of the {} points of the longest curve",
                    material.data.algorithms[a].label, own == 0 ? "no curve" : "a shorter curve",
                    own == 0 ? "none" : fmt::format("only {}", own), points));
  }
}

// The largest training time of any algorithm on each task.
std::vector<double> longest_times(const Material& material) {
  std::vector<double> result;
  for (const std::size_t task : material.tasks) {
    double longest = kMissing;
    for (const auto& runs : material.table[task]) {
      for (const Run* run : timed_runs(material, runs)) {
        if (!(longest >= end_of(material, *run))) longest = end_of(material, *run);
      }
    }
    result.push_back(longest);
  }
  return result;
}

Curve aggregate_time(const Material& material, std::size_t algorithm, const std::vector<double>& longest) {
  const Selection selection = select(material.table, material.tasks, algorithm, {}, material.options.ragged);
  double end = 1;
  std::vector<const Run*> all;
  for (std::size_t i = 0; i < selection.runs.size(); ++i) {
    const std::vector<const Run*> timed = timed_runs(material, selection.runs[i]);
    if (timed.size() != selection.runs[i].size()) return {};
    for (const Run* run : timed) end = std::min(end, end_of(material, *run) / longest[i]);
    all.insert(all.end(), timed.begin(), timed.end());
  }
  if (all.empty() || !one_processor(all)) return {};
  const std::vector<double> grid = even_grid(end);
  std::vector<Matrix<double>> curves(material.tasks.size());
  for (std::size_t i = 0; i < material.tasks.size(); ++i) {
    std::vector<double> seconds = grid;
    for (double& at : seconds) at *= longest[i];
    for (const Run* run : selection.runs[i]) {
      std::vector<double> curve = curve_of(*run);
      for (double& value : curve) value = normalize(value, material.bounds[material.tasks[i]]);
      curves[i].push_back(on_grid(material, *run, smooth(curve, material.options.smooth), seconds));
    }
  }
  return iqm_curve(material, grid, curves, selection.seeds);
}

void add_cells(const Material& material, Curves& result, std::vector<std::string>& warnings) {
  for (std::size_t task = 0; task < result.steps.size(); ++task) {
    for (std::size_t a = 0; a < result.steps[task].size(); ++a) {
      result.steps[task][a] = step_curve(material, material.table[task][a]);
      if (result.steps[task][a].x.empty() && !material.table[task][a].empty()) {
        warnings.push_back(material.data.tasks[task].label + ", " + material.data.algorithms[a].label +
                           ": its runs have no evaluation at a common step, so there is no learning curve of it");
      }
      const std::vector<const Run*> timed = timed_runs(material, material.table[task][a]);
      if (!one_processor(timed)) {
        warnings.push_back(material.data.tasks[task].label + ", " + material.data.algorithms[a].label +
                           ": runs come from different processors, so there is no curve over training time");
        continue;
      }
      result.wall_clock[task][a] = time_curve(material, timed);
    }
  }
}

}  // namespace

Curve curve_with_band(const Material& material, std::vector<double> x, Matrix<double> runs,
                      std::vector<std::int64_t> seeds) {
  Curve curve{.x = std::move(x), .mean = {}, .low = {}, .high = {}, .seeds = std::move(seeds), .runs = {}};
  for (auto& run : runs) run.resize(curve.x.size());
  curve.mean = mean_curve(runs);
  curve.n = static_cast<std::int64_t>(runs.size());
  add_band(material, runs, curve);
  curve.runs = std::move(runs);
  return curve;
}

Curves curves_of(const Material& material, std::vector<std::string>& warnings) {
  Curves result;
  result.caption = "mean over runs";
  result.band = band_name(material.options);
  if (material.options.smooth.kind != Smoothing::Kind::kNone) result.smoothing = to_text(material.options.smooth);
  result.steps = make_matrix<Curve>(material);
  result.wall_clock = make_matrix<Curve>(material);
  add_cells(material, result, warnings);
  if (material.normalization == Normalization::kNone) return result;
  const std::vector<double> longest = longest_times(material);
  const std::vector<double> units = axis_units(material.data.tasks, material.tasks);
  result.by_share = is_share(units);
  for (std::size_t a = 0; a < material.data.algorithms.size(); ++a) {
    result.aggregate.push_back(aggregate_steps(material, a, units));
    result.aggregate_wall_clock.push_back(aggregate_time(material, a, longest));
  }
  warn_of_few_points(material, result, warnings);
  return result;
}

}  // namespace tutti::reports
