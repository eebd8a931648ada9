#include "reports/statistics/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace tutti::reports {
namespace {

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

double squared_deviations(std::span<const double> values) {
  const double mean = mean_of(values);
  std::vector<double> squares;
  for (const double value : values) squares.push_back((value - mean) * (value - mean));
  return ascending_sum(squares);
}

}  // namespace

double ascending_sum(std::span<const double> values) {
  double sum = 0;
  for (const double value : sorted_copy(values)) sum += value;
  return sum;
}

double mean_of(std::span<const double> values) {
  return values.empty() ? kMissing : ascending_sum(values) / static_cast<double>(values.size());
}

double median_of(std::span<const double> values) {
  if (values.empty()) return kMissing;
  const std::vector<double> sorted = sorted_copy(values);
  const std::size_t half = sorted.size() / 2;
  if (sorted.size() % 2 == 1 || sorted[half - 1] == sorted[half]) return sorted[half];
  return (sorted[half - 1] + sorted[half]) / 2;
}

double sample_deviation(std::span<const double> values) {
  if (values.size() < 2) return kMissing;
  return std::sqrt(squared_deviations(values) / static_cast<double>(values.size() - 1));
}

double population_deviation(std::span<const double> values) {
  if (values.empty()) return kMissing;
  return std::sqrt(squared_deviations(values) / static_cast<double>(values.size()));
}

double student_half_width(std::span<const double> values, double level) {
  if (values.size() < 2) return kMissing;
  const auto n = static_cast<double>(values.size());
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 1 - (1 - level) / 2);
  return t * sample_deviation(values) / std::sqrt(n);
}

void summarize(Cell& cell, double level) {
  cell.n = static_cast<std::int64_t>(cell.runs.size());
  if (cell.n == 0) return;
  cell.mean = mean_of(cell.runs);
  cell.sd = sample_deviation(cell.runs);
  cell.sd0 = population_deviation(cell.runs);
  cell.sem = cell.sd / std::sqrt(static_cast<double>(cell.n));
  cell.median = median_of(cell.runs);
  cell.min = std::ranges::min(cell.runs);
  cell.max = std::ranges::max(cell.runs);
  if (cell.n < 3) return;
  const double half = student_half_width(cell.runs, level);
  cell.interval = {cell.mean - half, cell.mean + half};
}

}  // namespace tutti::reports
