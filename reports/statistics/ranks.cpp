#include "reports/statistics/ranks.hpp"

#include <cmath>

namespace tutti::reports {

std::vector<double> descending_ranks(const std::vector<double>& values) {
  std::vector<double> result(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    double above = 0;
    double equal = 0;
    for (const double other : values) {
      above += other > values[i] ? 1 : 0;
      equal += other == values[i] ? 1 : 0;
    }
    result[i] = above + (equal + 1) / 2;
  }
  return result;
}

}  // namespace tutti::reports
