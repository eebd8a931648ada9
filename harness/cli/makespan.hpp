// How long runs take that share the cores of a machine.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tutti::cli {

/// Seconds until the last of the runs has ended, each of which starts in its turn on the first core that is free.
inline double seconds_of_all(const std::vector<double>& seconds_of_runs, std::size_t cores) {
  std::vector<double> free_at(std::max<std::size_t>(cores, 1));
  for (const double seconds : seconds_of_runs) *std::ranges::min_element(free_at) += seconds;
  return *std::ranges::max_element(free_at);
}

}  // namespace tutti::cli
