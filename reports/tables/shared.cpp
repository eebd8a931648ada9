// What several tables and figures need.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "reports/tables/numbers.hpp"
#include "reports/tables/tables.hpp"

namespace tutti::reports {

std::vector<std::size_t> display_order(const Analysis& analysis, const ReportOptions& options) {
  std::vector<std::size_t> order;
  const bool ours_first = options.ours == "first";
  for (const bool proposed : {ours_first, !ours_first}) {
    for (std::size_t a = 0; a < analysis.algorithms.size(); ++a) {
      if (analysis.algorithms[a].proposed == proposed) order.push_back(a);
    }
  }
  return order;
}

std::vector<Family> families(const Analysis& analysis) {
  std::vector<Family> out;
  for (std::size_t m = 0; m < analysis.tasks.size(); ++m) {
    const std::string& name = analysis.tasks[m].family;
    auto found = std::find_if(out.begin(), out.end(), [&](const Family& family) { return family.name == name; });
    if (found == out.end()) found = out.insert(out.end(), Family{name, {}});
    found->tasks.push_back(m);
  }
  return out;
}

std::string short_label(const TaskInfo& task) {
  const bool prefixed = !task.family.empty() && task.label.starts_with(task.family + "/");
  return prefixed ? task.label.substr(task.family.size() + 1) : task.label;
}

std::int64_t common_runs(const Analysis& analysis) {
  std::int64_t runs = 0;
  for (const auto& row : analysis.main.cells) {
    for (const Cell& cell : row) runs = std::max(runs, cell.n);
  }
  return runs;
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  if (text.back() != '.') text += '.';
  return text;
}

std::string interval_text(const std::optional<Interval>& interval, int decimals) {
  if (!interval || std::isnan(interval->low) || std::isnan(interval->high)) return "";
  return fmt::format("[{}, {}]", fixed(interval->low, decimals), fixed(interval->high, decimals));
}

TableCell estimate_cell(const Estimate& estimate, int decimals) {
  return {.value = fixed(estimate.value, decimals), .detail = interval_text(estimate.interval, decimals)};
}

std::string spread_name(const ReportOptions& options) {
  if (options.spread == "sd0") return "standard deviation (divisor N)";
  if (options.spread == "sem") return "standard error of the mean";
  if (options.spread == "ci") return fmt::format("half width of the {:g} % interval", 100 * options.level);
  return "standard deviation (divisor N−1)";
}

std::string relative_note(const ReportOptions& options) {
  return options.normalize == "minmax" ? "; min–max scores are relative to the algorithms compared" : "";
}

}  // namespace tutti::reports
