// The shape of scores: one stratum for each task, one value for each run.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/statistics/split_mix.hpp"

namespace tutti::reports {

using Strata = std::vector<std::vector<double>>;  // [task][run]

/// Run indices of one replicate, task after task, slot after slot.
using Indices = std::vector<std::uint32_t>;

/// Draws, for every task, as many runs as it has, with replacement. Replaces `indices`.
inline void draw_indices(const Strata& strata, SplitMix64& random, Indices& indices) {
  indices.clear();
  for (const auto& runs : strata) {
    for (std::size_t slot = 0; slot < runs.size(); ++slot) {
      indices.push_back(static_cast<std::uint32_t>(random.index(runs.size())));
    }
  }
}

/// The same for the tasks listed, in that order.
inline void draw_indices(const Strata& strata, const std::vector<std::size_t>& tasks, SplitMix64& random,
                         Indices& indices) {
  indices.clear();
  for (const std::size_t task : tasks) {
    for (std::size_t slot = 0; slot < strata[task].size(); ++slot) {
      indices.push_back(static_cast<std::uint32_t>(random.index(strata[task].size())));
    }
  }
}

/// The strata that `indices` select.
inline Strata resample(const Strata& strata, const Indices& indices) {
  Strata result = strata;
  std::size_t next = 0;
  for (std::size_t task = 0; task < strata.size(); ++task) {
    for (double& value : result[task]) value = strata[task][indices[next++]];
  }
  return result;
}

}  // namespace tutti::reports
