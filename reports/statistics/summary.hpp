// Mean, spread and Student's interval of the runs of one task.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

/// Sum in ascending order of value, so that no result depends on the order of the input.
double ascending_sum(std::span<const double> values);

/// To 14 digits, counted from the first one of the largest value: what is equal in decimals is equal here, in whatever
/// groups it was summed. NaN without values.
double mean_of(std::span<const double> values);
/// `value` to as many digits as mean_of() gives of numbers up to `largest`.
double without_rests(double value, double largest);
double median_of(std::span<const double> values);

/// NaN with fewer than two values.
double sample_deviation(std::span<const double> values);
double population_deviation(std::span<const double> values);

/// Half the width of Student's interval of the mean, t * sd / sqrt(n). NaN with fewer than two values.
double student_half_width(std::span<const double> values, double level);

/// One number for each run, summed up.
struct Summary {
  std::int64_t n = 0;
  double mean = kMissing;
  double sd = kMissing;              // divisor n - 1
  double sd0 = kMissing;             // divisor n
  double sem = kMissing;             // sd / sqrt(n)
  std::optional<Interval> interval;  // of the mean: Student's; none with n < 3
  double median = kMissing, min = kMissing, max = kMissing;
};
Summary summarize(std::span<const double> values, double level);

}  // namespace tutti::reports
