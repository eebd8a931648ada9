// Figures across tasks: aggregates, performance profile, probability of improvement.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "reports/figures/figures.hpp"
#include "reports/text/long_names.hpp"
#include "reports/text/wording.hpp"

namespace tutti::reports {
namespace {

constexpr double kRow = 5.5;             // mm of a row of intervals
constexpr double kFrame = 14.5;          // mm above and below the rows
constexpr std::size_t kNameOfPair = 16;  // characters of each of the two

// Such as "N = 5 for each task".
std::string runs_per_task(const Analysis& analysis) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max(), most = 0;
  for (const Aggregate& aggregate : analysis.aggregates.algorithms) {
    if (aggregate.n > 0) fewest = std::min(fewest, aggregate.n);
    most = std::max({most, aggregate.n, aggregate.most});
  }
  if (fewest >= most) return fmt::format("N = {} for each task", most);
  return fmt::format("N = {} to {} for each task", fewest, most);
}

// What a caption says of intervals at the level in force; nothing where there are none.
std::string if_intervals(const Analysis& analysis, fmt::format_string<double> text, const ReportOptions& options) {
  return has_intervals(analysis.aggregates) ? fmt::format(text, 100 * options.level) : "";
}

// One point with its interval on a row.
Series row_series(const std::string& label, std::size_t style, const Estimate& estimate, std::size_t row) {
  Series series{label, style, {estimate.value}, {static_cast<double>(row)}, {}, {}};
  if (estimate.interval) series.low = {estimate.interval->low}, series.high = {estimate.interval->high};
  return series;
}

void limit_rows(Panel& panel) {
  panel.y_low = static_cast<double>(panel.rows.size()) - 0.4;  // the first row is on top
  panel.y_high = -0.6;
}

// A little room around all intervals.
void limit_metric(Panel& panel) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Series& series : panel.series) {
    low = std::min(low, series.low.empty() ? series.x.front() : series.low.front());
    high = std::max(high, series.high.empty() ? series.x.front() : series.high.front());
  }
  const double room = std::max(0.06 * (high - low), 0.005);
  if (!panel.series.empty()) panel.x_low = low - room, panel.x_high = high + room;
}

double name_margin(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const std::string& name : names) longest = std::max(longest, characters(name));
  return std::clamp(5 + 1.85 * static_cast<double>(longest), 13.0, 70.0);
}

Panel metric_panel(const Analysis& analysis, const std::vector<std::size_t>& order, const std::string& title,
                   Estimate Aggregate::*metric) {
  const auto colors = palette(analysis);
  Panel panel;
  panel.kind = Panel::Kind::kIntervals;
  panel.title = title;
  panel.x_label = "normalised score";
  for (const std::size_t a : order) {
    const std::string& label = analysis.algorithms[a].shown();
    const Estimate& estimate = analysis.aggregates.algorithms[a].*metric;
    if (std::isfinite(estimate.value))
      panel.series.push_back(row_series(label, colors[a], estimate, panel.rows.size()));
    panel.rows.push_back(label);
  }
  limit_rows(panel);
  limit_metric(panel);
  return panel;
}

}  // namespace

Figure aggregate_figure(const Analysis& analysis, const ReportOptions& options) {
  Figure figure{.name = "aggregate",
                .title = "Aggregate metrics",
                .caption = fmt::format("Points: the metric over all tasks and runs ({}){}. Higher is better, of the "
                                       "optimality gap lower{}.{}",
                                       runs_per_task(analysis),
                                       if_intervals(analysis, "; bars: {:g} % stratified bootstrap intervals", options),
                                       scale_note(analysis), budget_note(analysis))};
  if (!analysis.aggregates.available || analysis.aggregates.algorithms.empty()) return figure;
  const auto order = display_order(analysis, options);
  figure.panels = {metric_panel(analysis, order, "median", &Aggregate::median),
                   metric_panel(analysis, order, "IQM", &Aggregate::iqm),
                   metric_panel(analysis, order, "mean", &Aggregate::mean),
                   metric_panel(analysis, order, "optimality gap", &Aggregate::gap)};
  figure.panels.back().x_label = "lower is better";
  figure.columns = figure.panels.size();
  figure.width = 170;
  figure.panel_height = kFrame + kRow * static_cast<double>(order.size());
  figure.left_margin = name_margin(figure.panels.front().rows);
  return figure;
}

