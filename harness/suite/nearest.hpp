// What somebody may have meant.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tutti::suite {

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate closest to `name`, the first on a tie; nothing if all are too far off to have been meant.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

/// `did you mean "x"?` where something is near, else `known: a, b, c`.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace tutti::suite
