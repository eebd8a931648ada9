#include "text/csv.hpp"

#include <algorithm>

namespace tutti::text {
namespace {

// Where a field that starts at `begin` ends: at a comma outside of quotes, or with the line.
std::size_t end_of_field(std::string_view line, std::size_t begin) {
  bool quoted = false;
  for (std::size_t i = begin; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    if (line[i] == ',' && !quoted) return i;
  }
  return line.size();
}

}  // namespace

void append_csv_field(std::string& line, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += field;
    return;
  }
  line += '"';
  for (const char c : field) line.append(c == '"' ? 2 : 1, c);
  line += '"';
}

void CsvSplitter::add_quoted(std::string_view field) {
  std::string& text = unquoted_.emplace_back();
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '"') {
      text += field[i];
    } else if (i > 0 && i + 1 < field.size() && field[i + 1] == '"') {
      text += field[++i];
    }
  }
  fields_.push_back(text);
}

const std::vector<std::string_view>& CsvSplitter::split(std::string_view line) {
  fields_.clear();
  unquoted_.clear();
  const bool any_quotes = line.find('"') != std::string_view::npos;
  for (std::size_t begin = 0;;) {
    const std::size_t end = any_quotes ? end_of_field(line, begin) : std::min(line.find(',', begin), line.size());
    const std::string_view field = line.substr(begin, end - begin);
    if (field.find('"') == std::string_view::npos) {
      fields_.push_back(field);
    } else {
      add_quoted(field);
    }
    if (end == line.size()) return fields_;
    begin = end + 1;
  }
}

}  // namespace tutti::text