Figure profile_figure(const Analysis& analysis, const ReportOptions& options) {
  const Aggregates& aggregates = analysis.aggregates;
  const bool averages = options.profile == ProfileOf::kAverages;
  Figure figure{
      .name = "profile",
      .title = "Performance profile",
      .caption = fmt::format(
          "Fraction of {} {} score above each threshold ({}){}{}. Of the {}scores clipped to [0, 1], the median is "
          "where a curve crosses 0.5, the mean is the area under it, and a curve entirely above another is stochastic "
          "dominance.{}",
          averages ? "tasks with a mean normalised" : "runs with a normalised", aggregates.score,
          runs_per_task(analysis), if_intervals(analysis, "; shaded: pointwise {:g} % bootstrap bands", options),
          scale_note(analysis), averages ? "tasks' mean " : "", budget_note(analysis))};
  const auto colors = palette(analysis);
  Panel panel;
  panel.kind = Panel::Kind::kSteps;
  panel.x_label = "normalised score τ";
  panel.y_label = averages ? "fraction of tasks > τ" : "fraction of runs > τ";
  for (const std::size_t a : display_order(analysis, options)) {
    if (a >= aggregates.profiles.size() || aggregates.profiles[a].fraction.empty()) continue;
    const Profile& profile = aggregates.profiles[a];
    const std::string& label = analysis.algorithms[a].shown();
    panel.series.push_back({label, colors[a], aggregates.thresholds, profile.fraction, profile.low, profile.high});
    figure.legend.push_back({label, colors[a]});
  }
  if (panel.series.empty()) return figure;
  std::sort(figure.legend.begin(), figure.legend.end(),
            [](const Style& a, const Style& b) { return a.index < b.index; });
  panel.x_low = aggregates.thresholds.front();
  panel.x_high = aggregates.thresholds.back();
  panel.y_low = 0;
  panel.y_high = 1;
  figure.panels.push_back(std::move(panel));
  figure.panel_height = 56;
  return figure;
}

Figure improvement_figure(const Analysis& analysis, const ReportOptions& options) {
  Figure figure{.name = "improvement",
                .title = "Probability of improvement",
                .caption = fmt::format("Chance that a random run of the first algorithm beats one of the second on a "
                                       "random task ({}){}; vertical line: one half.{}",
                                       runs_per_task(analysis),
                                       if_intervals(analysis, ", with {:g} % bootstrap intervals", options),
                                       budget_note(analysis))};
  const auto colors = palette(analysis);
  Panel panel;
  panel.kind = Panel::Kind::kIntervals;
  panel.x_label = "P(X > Y)";
  panel.x_low = 0;
  panel.x_high = 1;
  panel.x_line = 0.5;
  std::vector<std::string> names;
  for (const AlgorithmInfo& algorithm : analysis.algorithms) names.push_back(algorithm.shown());
  names = short_names(names, kNameOfPair);
  std::set<std::pair<std::size_t, std::size_t>> shown;
  for (const Improvement& pair : analysis.aggregates.improvements) {
    if (!shown.insert(std::minmax(pair.x, pair.y)).second) continue;
    const std::string name = names[pair.x] + " > " + names[pair.y];
    panel.series.push_back(row_series(name, colors[pair.x], pair.probability, panel.rows.size()));
    panel.rows.push_back(name);
  }
  if (panel.rows.empty()) return figure;
  limit_rows(panel);
  figure.left_margin = name_margin(panel.rows);
  figure.width = 120;
  figure.panel_height = kFrame + 4.5 * static_cast<double>(panel.rows.size());
  figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace tutti::reports
