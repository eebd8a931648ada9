// How numbers become text. Conversions are the correctly rounded ones of fmt: the exact binary value, ties to even.
#pragma once

#include <string>

namespace tutti::reports {

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
