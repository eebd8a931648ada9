// How numbers become text. Conversions are the correctly rounded ones of fmt: the exact binary value, ties to even.
#pragma once

#include <string>

namespace tutti::reports {

/// Decimals for a row whose largest spread is `spread`: clamp(1 - floor(log10(spread)), 0, 3), that is two
/// significant digits of it. A spread that is zero, negative or not finite gives 2.
int decimals_for_spread(double spread);

/// `value` with a fixed number of decimals. A result that rounds to zero has no sign; NaN gives an empty text.
std::string fixed(double value, int decimals);

/// The shortest text that reads back as exactly `value`; empty where it is not finite.
std::string shortest(double value);

/// Environment steps for people: 850, 83.3k, 200k, 1.0M, 1.25M.
std::string steps_text(double steps);

/// A duration for people: 8.2 s, 12 min 05 s, 3 h 07 min.
std::string duration_text(double seconds);

/// A memory size for people: 512 MiB, 1.5 GiB.
std::string memory_text(double bytes);

/// Whether `text` is a plain decimal number, such as -12.5.
bool is_number(const std::string& text);

}  // namespace tutti::reports
