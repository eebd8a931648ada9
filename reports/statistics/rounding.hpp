// How precisely a row of numbers is shown, and which numbers are then the same.
#pragma once

#include <span>

#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

/// Decimals for a row whose largest spread is `spread`: clamp(1 - floor(log10(spread)), 0, 3), that is two
/// significant digits of it. A spread that is zero, negative or not finite gives 2.
int decimals_for_spread(double spread);

/// How the numbers of a row are written.
struct RowDigits {
  int decimals = 2;
  int exponent = 0;  // of the power of ten that the row is shown in units of; 0 for usual sizes
};

/// Decimals by the largest spread, and a unit where very small or very large numbers would be zeros or long rows of
/// digits. A number a million times as large as the median of its row, such as the return of an algorithm that
/// diverged, does not decide about the others.
RowDigits digits_of(std::span<const Spread> row);

/// Whether both are the same number after rounding to `decimals`, at most 15: of their exact values, ties to even.
bool rounds_alike(double x, double y, int decimals);

}  // namespace tutti::reports
