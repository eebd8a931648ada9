#include "reports/statistics/welch.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

// Squared standard error of a mean.
double squared_error(std::span<const double> values) {
  const double deviation = sample_deviation(values);
  return deviation * deviation / static_cast<double>(values.size());
}

// From x's share of the squared error: its own square may be too large or too small for a double.
double welch_degrees(std::span<const double> x, std::span<const double> y) {
  const double a = squared_error(x);
  const double b = squared_error(y);
  const double share = a / (a + b);
  return 1 / (share * share / static_cast<double>(x.size() - 1) +
              (1 - share) * (1 - share) / static_cast<double>(y.size() - 1));
}

}  // namespace

WelchTest welch_test(std::span<const double> x, std::span<const double> y) {
  WelchTest test;
  if (x.size() < 2 || y.size() < 2) return test;
  const double difference = mean_of(x) - mean_of(y);
  const double error = std::sqrt(squared_error(x) + squared_error(y));
  if (error == 0) {
    test.p = difference == 0 ? 1 : 0;
    return test;
  }
  if (!std::isfinite(error)) return test;
  test.t = difference / error;
  test.degrees = welch_degrees(x, y);
  using boost::math::cdf;
  using boost::math::complement;
  test.p = 2 * cdf(complement(boost::math::students_t(test.degrees), std::abs(test.t)));
  return test;
}

Interval welch_interval(std::span<const double> x, std::span<const double> y, double level) {
  const double difference = mean_of(y) - mean_of(x);
  if (x.size() < 2 || y.size() < 2) return {};
  const double error = std::sqrt(squared_error(x) + squared_error(y));
  if (error == 0) return {difference, difference};
  if (!std::isfinite(error)) return {};
  const double t = boost::math::quantile(boost::math::students_t(welch_degrees(x, y)), 1 - (1 - level) / 2);
  return {difference - t * error, difference + t * error};
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> result = p;
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double corrected = p[order[rank]] * static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(corrected, 1.0));
    result[order[rank]] = largest;
  }
  return result;
}

}  // namespace tutti::reports
