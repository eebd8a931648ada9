#include "reports/tables/table.hpp"

namespace tutti::reports {
namespace {

void append_line(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) out += (i > 0 ? "," : "") + csv_field(fields[i]);
  out += '\n';
}

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string to_csv(const CsvTable& table) {
  std::string out;
  append_line(out, table.header);
  for (const auto& row : table.rows) append_line(out, row);
  return out;
}

}  // namespace tutti::reports
