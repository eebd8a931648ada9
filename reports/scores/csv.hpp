// Reads CSV files that may be damaged: a row that cannot be used is named and left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis.hpp"

namespace tutti::reports {

/// Collects what is wrong with one file, at most a few rows by name and the others by number.
class DamageList {
 public:
  DamageList(std::vector<Damage>& damage, std::string file) : damage_(damage), file_(std::move(file)) {}
  ~DamageList();
  DamageList(const DamageList&) = delete;
  DamageList& operator=(const DamageList&) = delete;

  void add(std::string what);
  void add_row(std::size_t line, const std::string& what);
  bool empty() const { return count_ == 0; }

 private:
  std::vector<Damage>& damage_;
  std::string file_;
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
};

/// One row: fields in the order of the columns that were asked for.
using CsvFields = std::vector<std::string_view>;

/// Calls row(line number, fields) for every whole row; a sentence that it returns is what is wrong with the row.
/// Columns that were not asked for are skipped. Returns false if there is no such file or its columns do not fit.
bool read_csv(const std::filesystem::path& file, const std::vector<std::string>& columns, DamageList& damage,
              const std::function<std::string(std::size_t line, const CsvFields& fields)>& row);

/// The whole field as a number; nothing if it is not one, or not finite.
std::optional<double> to_double(std::string_view field);
std::optional<std::int64_t> to_integer(std::string_view field);

}  // namespace tutti::reports
