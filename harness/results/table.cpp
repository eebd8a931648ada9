#include "results/table.hpp"

#include <fmt/format.h>

#include <cassert>
#include <fstream>
#include <iterator>

namespace tutti::results {
namespace {

void append_field(std::string& row, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    row += text;
    return;
  }
  row += '"';
  for (const char c : text) row.append(c == '"' ? 2 : 1, c);
  row += '"';
}

std::string header(const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    if (!line.empty()) line += ',';
    append_field(line, column);
  }
  return line + '\n';
}

bool starts_with(const std::filesystem::path& file, const std::string& line) {
  std::ifstream stream(file);
  std::string first;
  return std::getline(stream, first) && first + '\n' == line;
}

}  // namespace

std::string shortest(double value) { return fmt::format("{}", value); }

Table::Table(const std::filesystem::path& file, const std::vector<std::string>& columns, std::uint64_t size)
    : file_(file, size), columns_(columns.size()) {
  const std::string line = header(columns);
  if (size == 0) {
    file_.append(line);
  } else if (!starts_with(file, line)) {
    throw FileError(file.string() + " was written by another version, with other columns; --fresh starts the run anew");
  }
}

void Table::separate() {
  assert(fields_ < columns_);
  if (fields_++ > 0) rows_ += ',';
}

Table& Table::add(std::int64_t value) {
  separate();
  fmt::format_to(std::back_inserter(rows_), "{}", value);
  return *this;
}

Table& Table::add(std::uint64_t value) {
  separate();
  fmt::format_to(std::back_inserter(rows_), "{}", value);
  return *this;
}

Table& Table::add(double value) {
  separate();
  fmt::format_to(std::back_inserter(rows_), "{}", value);
  return *this;
}

Table& Table::add(std::string_view text) {
  separate();
  append_field(rows_, text);
  return *this;
}

Table& Table::add_empty() {
  separate();
  return *this;
}

void Table::end_row() {
  assert(fields_ == columns_);
  fields_ = 0;
  rows_ += '\n';
}

void Table::write() {
  file_.append(rows_);
  rows_.clear();
}

}  // namespace tutti::results
