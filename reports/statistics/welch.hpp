// Welch's t-test and Holm's correction for several comparisons.
#pragma once

#include <span>
#include <vector>

#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

struct WelchTest {
  double t = kMissing;
  double degrees = kMissing;
  double p = kMissing;  // two-sided; NaN with fewer than two values on a side
};

/// Both spreads zero: p is 1 for equal means, otherwise 0. No test where a spread is too large for a double.
WelchTest welch_test(std::span<const double> x, std::span<const double> y);

/// Interval of mean(y) - mean(x) by Welch's degrees of freedom; NaN where there is no test.
Interval welch_interval(std::span<const double> x, std::span<const double> y, double level);

/// Holm's step-down correction; NaN stays NaN and is not counted.
std::vector<double> holm(const std::vector<double>& p);

}  // namespace tutti::reports
