// Columns that line up in a terminal.
#pragma once

#include <string>
#include <vector>

namespace tutti::cli {

/// Rows of cells, the first one the header, as lines of aligned columns. Columns whose cells are all numbers below the
/// header are aligned to the right. Rows may be shorter than the header.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace tutti::cli
