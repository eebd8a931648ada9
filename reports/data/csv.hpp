// CSV: reads files that may be damaged, a row that cannot be used is named and left out; and writes tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/data/damage.hpp"

namespace tutti::reports {

/// One row: fields in the order of the columns that were asked for.
using CsvFields = std::vector<std::string_view>;

/// Calls row(line number, fields) for every whole row of `file`, which may be compressed (read_table_file); a sentence
/// that it returns is what is wrong with the row. Columns that were not asked for are skipped. The field of a column
/// named with "?" at its end is empty where the file has no such column. Returns false if there is no such file or its
/// columns do not fit.
bool read_csv(const std::filesystem::path& file, const std::vector<std::string>& columns, DamageList& damage,
              const std::function<std::string(std::size_t line, const CsvFields& fields)>& row);

/// Every row of a file of other programs, the header among them: a byte-order mark, carriage returns and empty lines
/// are dropped.
std::vector<std::vector<std::string>> csv_rows(std::string_view content);

/// The whole field as a number; nothing if it is not one, or not finite.
std::optional<double> to_double(std::string_view field);
std::optional<std::int64_t> to_integer(std::string_view field);

/// A CSV table: the same facts at full precision, one row each.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// RFC 4180 with line feeds: fields are cleaned of control characters, and quoted where they have to be.
std::string to_csv(const CsvTable& table);
std::string csv_field(const std::string& text);

}  // namespace tutti::reports
