// Counts, bytes and durations as people read them: the one place where the program words them.
#pragma once

#include <cstdint>
#include <string>

namespace tutti::text {

/// "12,345,678".
std::string grouped(std::int64_t number);

/// A count in short: 850, 83.3k, 200k, 1.0M, 1.25M. Infinite counts are "∞"; NaN gives an empty text.
std::string count_text(double count);

/// Bytes in decimal units: 850 B, 1.5 kB, 512 MB, 1.5 GB. Empty where `bytes` is not finite.
std::string bytes_text(double bytes);

/// 8.2 s, 12 min 05 s, 3 h 07 min, 3 d 04 h. Empty where `seconds` is not finite.
std::string duration_text(double seconds);

/// A duration for columns of a terminal, rounded up: 0:35, 1:02:09, 3d 04h.
std::string clock_text(double seconds);

}  // namespace tutti::text
