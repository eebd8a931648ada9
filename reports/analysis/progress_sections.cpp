#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "reports/analysis/comparability.hpp"
#include "reports/analysis/sections.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

// The evaluation nearest to `step`; of two equally near ones the later.
std::size_t nearest(const std::vector<double>& steps, double step) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < steps.size(); ++k) {
    if (std::abs(steps[k] - step) <= std::abs(steps[best] - step)) best = k;
  }
  return best;
}

Spread return_at(const std::vector<const Run*>& runs, double step) {
  std::vector<double> values;
  for (const Run* run : runs) {
    const std::vector<double> value = at_steps(*run, curve_of(*run), {step});
    values.insert(values.end(), value.begin(), value.end());
  }
  return spread_of(values);
}

double step_of(const CoverageRow& row) { return static_cast<double>(row.step); }

std::vector<double> coverage_steps(const Run& run) {
  std::vector<double> steps;
  for (const CoverageRow& row : run.coverage) steps.push_back(step_of(row));
  return steps;
}

// Whether the run has a row before `step` or at it, and its rows end less than their spacing before it. A failed run
// that counts as worst has no coverage to count.
bool covers(const Run& run, double step) {
  if (run.coverage.empty() || run.worst || step < step_of(run.coverage.front())) return false;
  const double last = step_of(run.coverage.back());
  const double before = run.coverage.size() > 1 ? step_of(*std::prev(run.coverage.end(), 2)) : 0;
  return step <= last || step - last < last - before;
}

// The last step at or before `step` at which every run of the task that has coverage there has a row; NaN if none.
double common_coverage_step(const std::vector<std::vector<const Run*>>& algorithms, double step) {
  std::optional<std::vector<double>> common;
  for (const auto& runs : algorithms) {
    for (const Run* run : runs) {
      if (!covers(*run, step)) continue;
      const std::vector<double> own = coverage_steps(*run);
      std::vector<double> both;
      std::ranges::set_intersection(common.value_or(own), own, std::back_inserter(both));
      common = std::move(both);
    }
  }
  if (!common) return kMissing;
  const auto after = std::ranges::upper_bound(*common, step);
  return after == common->begin() ? kMissing : *std::prev(after);
}

// The row at `step`.
const CoverageRow* coverage_at(const Run& run, double step) {
  const auto found = std::ranges::find(run.coverage, step, step_of);
  return found == run.coverage.end() ? nullptr : &*found;
}

// Of the runs that cover `share`, at `step`.
CoverageCell coverage_cell(const std::vector<const Run*>& runs, double share, double step) {
  std::vector<double> visited, coverage, entropy, outside;
  for (const Run* run : runs) {
    const CoverageRow* row = covers(*run, share) ? coverage_at(*run, step) : nullptr;
    if (row == nullptr) continue;
    visited.push_back(row->visited);
    coverage.push_back(row->visited / row->bins);
    entropy.push_back(row->entropy);
    outside.push_back(row->inside + row->outside > 0 ? row->outside / (row->inside + row->outside) : kMissing);
  }
  return {spread_of(visited), spread_of(coverage), spread_of(entropy), spread_of(outside)};
}

// Bins visited at the steps that all of the runs have a row for.
Curve visited_curve(const Material& material, const std::vector<const Run*>& runs) {
  std::vector<double> steps;
  std::vector<const Run*> counted;
  for (const Run* run : runs) {
    if (run->coverage.empty() || run->worst) continue;
    const std::vector<double> own = coverage_steps(*run);
    std::vector<double> both;
    if (counted.empty()) steps = own;
    std::ranges::set_intersection(steps, own, std::back_inserter(both));
    steps = std::move(both);
    counted.push_back(run);
  }
  Matrix<double> rows;
  std::vector<std::int64_t> seeds;
  for (const Run* run : counted) {
    rows.emplace_back();
    seeds.push_back(run->seed);
    for (const double step : steps) rows.back().push_back(coverage_at(*run, step)->visited);
  }
  if (rows.empty()) return {};
  Curve curve = curve_with_band(material, steps, std::move(rows), std::move(seeds));
  // No run visits fewer bins than none or more than all.
  for (double& low : curve.low) low = std::max(low, 0.0);
  for (double& high : curve.high) high = std::min(high, counted.front()->coverage.front().bins);
  return curve;
}

