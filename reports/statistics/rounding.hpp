// How precisely a row of numbers is shown, and which numbers are then the same.
#pragma once

namespace tutti::reports {

/// Decimals for a row whose largest spread is `spread`: clamp(1 - floor(log10(spread)), 0, 3), that is two
/// significant digits of it. A spread that is zero, negative or not finite gives 2.
int decimals_for_spread(double spread);

/// The power of ten that a row is shown in units of, from its largest size and spread: very small and very large
/// numbers would be zeros or long rows of digits. 0 for usual sizes.
int exponent_for(double size, double spread);

/// Whether both are the same number after rounding to `decimals`, at most 15: of their exact values, ties to even.
bool rounds_alike(double x, double y, int decimals);

}  // namespace tutti::reports
