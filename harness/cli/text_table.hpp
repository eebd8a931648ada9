// Columns that line up in a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::cli {

/// Rows of cells, the first one the header, as lines of aligned columns. Columns whose cells are all numbers below the
/// header are aligned to the right. Rows may be shorter than the header.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

/// "12,345,678".
std::string grouped(std::int64_t number);

}  // namespace tutti::cli