double bins_of(const std::vector<std::vector<const Run*>>& algorithms) {
  for (const auto& runs : algorithms) {
    for (const Run* run : runs) {
      if (!run->coverage.empty()) return run->coverage.back().bins;
    }
  }
  return kMissing;
}

// Environment steps that every run of the task was planned for; NaN if there is none.
double budget_of(const std::vector<std::vector<const Run*>>& algorithms) {
  double budget = kMissing;
  for (const auto& runs : algorithms) {
    for (const Run* run : runs) {
      if (run->protocol.is_known()) budget = std::fmin(budget, static_cast<double>(run->protocol.environment_steps));
    }
  }
  return budget;
}

RuntimeCell runtime_cell(const Material& material, const std::vector<const Run*>& runs) {
  RuntimeCell cell;
  std::vector<const results::TimeRecord*> times;
  std::vector<double> steps, updates, rates;
  double peak = 0;
  for (const Run* run : runs) {
    if (!run->record || run->state != RunState::kFinished) continue;
    times.push_back(&run->record->time);
    steps.push_back(static_cast<double>(run->record->progress.environment_steps));
    updates.push_back(static_cast<double>(run->record->progress.updates));
    const double train = train_seconds(run->record->time, material.clock);
    rates.push_back(train > 0 ? steps.back() / train : 0);
    peak = std::max(peak, static_cast<double>(run->record->time.peak_memory_bytes));
    cell.segments = std::max(cell.segments, static_cast<std::int64_t>(run->record->segments.size()));
  }
  cell.n = static_cast<std::int64_t>(times.size());
  if (times.empty()) return cell;
  const auto mean = [&](double results::TimeRecord::*member) {
    std::vector<double> values;
    for (const results::TimeRecord* time : times) values.push_back(time->*member);
    return mean_of(values);
  };
  cell.environment_steps = mean_of(steps);
  cell.updates = mean_of(updates);
  cell.train_seconds = mean(&results::TimeRecord::train_seconds);
  cell.train_cpu_seconds = mean(&results::TimeRecord::train_cpu_seconds);
  cell.environment_seconds = mean(&results::TimeRecord::environment_seconds);
  cell.act_seconds = mean(&results::TimeRecord::act_seconds);
  cell.update_seconds = mean(&results::TimeRecord::update_seconds);
  cell.evaluate_seconds = mean(&results::TimeRecord::evaluate_seconds);
  cell.checkpoint_seconds = mean(&results::TimeRecord::checkpoint_seconds);
  cell.cpu_seconds = mean(&results::TimeRecord::cpu_seconds);
  cell.steps_per_second = mean_of(rates);
  cell.peak_memory_bytes = peak;
  return cell;
}

std::string joined(const std::set<std::string>& values) {
  std::string result;
  for (const std::string& value : values) result += (result.empty() ? "" : "; ") + value;
  return result;
}

/// What ran on a processor, or a processor and a GPU: algorithms by the name of the hardware.
using Hardware = std::map<std::string, std::set<std::string>>;

bool all_ran_on_the_same(const Hardware& hardware) {
  return std::ranges::all_of(hardware, [&](const auto& one) { return one.second == hardware.begin()->second; });
}

/// With who ran on what, unless all did on the same.
std::string hardware_text(const Hardware& hardware) {
  const bool same = all_ran_on_the_same(hardware);
  std::set<std::string> names;
  for (const auto& [name, algorithms] : hardware)
    names.insert(same ? name : fmt::format("{} ({})", name, fmt::join(algorithms, ", ")));
  return joined(names);
}

}  // namespace

