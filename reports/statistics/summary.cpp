#include "reports/statistics/summary.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/students_t.hpp>
#include <charconv>
#include <cmath>

namespace tutti::reports {
namespace {

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

// Decimals of a mean, counted from the first digit of the largest number that it is of. A double holds nearly 16; the
// others are rests of sums, in which what is equal in decimals would differ: (0.1 + 0.2 + 0.6) / 3 and 0.3.
constexpr int kDigitsOfMeans = 14;

}  // namespace

double without_rests(double value, double largest) {
  if (!std::isfinite(value) || !(largest > 0)) return value;
  const int decimals = kDigitsOfMeans - 1 - static_cast<int>(std::floor(std::log10(largest)));
  const bool fixed = decimals >= 0 && decimals <= 300;  // beyond, the digits of the value itself
  std::array<char, 400> text{};
  char* const end =
      std::to_chars(text.begin(), text.end(), value, fixed ? std::chars_format::fixed : std::chars_format::scientific,
                    fixed ? decimals : kDigitsOfMeans - 1)
          .ptr;
  double rounded = value;
  std::from_chars(text.data(), end, rounded);
  return rounded == 0 ? 0 : rounded;  // without a sign
}

namespace {

double squared_deviations(std::span<const double> values) {
  const auto [smallest, greatest] = std::ranges::minmax(values);
  if (smallest == greatest) return 0;
  const double mean = mean_of(values);
  std::vector<double> squares;
  for (const double value : values) squares.push_back((value - mean) * (value - mean));
  return ascending_sum(squares);
}

}  // namespace

double ascending_sum(std::span<const double> values) {
  long double sum = 0;
  for (const double value : sorted_copy(values)) sum += value;
  return static_cast<double>(sum);
}

double mean_of(std::span<const double> values) {
  if (values.empty()) return kMissing;
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return without_rests(ascending_sum(values) / static_cast<double>(values.size()), largest);
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

Summary summarize(std::span<const double> values, double level) {
  Summary summary;
  summary.n = static_cast<std::int64_t>(values.size());
  if (values.empty()) return summary;
  summary.mean = mean_of(values);
  summary.sd = sample_deviation(values);
  summary.sd0 = population_deviation(values);
  summary.sem = summary.sd / std::sqrt(static_cast<double>(summary.n));
  summary.median = median_of(values);
  summary.min = std::ranges::min(values);
  summary.max = std::ranges::max(values);
  if (summary.n < 3) return summary;
  const double half = student_half_width(values, level);
  summary.interval = {summary.mean - half, summary.mean + half};
  return summary;
}

}  // namespace tutti::reports
