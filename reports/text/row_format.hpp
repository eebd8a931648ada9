// How the numbers of a table's row are written: with the same decimals, in units of the same power of ten.
#pragma once

#include <span>
#include <string>

#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

struct RowFormat {
  int decimals = 0;
  int exponent = 0;

  std::string text(double value) const;

  /// What follows the row's name: " (times 10^-5)", or nothing.
  std::string unit() const;
};

/// The format that suits a row of means with their spreads.
RowFormat row_format(std::span<const Spread> row);

}  // namespace tutti::reports
