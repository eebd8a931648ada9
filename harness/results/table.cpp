#include "results/table.hpp"

#include <fmt/format.h>

#include <cassert>
#include <iterator>

#include "text/csv.hpp"

namespace tutti::results {
namespace {

std::string header(const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    if (!line.empty()) line += ',';
    text::append_csv_field(line, column);
  }
  return line + '\n';
}

/// The digest of what comes before `end`, which has to be what it was and to start with `header`.
Sha256 checked_start(const std::filesystem::path& file, const std::string& header, const TableEnd& end) {
  Sha256 digest;
  if (end.size == 0) return digest;
  const std::string start = read_start(file, end.size);
  digest.add(start);
  if (!end.digest.empty() && digest.hex() != end.digest) {
    throw Error(file.string() + ": was changed since the checkpoint, its first " + std::to_string(end.size) +
                " bytes do not have the digest that they had");
  }
  if (!start.starts_with(header)) {
    throw FileError(file.string() +
                    " was written by another version, with other columns; --fresh starts the run again");
  }
  return digest;
}

}  // namespace

std::string shortest(double value) { return fmt::format("{}", value); }

Table::Table(const std::filesystem::path& file, const std::vector<std::string>& columns, const TableEnd& end)
    : digest_(checked_start(file, header(columns), end)), file_(file, end.size), columns_(columns.size()) {
  if (end.size > 0) return;
  rows_ = header(columns);
  write();
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
  text::append_csv_field(rows_, text);
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
  digest_.add(rows_);
  rows_.clear();
}

}  // namespace tutti::results
