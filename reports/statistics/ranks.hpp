// Order among algorithms.
#pragma once

#include <vector>

namespace tutti::reports {

/// Rank of each value, 1 for the highest; ties get the average rank, NaN keeps NaN.
std::vector<double> descending_ranks(const std::vector<double>& values);

}  // namespace tutti::reports
