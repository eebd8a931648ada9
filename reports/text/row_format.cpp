#include "reports/text/row_format.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reports/text/numbers.hpp"

namespace tutti::reports {

std::string RowFormat::text(double value) const {
  const double shown = exponent == 0 ? value : value / std::pow(10.0, exponent);
  return std::isfinite(shown) && std::abs(shown) >= 1e9 ? fmt::format("{:.1e}", shown) : fixed(shown, decimals);
}

std::string RowFormat::unit() const { return exponent == 0 ? "" : fmt::format(" (times 10^{})", exponent); }

}  // namespace tutti::reports
