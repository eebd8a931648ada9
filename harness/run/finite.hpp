// Numbers that are not finite, and actions out of bounds, end a run, named by quantity and step.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tutti/error.hpp"

namespace tutti::run {

/// True if no value is infinite or NaN. Looks at all of them without a branch, so that it costs next to nothing.
inline bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000U;
  std::uint32_t bad = 0;
  for (const float value : values) bad |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent;
  return bad == 0;
}

/// True if every value is in [-1, 1]; false for NaN, too. The same way.
inline bool all_in_bounds(std::span<const float> actions) {
  std::uint32_t bad = 0;
  for (const float action : actions) bad |= static_cast<std::uint32_t>(!(action >= -1.0F && action <= 1.0F));
  return bad == 0;
}

/// Index of the first value that is infinite or NaN; the size if there is none.
std::size_t first_not_finite(std::span<const float> values);

}  // namespace tutti::run
