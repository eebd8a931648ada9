#include "cli/text_table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "launch/say.hpp"
#include "text/clean.hpp"

namespace tutti::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 12;  // of a column that is broken

// Characters, not bytes: UTF-8 continuation bytes take no column.
bool starts_character(unsigned char c) { return (c & 0xC0) != 0x80; }

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9' &&
         text.find_first_not_of("0123456789,. kMGTB") == std::string::npos;
}

// Bytes of the first `characters` of the text.
std::size_t bytes_of(const std::string& text, std::size_t characters) {
  std::size_t at = 0;
  while (at < text.size() && (characters > 0 || !starts_character(static_cast<unsigned char>(text[at])))) {
    if (starts_character(static_cast<unsigned char>(text[at]))) --characters;
    ++at;
  }
  return at;
}

// Lines of at most `width` characters, broken between words where there are any.
std::vector<std::string> lines_of(std::string text, std::size_t width) {
  std::vector<std::string> lines;
  while (width_of(text) > width) {
    const std::size_t most = bytes_of(text, width);
    const std::size_t space = text.rfind(' ', most);
    const bool between = space != std::string::npos && space > 0;
    lines.push_back(text.substr(0, between ? space : most));
    text.erase(0, between ? space + 1 : most);
  }
  lines.push_back(std::move(text));
  return lines;
}

// On one line, whatever a plugin or a file says.
Rows cleaned(const Rows& rows) {
  Rows result = rows;
  for (auto& row : result) {
    row.resize(rows.front().size());
    for (std::string& cell : row) cell = text::clean_text(cell);
  }
  return result;
}

class Layout {
 public:
  Layout(const Rows& rows, std::size_t width)
      : widths_(rows.front().size()), numeric_(widths_.size(), rows.size() > 1) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t column = 0; column < widths_.size(); ++column) {
        widths_[column] = std::max(widths_[column], width_of(rows[row][column]));
        if (row > 0 && !is_number(rows[row][column])) numeric_[column] = false;
      }
    }
    fit(width);
  }

  std::string lines(const std::vector<std::string>& row) const {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t column = 0; column < widths_.size(); ++column) {
      cells.push_back(lines_of(row[column], std::max<std::size_t>(widths_[column], 1)));
      height = std::max(height, cells.back().size());
    }
    std::string text;
    for (std::size_t i = 0; i < height; ++i) text += line(cells, i);
    return text;
  }

 private:
  std::size_t total() const {
    std::size_t sum = kGap * (widths_.size() - 1);
    for (const std::size_t width : widths_) sum += width;
    return sum;
  }

  // The widest column of words gives way, again and again.
  void fit(std::size_t width) {
    while (total() > width) {
      std::size_t widest = widths_.size();
      for (std::size_t column = 0; column < widths_.size(); ++column) {
        if (numeric_[column]) continue;
        if (widest == widths_.size() || widths_[column] > widths_[widest]) widest = column;
      }
      if (widest == widths_.size() || widths_[widest] <= kNarrowest) return;
      --widths_[widest];
    }
  }

  std::string line(const std::vector<std::vector<std::string>>& cells, std::size_t i) const {
    std::string line;
    for (std::size_t column = 0; column < widths_.size(); ++column) {
      const std::string content = i < cells[column].size() ? cells[column][i] : "";
      const std::string padding(widths_[column] - std::min(width_of(content), widths_[column]), ' ');
      line += std::string(column > 0 ? kGap : 0, ' ') + (numeric_[column] ? padding + content : content + padding);
    }
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }

  std::vector<std::size_t> widths_;
  std::vector<bool> numeric_;
};

}  // namespace

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(::fileno(launch::output()), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kAnyWidth;
}

std::string text_table(const Rows& rows, std::size_t width) {
  if (rows.empty()) return "";
  const Rows clean = cleaned(rows);
  const Layout layout(clean, width);
  std::string text;
  for (const auto& row : clean) text += layout.lines(row);
  return text;
}

}  // namespace tutti::cli
