#include "run/metric_averages.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "run/finite.hpp"

namespace tutti::run {

MetricAverages::MetricAverages(std::vector<std::string> names)
    : names_(std::move(names)), sums_(names_.size()), counts_(names_.size()) {}

std::size_t MetricAverages::index_of(std::string_view name, std::size_t first) const {
  for (std::size_t tried = 0; tried < names_.size(); ++tried) {
    const std::size_t index = (first + tried) % names_.size();
    if (names_[index] == name) return index;
  }
  throw Error(
      fmt::format("the algorithm reported \"{}\", which is not among its metrics: {}", name, fmt::join(names_, ", ")));
}

void MetricAverages::add(std::string_view name, double value) {
  const std::size_t index = index_of(name, expected_);
  expected_ = index + 1;
  // Remembered rather than thrown: this is called from inside the plugin's update.
  if (!std::isfinite(value) && not_finite_.empty()) not_finite_ = fmt::format("{} is {}", name, value);
  sums_[index] += value;
  if (!std::isfinite(sums_[index]) && not_finite_.empty())
    not_finite_ = fmt::format("the values of {} add up to {}", name, sums_[index]);
  ++counts_[index];
}

bool MetricAverages::wanted(std::string_view name) const { return counts_[index_of(name, expected_)] == 0; }

void MetricAverages::check(std::int64_t step) const {
  if (!not_finite_.empty()) throw NotFiniteError(fmt::format("step {}: {}", step, not_finite_));
}

std::vector<std::optional<double>> MetricAverages::take() {
  std::vector<std::optional<double>> means(names_.size());
  for (std::size_t index = 0; index < names_.size(); ++index) {
    const std::int64_t count = std::exchange(counts_[index], 0);
    const double sum = std::exchange(sums_[index], 0.0);
    if (count > 0) means[index] = sum / static_cast<double>(count);
  }
  return means;
}

void MetricAverages::save(SnapshotWriter& writer) const {
  writer.values<double>("metric_sums", sums_);
  writer.values<std::int64_t>("metric_counts", counts_);
}

void MetricAverages::load(SnapshotReader& reader) {
  reader.values<double>("metric_sums", sums_);
  reader.values<std::int64_t>("metric_counts", counts_);
}

}  // namespace tutti::run
