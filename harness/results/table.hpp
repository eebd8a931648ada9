// A CSV file that grows by whole rows: RFC 4180, a header line, numbers in the shortest form that reads back exactly.
//
//   Table table(folder / "training.csv", {"step", "updates"}, 0);
//   table.add(1000).add(0.5).end_row();
//   table.write();
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "digest/digest.hpp"
#include "results/files.hpp"

namespace tutti::results {

/// The shortest decimal text that reads back as the same number: "-75.8", "1e-07".
std::string shortest(double value);

/// Where a file ended when a checkpoint was made: what comes later is cut off on resume, what comes before has to be
/// the same.
struct TableEnd {
  std::uint64_t size = 0;  // bytes
  std::string digest;      // SHA-256 of them; empty: not known
};

class Table {
 public:
  /// Continues at `end` of the file; a size of 0 starts it with a header. Throws Error if what comes before has another
  /// digest or another header, FileError if it cannot be read or written.
  Table(const std::filesystem::path& file, const std::vector<std::string>& columns, const TableEnd& end);

  Table& add(std::int64_t value);
  Table& add(std::uint64_t value);
  Table& add(double value);
  Table& add(std::string_view text);
  Table& add_empty();

  /// Ends a row, which must have a field for every column.
  void end_row();

  /// Appends the rows added since the last call, all at once. Throws FileError; the file then ends with whole rows.
  void write();

  void flush() { file_.flush(); }
  TableEnd end() const { return {file_.size(), digest_.hex()}; }

 private:
  void separate();

  Sha256 digest_;  // of the file; before it, since it is checked before anything is cut off
  AppendFile file_;
  std::size_t columns_;
  std::size_t fields_ = 0;
  std::string rows_;
};

}  // namespace tutti::results
