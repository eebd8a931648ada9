#include "text/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tutti::text {
namespace {

// With `most` decimals at most and `least` at least.
std::string trimmed(double value, int most, std::size_t least) {
  std::string text = fmt::format("{:.{}f}", value, most);
  const std::size_t point = text.find('.');
  while (text.back() == '0' && text.size() - point - 1 > least) text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3;) digits.insert(i -= 3, 1, ',');
  return digits;
}

std::string count_text(double count) {
  if (std::isnan(count)) return "";
  if (std::isinf(count)) return count > 0 ? "∞" : "-∞";
  const double size = std::abs(count);
  if (size < 999.5) return fmt::format("{:.0f}", count);
  if (size >= 999'950) return trimmed(count / 1e6, 2, 1) + "M";
  const bool exact_with_two = std::fmod(size, 10) == 0 && size < 10'000;
  return trimmed(count / 1e3, exact_with_two ? 2 : 1, 0) + "k";
}

std::string bytes_text(double bytes) {
  if (!std::isfinite(bytes)) return "";
  constexpr double kUnit = 1000;
  constexpr const char* kNames[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  // 999.96 kB would round to 1000.0 kB.
  for (; std::abs(bytes) >= kUnit - 0.5 && unit + 1 < std::size(kNames); ++unit) bytes /= kUnit;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 || std::abs(bytes) >= 99.95 ? 0 : 1, kNames[unit]);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "";
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const std::int64_t minutes = (whole + 30) / 60;
  if (minutes < 48 * 60) return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
  const std::int64_t hours = (minutes + 30) / 60;
  return fmt::format("{} d {:02} h", hours / 24, hours % 24);
}

std::string clock_text(double seconds) {
  const auto total = static_cast<std::int64_t>(std::max(0.0, std::ceil(seconds)));
  const std::int64_t hours = total / 3600;
  if (hours >= 48) return fmt::format("{}d {:02}h", hours / 24, hours % 24);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, total / 60 % 60, total % 60);
  return fmt::format("{}:{:02}", total / 60, total % 60);
}

}  // namespace tutti::text
