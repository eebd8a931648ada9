// Quantiles with linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
#pragma once

#include <span>
#include <vector>

#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

/// `level` in [0, 1]; `sorted` ascending and not empty.
double percentile(std::span<const double> sorted, double level);

/// The two quantiles that enclose `level` of the replicates (percentile method). Reorders `replicates`.
Interval percentile_interval(std::vector<double>& replicates, double level);

}  // namespace tutti::reports
