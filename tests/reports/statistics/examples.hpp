// The small matrices that the statistics are checked on, and an enumeration of all their resamples: a bootstrap
// without random numbers. Expected values were computed independently with NumPy and SciPy.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "reports/statistics/strata.hpp"

namespace tutti::reports {

// Given by runs, as they are usually printed.
inline Strata from_rows(const std::vector<std::vector<double>>& rows) {
  Strata strata(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t task = 0; task < row.size(); ++task) strata[task].push_back(row[task]);
  }
  return strata;
}

inline const Strata kX = from_rows({{0.10, 0.50}, {0.30, 0.70}, {0.80, 1.20}});
inline const Strata kY = from_rows({{0.20, 0.50}, {0.30, 0.40}, {0.60, 0.90}});
inline const Strata kZ =
    from_rows({{0.1, 0.9, 0.5, 0.4}, {0.2, 1.1, 0.5, 0.6}, {0.0, 1.3, 0.7, 0.4}, {0.4, 0.7, 0.5, 2.0}});
inline const Strata kW = from_rows({{0, 1}, {2, 5}});

// Calls visit(indices) for every one of the N^(N M) resamples.
inline void for_each_resample(const Strata& strata, const std::function<void(const Indices&)>& visit) {
  std::vector<std::uint32_t> sizes;
  for (const auto& runs : strata) sizes.insert(sizes.end(), runs.size(), static_cast<std::uint32_t>(runs.size()));
  Indices indices(sizes.size(), 0);
  for (;;) {
    visit(indices);
    std::size_t slot = 0;
    while (slot < sizes.size() && ++indices[slot] == sizes[slot]) indices[slot++] = 0;
    if (slot == sizes.size()) return;
  }
}

inline std::vector<double> exhaustive(const Strata& strata, const std::function<double(const Strata&)>& statistic) {
  std::vector<double> values;
  for_each_resample(strata, [&](const Indices& indices) { values.push_back(statistic(resample(strata, indices))); });
  return values;
}

// Relative tolerance 1e-12, as the expected values are given.
inline void expect_close(double value, double expected) {
  EXPECT_NEAR(value, expected, 1e-12 * std::max(1.0, std::abs(expected)));
}

inline void expect_close(const std::vector<double>& values, const std::vector<double>& expected) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) expect_close(values[i], expected[i]);
}

}  // namespace tutti::reports
