#include "reports/data/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "reports/data/table_file.hpp"
#include "text/clean.hpp"
#include "text/csv.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// The place of a column that the file may lack, and lacks.
constexpr std::size_t kNowhere = std::string::npos;

// Where each wanted column stands in the file; empty if one is missing.
std::vector<std::size_t> places_of(const std::vector<std::string>& wanted, const std::vector<std::string_view>& header,
                                   DamageList& damage) {
  std::vector<std::size_t> places;
  for (std::string_view column : wanted) {
    const bool optional = column.ends_with('?');
    if (optional) column.remove_suffix(1);
    const auto found = std::ranges::find(header, column);
    if (found == header.end() && !optional) {
      damage.add("has no column \"" + std::string(column) + "\"; the file is left out");
      return {};
    }
    places.push_back(found == header.end() ? kNowhere : static_cast<std::size_t>(found - header.begin()));
  }
  return places;
}

std::optional<std::string> content_of(const std::filesystem::path& file, DamageList& damage) {
  try {
    return read_table_file(file);
  } catch (const Error& error) {
    damage.add(error.what());
    return std::nullopt;
  }
}

void append_line(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) out += (i > 0 ? "," : "") + csv_field(fields[i]);
  out += '\n';
}

}  // namespace

bool read_csv(const std::filesystem::path& file, const std::vector<std::string>& columns, DamageList& damage,
              const std::function<std::string(std::size_t, const CsvFields&)>& row) {
  const std::optional<std::string> content = content_of(file, damage);
  if (!content) return false;
  text::CsvSplitter splitter;
  std::vector<std::size_t> places;
  std::size_t width = 0;
  std::size_t number = 0;
  CsvFields wanted(columns.size());
  for (std::size_t begin = 0; begin < content->size();) {
    const std::size_t end = content->find('\n', begin);
    ++number;
    if (end == std::string::npos) {
      damage.add_row(number, "is cut off");
      break;
    }
    const std::vector<std::string_view>& fields = splitter.split(std::string_view(*content).substr(begin, end - begin));
    begin = end + 1;
    if (number == 1) {
      width = fields.size();
      places = places_of(columns, fields, damage);
      if (places.empty()) return false;
    } else if (fields.size() != width) {
      damage.add_row(number, std::to_string(fields.size()) + " fields instead of " + std::to_string(width));
    } else {
      for (std::size_t i = 0; i < places.size(); ++i) wanted[i] = places[i] == kNowhere ? "" : fields[places[i]];
      const std::string wrong = row(number, wanted);
      if (!wrong.empty()) damage.add_row(number, wrong);
    }
  }
  if (width == 0) damage.add("has no header line; the file is left out");
  return width > 0;
}

std::optional<double> to_double(std::string_view field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> to_integer(std::string_view field) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

// Control characters have no place in names, and a line break would make a line of somebody else's choice.
std::string csv_field(const std::string& raw) {
  std::string field;
  text::append_csv_field(field, text::clean_text(raw));
  return field;
}

std::vector<std::vector<std::string>> csv_rows(std::string_view content) {
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  text::CsvSplitter splitter;
  std::vector<std::vector<std::string>> rows;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string_view line = content.substr(begin, end - begin);
    begin = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::vector<std::string_view>& fields = splitter.split(line);
    rows.emplace_back(fields.begin(), fields.end());
  }
  return rows;
}

std::string to_csv(const CsvTable& table) {
  std::string out;
  append_line(out, table.header);
  for (const auto& row : table.rows) append_line(out, row);
  return out;
}

}  // namespace tutti::reports
