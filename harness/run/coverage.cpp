#include "run/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "tutti/error.hpp"

namespace tutti::run {
namespace {

constexpr std::int64_t kMostBins = std::int64_t{1} << 26;

std::size_t joint_bins(const std::vector<CoverageDimension>& dimensions) {
  std::int64_t bins = 1;
  for (const CoverageDimension& dimension : dimensions) {
    if (dimension.bins < 1 || !(dimension.low < dimension.high)) {
      throw Error(
          fmt::format("coverage dimension \"{}\" has {} bins from {} to {}; expected at least one bin and a range",
                      dimension.name, dimension.bins, dimension.low, dimension.high));
    }
    if (dimension.bins > kMostBins / bins) throw Error(fmt::format("coverage has more than {} joint bins", kMostBins));
    bins *= dimension.bins;
  }
  return static_cast<std::size_t>(bins);
}

std::optional<std::int64_t> bin_of(const CoverageDimension& dimension, double value) {
  if (!(value >= dimension.low && value <= dimension.high)) return std::nullopt;
  const double place = (value - dimension.low) / (dimension.high - dimension.low) * static_cast<double>(dimension.bins);
  return std::min(static_cast<std::int64_t>(std::floor(place)), dimension.bins - 1);
}

}  // namespace

Coverage::Coverage(std::vector<CoverageDimension> dimensions)
    : dimensions_(std::move(dimensions)), counts_(joint_bins(dimensions_)) {}

void Coverage::add(std::span<const double> points) {
  for (; !points.empty(); points = points.subspan(dimensions_.size())) {
    std::int64_t index = 0;
    bool is_inside = true;
    for (std::size_t d = 0; d < dimensions_.size() && is_inside; ++d) {
      const std::optional<std::int64_t> bin = bin_of(dimensions_[d], points[d]);
      is_inside = bin.has_value();
      index = index * dimensions_[d].bins + bin.value_or(0);
    }
    if (!is_inside) {
      ++outside_;
      continue;
    }
    ++inside_;
    if (counts_[static_cast<std::size_t>(index)]++ == 0) ++visited_;
  }
}

double Coverage::entropy() const {
  if (inside_ == 0 || counts_.size() < 2) return 0;
  double sum = 0;
  for (const std::int64_t count : counts_) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(inside_);
    sum -= share * std::log(share);
  }
  return sum / std::log(static_cast<double>(counts_.size()));
}

// Most boxes are mostly empty: only the bins that were visited are kept.
void Coverage::save(SnapshotWriter& writer) const {
  std::vector<std::int64_t> indices;
  std::vector<std::int64_t> visits;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (counts_[index] == 0) continue;
    indices.push_back(static_cast<std::int64_t>(index));
    visits.push_back(counts_[index]);
  }
  writer.values<std::int64_t>("coverage_bins", indices);
  writer.values<std::int64_t>("coverage_counts", visits);
  writer.value("coverage_outside", outside_);
}

void Coverage::load(SnapshotReader& reader) {
  const auto indices = reader.vector<std::int64_t>("coverage_bins");
  std::vector<std::int64_t> visits(indices.size());
  reader.values<std::int64_t>("coverage_counts", visits);
  outside_ = reader.value<std::int64_t>("coverage_outside");
  std::fill(counts_.begin(), counts_.end(), 0);
  visited_ = static_cast<std::int64_t>(indices.size());
  inside_ = 0;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] < 0 || indices[i] >= bins()) throw Error("snapshot holds a coverage bin that does not exist");
    counts_[static_cast<std::size_t>(indices[i])] = visits[i];
    inside_ += visits[i];
  }
}

}  // namespace tutti::run
