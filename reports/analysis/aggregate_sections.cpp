#include <algorithm>
#include <cmath>

#include "reports/analysis/sections.hpp"
#include "reports/statistics/improvement.hpp"
#include "reports/statistics/profile.hpp"
#include "reports/statistics/ranks.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

bool has_least_runs(const Strata& strata) {
  return std::ranges::all_of(strata,
                             [](const auto& runs) { return static_cast<std::int64_t>(runs.size()) >= kLeastRuns; });
}

Aggregate aggregate_of(const Material& material, const Selection& selection, const Strata& strata) {
  Aggregate result;
  result.seeds = selection.seeds;
  result.left_out = selection.left_out;
  if (strata.empty()) return result;
  result.n =
      static_cast<std::int64_t>(std::ranges::min(strata, {}, [](const auto& runs) { return runs.size(); }).size());
  result.most =
      static_cast<std::int64_t>(std::ranges::max(strata, {}, [](const auto& runs) { return runs.size(); }).size());
  const AggregateEstimates estimates =
      bootstrap_aggregates(strata, material.bootstrap(material.options.replicates), material.options.ragged);
  result.median = estimates.median;
  result.iqm = estimates.iqm;
  result.mean = estimates.mean;
  result.gap = estimates.gap;
  if (result.n < kLeastRuns) {
    for (Estimate* each : {&result.median, &result.iqm, &result.mean, &result.gap}) each->interval.reset();
  }
  return result;
}

// Order by the mean of raw scores on each task, over the runs that the aggregates rest on. An algorithm that has no
// aggregate has no rank, but where it is the best on a task no other one is. What never learned is never the best.
void add_ranks(const Material& material, const std::vector<Strata>& raw, std::vector<Aggregate>& algorithms) {
  std::vector<std::vector<double>> ranks(algorithms.size());
  for (std::size_t task = 0; task < material.tasks.size(); ++task) {
    std::vector<double> means;
    std::vector<bool> learned;
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < raw.size(); ++a) {
      const Cell cell = cell_of(material, material.tasks[task], a, material.aggregate_score);
      means.push_back(raw[a].empty() ? kMissing : mean_of(raw[a][task]));
      learned.push_back(cell.without_update == 0);
      const double mean = raw[a].empty() ? cell.mean : means.back();
      highest = learned.back() && mean > highest ? mean : highest;
    }
    const std::vector<double> order = descending_ranks(means);
    for (std::size_t a = 0; a < means.size(); ++a) {
      if (std::isnan(means[a])) continue;
      ranks[a].push_back(order[a]);
      algorithms[a].best_count += learned[a] && means[a] == highest ? 1 : 0;
    }
  }
  for (std::size_t a = 0; a < algorithms.size(); ++a) algorithms[a].mean_rank = mean_of(ranks[a]);
}

void add_profiles(const Material& material, const std::vector<Strata>& normalized, Aggregates& result) {
  result.thresholds = even_thresholds(0, 1);
  for (const Strata& strata : normalized) {
    result.profiles.push_back(
        strata.empty()
            ? Profile{}
            : bootstrap_profile(strata, result.thresholds, material.options.profile == ProfileOf::kAverages,
                                material.bootstrap(material.options.profile_replicates), material.options.ragged));
    Profile& profile = result.profiles.back();
    if (!has_least_runs(strata)) profile.low.clear(), profile.high.clear();
  }
}

// Deals of the permutation test: at p = 0.05 they leave an error of 0.002.
constexpr std::int64_t kShuffles = 10'000;

Improvement improvement_of(const Material& material, const std::vector<Strata>& raw, std::size_t x, std::size_t y) {
  Improvement result{.x = x, .y = y, .probability = {}, .per_task = {}};
  result.probability =
      bootstrap_improvement(raw[x], raw[y], material.bootstrap(material.options.improvement_replicates));
  for (std::size_t task = 0; task < raw[x].size(); ++task) {
    result.per_task.push_back(improvement_on_task(raw[x][task], raw[y][task]));
  }
  if (!has_least_runs(raw[x]) || !has_least_runs(raw[y])) result.probability.interval.reset();
  if (const auto& interval = result.probability.interval) {
    result.marked = interval->low > 0.5 || interval->high < 0.5;
    result.meaningful = result.marked && interval->high > 0.75;
  }
  return result;
}

void add_improvements(const Material& material, const std::vector<Strata>& raw, Aggregates& result) {
  for (std::size_t x = 0; x < raw.size(); ++x) {
    for (std::size_t y = 0; y < raw.size(); ++y) {
      if (x != y && !raw[x].empty() && !raw[y].empty())
        result.improvements.push_back(improvement_of(material, raw, x, y));
    }
  }
  // One test for both orders of a pair.
  for (Improvement& pair : result.improvements) {
    const auto reverse = std::ranges::find_if(
        result.improvements, [&](const Improvement& other) { return other.x == pair.y && other.y == pair.x; });
    if (pair.x > pair.y)
      pair.p_value = reverse->p_value;
    else if (pair.probability.interval)
      pair.p_value = improvement_p_value(raw[pair.x], raw[pair.y], material.bootstrap(kShuffles));
  }
  const auto ours_first = [&](const Improvement& pair) {
    const auto& algorithms = material.data.algorithms;
    return algorithms[pair.x].proposed && !algorithms[pair.y].proposed ? 0 : 1;
  };
  std::ranges::stable_sort(result.improvements, [&](const Improvement& a, const Improvement& b) {
    if (ours_first(a) != ours_first(b)) return ours_first(a) < ours_first(b);
    return a.probability.value > b.probability.value;
  });
}

}  // namespace

Aggregates aggregates_of(const Material& material) {
  Aggregates result;
  result.score = to_text(material.aggregate_score);
  result.definition = definition_of(material.aggregate_score);
  result.tasks = material.tasks;
  result.algorithms.resize(material.data.algorithms.size());
  if (material.normalization == Normalization::kNone) {
    result.reason = "raw returns of different tasks cannot be aggregated; choose a normalisation";
    return result;
  }
  std::vector<Strata> raw, normalized;
  std::vector<const Run*> counted;
  for (std::size_t a = 0; a < result.algorithms.size(); ++a) {
    const Selection selection =
        select(material.table, material.tasks, a, material.aggregate_score, material.options.ragged);
    for (const auto& runs : selection.runs) counted.insert(counted.end(), runs.begin(), runs.end());
    raw.push_back(scores_of(selection, material.tasks, material.aggregate_score, nullptr));
    normalized.push_back(scores_of(selection, material.tasks, material.aggregate_score, &material.bounds));
    result.algorithms[a] = aggregate_of(material, selection, normalized.back());
    result.available = result.available || !raw.back().empty();
  }
  if (!result.available) {
    result.reason = "no algorithm has a run that is complete on every task";
    return result;
  }
  result.definition = definition_of(material.aggregate_score, counted);
  add_ranks(material, raw, result.algorithms);
  add_profiles(material, normalized, result);
  add_improvements(material, raw, result);
  return result;
}

}  // namespace tutti::reports
