// How the numbers of a table's row are written: with the same decimals, in units of the same power of ten.
#pragma once

#include <string>

#include "reports/statistics/rounding.hpp"

namespace tutti::reports {

struct RowFormat : RowDigits {
  /// "12.3"; "-1.0e+15" of a number that the row's digits do not suit.
  std::string text(double value) const;

  /// What follows the row's name: " (times 10^-5)", or nothing.
  std::string unit() const;
};

}  // namespace tutti::reports
