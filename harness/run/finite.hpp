// Numbers that are not finite, and actions out of bounds, end a run, named by quantity and step.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>

#include "tutti/error.hpp"

namespace tutti::run {

/// What a row holds before a plugin writes it, so that a value which the plugin leaves out is found as one that is not
/// finite.
inline constexpr float kUnwritten = std::numeric_limits<float>::quiet_NaN();

/// Makes all of a row unwritten. Every bit set is a NaN, too, and fills memory at its speed.
inline void make_unwritten(std::span<float> row) { std::memset(row.data(), 0xFF, row.size_bytes()); }

inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// Whether any value is `odd`. Looks at all of them without a branch, in blocks of a fixed size, which the compiler
/// turns into vector instructions; so it costs next to nothing.
template <class Odd>
bool any_of_all(std::span<const float> values, Odd odd) {
  constexpr std::size_t kBlock = 16;
  std::uint32_t found = 0;
  std::size_t first = 0;
  for (; first + kBlock <= values.size(); first += kBlock) {
    for (std::size_t i = 0; i < kBlock; ++i) found |= static_cast<std::uint32_t>(odd(values[first + i]));
  }
  for (; first < values.size(); ++first) found |= static_cast<std::uint32_t>(odd(values[first]));
  return found != 0;
}

/// True if no value is infinite or NaN.
inline bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000U;
  return !any_of_all(values,
                     [](float value) { return (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent; });
}

/// True if every value is in [-1, 1]; false for NaN, too. Without their signs, floats are ordered as their bits are,
/// and NaN comes after all of them.
inline bool all_in_bounds(std::span<const float> actions) {
  constexpr std::uint32_t kWithoutSign = 0x7FFFFFFFU, kOne = 0x3F800000U;
  return !any_of_all(actions,
                     [](float action) { return (std::bit_cast<std::uint32_t>(action) & kWithoutSign) > kOne; });
}

/// Index of the first value that is infinite or NaN; the size if there is none.
std::size_t first_not_finite(std::span<const float> values);

}  // namespace tutti::run
