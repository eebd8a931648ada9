#include "reports/figures/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/data/csv.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

std::string at(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? shortest(values[i]) : "";
}

// Of `step`, from low to high.
std::vector<double> multiples(double low, double high, double step) {
  std::vector<double> result;
  const auto first = static_cast<long long>(std::ceil(low / step - 1e-9));
  const auto last = static_cast<long long>(std::floor(high / step + 1e-9));
  for (long long i = first; i <= last; ++i) result.push_back(static_cast<double>(i) * step);
  return result;
}

// gnuplot takes a doubled quotation mark for the end of the column.
std::string column(std::string label) {
  std::ranges::replace(label, '"', '\'');
  return label;
}

}  // namespace

TimeUnit time_unit(const Panel& panel) {
  const double last = panel.x_high.value_or(0);
  if (last >= 7200) return {3600, "hours"};
  return last >= 120 ? TimeUnit{60, "minutes"} : TimeUnit{1, "seconds"};
}

std::string figure_csv(const Figure& figure) {
  CsvTable csv{{"panel", "series", "run", "x", "y", "low", "high"}, {}};
  for (const Panel& panel : figure.panels) {
    for (const Series& series : panel.series) {
      for (std::size_t i = 0; i < series.x.size(); ++i) {
        csv.rows.push_back({column(panel.title), column(series.label), "", at(series.x, i), at(series.y, i),
                            at(series.low, i), at(series.high, i)});
      }
      for (std::size_t run = 0; run < series.runs.size(); ++run) {
        for (std::size_t i = 0; i < series.x.size(); ++i) {
          csv.rows.push_back({column(panel.title), column(series.label), fmt::format("{}", run + 1), at(series.x, i),
                              at(series.runs[run], i), "", ""});
        }
      }
    }
  }
  return to_csv(csv);
}

std::vector<double> round_ticks(double low, double high, std::size_t most) {
  if (!(high > low) || !std::isfinite(low) || !std::isfinite(high) || most < 2) return {low};
  const double rough = (high - low) / static_cast<double>(most - 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  constexpr std::array kSteps{10.0, 5.0, 2.5, 2.0, 1.0, 0.5, 0.25};
  std::size_t chosen = 0;
  while (chosen < 4 && kSteps[chosen + 1] * power >= rough * (1 - 1e-9)) ++chosen;
  std::vector<double> ticks;
  for (; chosen < kSteps.size() && ticks.size() < 2; ++chosen) ticks = multiples(low, high, kSteps[chosen] * power);
  return ticks;
}

}  // namespace tutti::reports
