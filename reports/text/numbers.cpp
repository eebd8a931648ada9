#include "reports/text/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tutti::reports {
namespace {

// Drops trailing zeros of a decimal text, keeping at least `keep` decimals.
std::string trim_decimals(std::string text, std::size_t keep) {
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return text;
  while (text.back() == '0' && text.size() - point - 1 > keep) text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool negative_zero = text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos;
  return negative_zero ? text.substr(1) : text;
}

std::string shortest(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

std::string steps_text(double steps) {
  if (!std::isfinite(steps)) return fixed(steps, 0);
  const double size = std::abs(steps);
  if (size < 999.5) return fixed(steps, 0);
  if (size < 999'950) return trim_decimals(fixed(steps / 1e3, 1), 0) + "k";
  return trim_decimals(fixed(steps / 1e6, 2), 1) + "M";
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "";
  if (seconds < 59.95) return fixed(seconds, 1) + " s";
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const long long minutes = (whole + 30) / 60;
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string memory_text(double bytes) {
  if (!std::isfinite(bytes)) return "";
  const double mebibytes = bytes / (1024.0 * 1024.0);
  return mebibytes < 1024 ? fixed(mebibytes, 0) + " MiB" : fixed(mebibytes / 1024, 1) + " GiB";
}

bool is_number(const std::string& text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  const std::size_t digits = text.find_first_not_of("0123456789", start);
  if (digits == start || text.size() == start) return false;
  if (digits == std::string::npos) return true;
  if (text[digits] != '.' || digits + 1 == text.size()) return false;
  return text.find_first_not_of("0123456789", digits + 1) == std::string::npos;
}

}  // namespace tutti::reports
