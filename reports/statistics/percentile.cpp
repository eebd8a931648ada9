#include "reports/statistics/percentile.hpp"

#include <algorithm>
#include <cmath>

namespace tutti::reports {

double percentile(std::span<const double> sorted, double level) {
  const double position = static_cast<double>(sorted.size() - 1) * level;
  const auto below = static_cast<std::size_t>(position);
  const double weight = position - static_cast<double>(below);
  // Censored replicates are infinite: no arithmetic with them, or NaN would come of it.
  if (weight == 0 || std::isinf(sorted[below])) return sorted[below];
  return sorted[below] + weight * (sorted[below + 1] - sorted[below]);
}

Interval percentile_interval(std::vector<double>& replicates, double level) {
  std::ranges::sort(replicates);
  const double tail = (1 - level) / 2;
  return {percentile(replicates, tail), percentile(replicates, 1 - tail)};
}

}  // namespace tutti::reports
