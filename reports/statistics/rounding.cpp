#include "reports/statistics/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tutti::reports {
namespace {

// `value` in units of its last decimal. The product is split into a double and what that leaves out, so that a value
// just below a tie is not rounded up.
double in_last_decimals(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double product = value * scale;
  const double rounded = std::nearbyint(product);
  const double rest = (product - rounded) + std::fma(value, scale, -product);
  if (rest > 0.5) return rounded + 1;
  if (rest < -0.5) return rounded - 1;
  if (std::abs(rest) == 0.5 && std::fmod(rounded, 2) != 0) return rounded + 2 * rest;
  return rounded;
}

// The largest size that decides about the digits of a row: those beyond it are left to themselves.
double largest_usual_size(std::span<const Spread> row) {
  std::vector<double> sizes;
  for (const Spread& cell : row) {
    if (std::isfinite(cell.mean)) sizes.push_back(std::abs(cell.mean));
  }
  if (sizes.empty()) return 0;
  const auto median = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) / 2);
  std::ranges::nth_element(sizes, median);
  return std::max(1.0, *median) * 1e6;
}

int exponent_for(double size, double spread) {
  if (!(size > 0)) return 0;
  const bool small = size < 1 && (spread > 0 ? spread < 1e-3 : size < 1e-2);
  return small || size >= 1e9 ? static_cast<int>(std::floor(std::log10(size))) : 0;
}

}  // namespace

int decimals_for_spread(double spread) {
  if (!std::isfinite(spread) || spread <= 0) return 2;
  return static_cast<int>(std::clamp(1 - std::floor(std::log10(spread)), 0.0, 3.0));
}

RowDigits digits_of(std::span<const Spread> row) {
  const double limit = largest_usual_size(row);
  double size = 0, spread = 0;
  for (const Spread& cell : row) {
    if (!(std::abs(cell.mean) <= limit)) continue;
    size = std::max(size, std::abs(cell.mean));
    spread = std::fmax(spread, cell.sd);
  }
  const int exponent = exponent_for(size, spread);
  return {.decimals = decimals_for_spread(spread / std::pow(10.0, exponent)), .exponent = exponent};
}

bool rounds_alike(double x, double y, int decimals) {
  return in_last_decimals(x, decimals) == in_last_decimals(y, decimals);
}

}  // namespace tutti::reports