Spread spread_of(const std::vector<double>& values) {
  std::vector<double> known;
  std::ranges::copy_if(values, std::back_inserter(known), [](double value) { return !std::isnan(value); });
  return {mean_of(known), sample_deviation(known), static_cast<std::int64_t>(known.size())};
}

Milestones milestones_of(const Material& material) {
  Milestones result;
  for (std::size_t task = 0; task < material.table.size(); ++task) {
    result.of_shared_steps = result.of_shared_steps || early_end(material, task);
  }
  for (const int percent : result.percent) {
    Matrix<Spread> cells = make_matrix<Spread>(material);
    std::vector<double> used;
    for (std::size_t task = 0; task < cells.size(); ++task) {
      const std::vector<double> steps = common_steps(own_or_all_runs(material.table[task]));
      used.push_back(steps.empty() ? kMissing : steps[nearest(steps, steps.back() * percent / 100)]);
      for (std::size_t a = 0; a < cells[task].size(); ++a) {
        cells[task][a] = return_at(material.table[task][a], used.back());
      }
    }
    result.cells.push_back(std::move(cells));
    result.steps.push_back(std::move(used));
  }
  return result;
}

Spread coverage_after(const Material& material, std::size_t task, std::size_t algorithm, double step) {
  const double common = common_coverage_step(material.table[task], step);
  return coverage_cell(material.table[task][algorithm], step, common).coverage;
}

Coverage coverage_of(const Material& material) {
  Coverage result;
  for (const auto& row : material.table) {
    result.bins.push_back(bins_of(row));
    result.available = result.available || !std::isnan(result.bins.back());
  }
  if (!result.available) return result;
  for (const int percent : result.percent) {
    Matrix<CoverageCell> cells = make_matrix<CoverageCell>(material);
    std::vector<double> shares, used;
    for (std::size_t task = 0; task < cells.size(); ++task) {
      shares.push_back(budget_of(material.table[task]) * percent / 100);
      used.push_back(common_coverage_step(material.table[task], shares.back()));
      for (std::size_t a = 0; a < cells[task].size(); ++a) {
        cells[task][a] = coverage_cell(material.table[task][a], shares.back(), used.back());
      }
    }
    result.cells.push_back(std::move(cells));
    result.shares.push_back(std::move(shares));
    result.steps.push_back(std::move(used));
  }
  result.visited = make_matrix<Curve>(material);
  for (std::size_t task = 0; task < result.visited.size(); ++task) {
    for (std::size_t a = 0; a < result.visited[task].size(); ++a) {
      result.visited[task][a] = visited_curve(material, material.table[task][a]);
    }
  }
  return result;
}

Runtime runtime_of(const Material& material) {
  Runtime result;
  result.clock = material.clock;
  result.cells = make_matrix<RuntimeCell>(material);
  for (std::size_t task = 0; task < result.cells.size(); ++task) {
    for (std::size_t a = 0; a < result.cells[task].size(); ++a) {
      result.cells[task][a] = runtime_cell(material, material.table[task][a]);
    }
  }
  Hardware hardware;
  std::set<std::string> jobs;
  std::vector<double> seconds;
  for (const Run& run : material.data.runs) {
    if (!run.record) continue;
    seconds.push_back(run.record->time.cpu_seconds);
    const std::string& device = run.record->device;
    const std::string name = run.record->machine.processor + (device == "cpu" ? "" : " with " + device);
    hardware[name].insert(material.data.algorithms[run.algorithm].label);
    jobs.insert(std::to_string(run.record->machine.jobs));
    result.most_jobs = std::max(result.most_jobs, run.record->machine.jobs);
  }
  result.total_cpu_seconds = ascending_sum(seconds);
  if (hardware.empty()) return result;
  result.machine = hardware_text(hardware) + ", " + joined(jobs) + " runs at once";
  if (!all_ran_on_the_same(hardware)) result.machine += "; times of different hardware do not compare algorithms";
  return result;
}

}  // namespace tutti::reports
