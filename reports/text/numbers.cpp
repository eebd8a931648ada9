#include "reports/text/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tutti::reports {
std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool negative_zero = text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos;
  return negative_zero ? text.substr(1) : text;
}

std::string p_value_text(double p_value) { return p_value < kLeastShownP ? "< 0.001" : fixed(p_value, 3); }

std::string shortest(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

bool is_number(const std::string& text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  const std::size_t digits = text.find_first_not_of("0123456789", start);
  if (digits == start || text.size() == start) return false;
  if (digits == std::string::npos) return true;
  if (text[digits] != '.' || digits + 1 == text.size()) return false;
  return text.find_first_not_of("0123456789", digits + 1) == std::string::npos;
}

}  // namespace tutti::reports
