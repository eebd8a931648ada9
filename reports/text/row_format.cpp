#include "reports/text/row_format.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reports/statistics/rounding.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {

std::string RowFormat::text(double value) const {
  return fixed(exponent == 0 ? value : value / std::pow(10.0, exponent), decimals);
}

std::string RowFormat::unit() const { return exponent == 0 ? "" : fmt::format(" (times 10^{})", exponent); }

RowFormat row_format(std::span<const Spread> row) {
  double size = 0, spread = 0;
  for (const Spread& cell : row) {
    size = std::fmax(size, std::abs(cell.mean));
    spread = std::fmax(spread, cell.sd);
  }
  RowFormat format{.exponent = exponent_for(size, spread)};
  format.decimals = decimals_for_spread(spread / std::pow(10.0, format.exponent));
  return format;
}

}  // namespace tutti::reports
