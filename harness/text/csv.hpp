// CSV by RFC 4180, but that no field holds a line break: how the whole program writes and reads a line.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::text {

/// Appends the field to `line`, in quotes where it needs them; separators are the caller's.
void append_csv_field(std::string& line, std::string_view field);

/// Splits lines into fields and takes quotes off.
class CsvSplitter {
 public:
  /// Without its line break. The fields are valid until the next call, and as long as `line` is.
  const std::vector<std::string_view>& split(std::string_view line);

 private:
  void add_quoted(std::string_view field);

  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;
};

}  // namespace tutti::text
