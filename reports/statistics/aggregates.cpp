#include "reports/statistics/aggregates.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "reports/statistics/summary.hpp"

namespace tutti::reports {

AggregateMetrics::AggregateMetrics(const Strata& strata, bool weighted, double gamma)
    : weighted_(weighted), gamma_(gamma) {
  std::vector<double> value;
  std::vector<std::uint32_t> task;
  for (std::uint32_t m = 0; m < strata.size(); ++m) {
    start_.insert(start_.end(), strata[m].size(), static_cast<std::uint32_t>(value.size()));
    value.insert(value.end(), strata[m].begin(), strata[m].end());
    task.insert(task.end(), strata[m].size(), m);
    runs_.push_back(static_cast<double>(strata[m].size()));
  }
  assert(!value.empty());
  std::vector<std::uint32_t> order(value.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t run) { return value[run]; });
  rank_.resize(order.size());
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    rank_[order[rank]] = rank;
    value_.push_back(value[order[rank]]);
    task_.push_back(task[order[rank]]);
  }
}

AggregateValues AggregateMetrics::values() const {
  Scratch scratch;
  scratch.counts.assign(value_.size(), 1);
  AggregateValues values = from_counts(scratch);
  double largest = std::abs(gamma_);
  for (const double value : value_) largest = std::max(largest, std::abs(value));
  for (double* each : {&values.median, &values.iqm, &values.mean, &values.gap}) *each = without_rests(*each, largest);
  return values;
}

AggregateValues AggregateMetrics::resampled(const Indices& indices, Scratch& scratch) const {
  count(indices, scratch);
  return from_counts(scratch);
}

double AggregateMetrics::resampled_iqm(const Indices& indices, Scratch& scratch) const {
  count(indices, scratch);
  return iqm(scratch.counts);
}

void AggregateMetrics::count(const Indices& indices, Scratch& scratch) const {
  scratch.counts.assign(value_.size(), 0);
  for (std::size_t slot = 0; slot < indices.size(); ++slot) ++scratch.counts[rank_[start_[slot] + indices[slot]]];
}

AggregateValues AggregateMetrics::from_counts(Scratch& scratch) const {
  const auto tasks = static_cast<double>(runs_.size());
  scratch.sums.assign(runs_.size(), 0);
  double clipped = 0;
  for (std::size_t rank = 0; rank < value_.size(); ++rank) {
    const auto times = static_cast<double>(scratch.counts[rank]);
    scratch.sums[task_[rank]] += times * value_[rank];
    clipped += times * std::min(value_[rank], gamma_) / (weighted_ ? tasks * runs_[task_[rank]] : 1);
  }
  for (std::size_t task = 0; task < runs_.size(); ++task) scratch.sums[task] /= runs_[task];
  std::ranges::sort(scratch.sums);
  const std::size_t half = runs_.size() / 2;
  AggregateValues result;
  result.median = runs_.size() % 2 == 1 ? scratch.sums[half] : (scratch.sums[half - 1] + scratch.sums[half]) / 2;
  result.mean = std::accumulate(scratch.sums.begin(), scratch.sums.end(), 0.0) / tasks;
  result.gap = gamma_ - (weighted_ ? clipped : clipped / static_cast<double>(value_.size()));
  result.iqm = iqm(scratch.counts);
  return result;
}

double AggregateMetrics::iqm(const std::vector<std::uint32_t>& counts) const {
  return weighted_ ? weighted_trimmed_mean(counts) : trimmed_mean(counts);
}

double AggregateMetrics::trimmed_mean(const std::vector<std::uint32_t>& counts) const {
  const auto total = static_cast<std::int64_t>(value_.size());
  const std::int64_t dropped = total / 4;
  std::int64_t to_drop = dropped;
  std::int64_t to_take = total - 2 * dropped;
  double sum = 0;
  for (std::size_t rank = 0; to_take > 0; ++rank) {
    const auto here = static_cast<std::int64_t>(counts[rank]);
    const std::int64_t skipped = std::min(here, to_drop);
    const std::int64_t taken = std::min(here - skipped, to_take);
    to_drop -= skipped;
    to_take -= taken;
    sum += static_cast<double>(taken) * value_[rank];
  }
  return sum / static_cast<double>(total - 2 * dropped);
}

double AggregateMetrics::weighted_trimmed_mean(const std::vector<std::uint32_t>& counts) const {
  const auto tasks = static_cast<double>(runs_.size());
  double below = 0;  // weight of what came before
  double sum = 0;
  double taken = 0;
  for (std::size_t rank = 0; rank < value_.size(); ++rank) {
    const double above = below + counts[rank] / (tasks * runs_[task_[rank]]);
    const double inside = std::min(above, 0.75) - std::max(below, 0.25);
    if (inside > 0) {
      sum += inside * value_[rank];
      taken += inside;
    }
    below = above;
  }
  return sum / taken;
}

double interquartile_mean(const std::vector<double>& values) { return AggregateMetrics({values}).values().iqm; }

}  // namespace tutti::reports
