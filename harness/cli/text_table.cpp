#include "cli/text_table.hpp"

#include <algorithm>

#include "text/clean.hpp"

namespace tutti::cli {
namespace {

// Characters, not bytes: UTF-8 continuation bytes take no column.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9' &&
         text.find_first_not_of("0123456789,. kMGTB") == std::string::npos;
}

// On one line, whatever a plugin or a file says.
std::string cell(const std::vector<std::string>& row, std::size_t column) {
  return column < row.size() ? text::clean_text(row[column]) : "";
}

}  // namespace

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return "";
  const std::size_t columns = rows.front().size();
  std::vector<std::size_t> widths(columns);
  std::vector<bool> numeric(columns, rows.size() > 1);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      widths[column] = std::max(widths[column], width_of(cell(rows[row], column)));
      if (row > 0 && !is_number(cell(rows[row], column))) numeric[column] = false;
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < columns; ++column) {
      const std::string content = cell(row, column);
      const std::string padding(widths[column] - width_of(content), ' ');
      line += (column > 0 ? "  " : "") + (numeric[column] ? padding + content : content + padding);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace tutti::cli
