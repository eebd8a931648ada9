// Columns that line up in a terminal.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace tutti::cli {

inline constexpr std::size_t kAnyWidth = std::numeric_limits<std::size_t>::max();

/// Columns of the terminal behind standard output; kAnyWidth for files and pipes, where nothing is cut off.
std::size_t terminal_width();

/// Rows of cells, the first one the header, as lines of aligned columns. Columns whose cells are all numbers below the
/// header are aligned to the right. Rows may be shorter than the header. A table wider than `width` breaks the cells of
/// its widest columns of words into several lines, as far as that helps.
std::string text_table(const std::vector<std::vector<std::string>>& rows, std::size_t width = kAnyWidth);

}  // namespace tutti::cli
