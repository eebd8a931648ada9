// Refuses TOML that is nested so deep that reading it would overflow the stack.
#pragma once

#include <filesystem>
#include <string_view>

namespace tutti::suite {

/// Keys of more parts than this, and values in more brackets, are no suite's.
inline constexpr int kMostNesting = 64;

/// Throws Error naming file, line and column of a key with more than kMostNesting parts between dots, or of brackets
/// nested deeper than that. Takes one pass over the text and no recursion; what is not TOML otherwise passes.
void check_nesting(std::string_view text, const std::filesystem::path& file);

}  // namespace tutti::suite
