// Learning curves and coverage: one panel for each task.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "reports/data/names.hpp"
#include "reports/figures/figures.hpp"
#include "reports/text/wording.hpp"

namespace tutti::reports {
namespace {

constexpr double kTextWidth = 170;  // mm

// A curve without points is no series.
std::optional<Series> series_of(const Curve& curve, const AlgorithmInfo& algorithm, std::size_t style, bool show_runs) {
  if (curve.x.empty() || curve.mean.size() != curve.x.size()) return std::nullopt;
  Series series{algorithm.shown(), style, curve.x, curve.mean, curve.low, curve.high};
  if (show_runs || curve.n < 3) series.runs = curve.runs;
  if (curve.n < 2) series.runs.clear();
  return series;
}

void limit_x(Panel& panel) {
  double last = 0;
  for (const Series& series : panel.series) last = std::max(last, series.x.back());
  panel.x_low = 0;
  if (last > 0) panel.x_high = last;
}

Panel task_panel(const Analysis& analysis, const ReportOptions& options, const std::vector<Curve>& curves,
                 std::string title) {
  const auto colors = palette(analysis);
  Panel panel;
  panel.title = std::move(title);
  for (const std::size_t a : display_order(analysis, options)) {
    if (a >= curves.size()) continue;
    if (auto series = series_of(curves[a], analysis.algorithms[a], colors[a], options.runs)) {
      panel.series.push_back(std::move(*series));
    }
  }
  limit_x(panel);
  return panel;
}

// The legend names what some panel shows, in the order of the palette.
void add_legend(Figure& figure, const Analysis& analysis) {
  const auto colors = palette(analysis);
  std::set<std::size_t> shown;
  for (const Panel& panel : figure.panels) {
    for (const Series& series : panel.series) shown.insert(series.style);
  }
  for (const std::size_t color : shown) {
    const auto algorithm = std::find(colors.begin(), colors.end(), color) - colors.begin();
    figure.legend.push_back({analysis.algorithms[static_cast<std::size_t>(algorithm)].shown(), color});
  }
}

// How many runs the curves of a figure have.
struct RunCount {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max(), most = 0;
  bool shaded = false;  // some curve has a band

  void add(const std::vector<Curve>& row) {
    for (const Curve& curve : row) {
      if (curve.n > 0) fewest = std::min(fewest, curve.n);
      most = std::max({most, curve.n, curve.most});
      shaded = shaded || !curve.low.empty();
    }
  }
  // Such as " N = 3 to 5."
  std::string text() const {
    if (most == 0) return "";
    return fewest == most ? fmt::format(" N = {}.", most) : fmt::format(" N = {} to {}.", fewest, most);
  }
};

std::string smoothing_note(const Analysis& analysis) {
  return analysis.curves.smoothing.empty() ? "" : "; each run smoothed (" + analysis.curves.smoothing + ")";
}

// The band's kind and the number of runs. What is not drawn is not announced.
std::string curve_caption(const Analysis& analysis, const ReportOptions& options, const Matrix<Curve>& curves,
                          const std::string& smoothing) {
  RunCount runs;
  for (const auto& row : curves) runs.add(row);
  std::string text = analysis.curves.caption;
  if (runs.shaded) text += ", shaded: " + analysis.curves.band;
  text = sentence(text + smoothing) + runs.text();
  if (runs.most > 1 && (options.runs || runs.fewest < 3)) text += " Thin lines: single runs.";
  const std::int64_t least = options.band == Band::kInterval ? kLeastRuns : 2;
  if (runs.shaded && runs.fewest < least) text += fmt::format(" No band with fewer than {} runs.", least);
  return text;
}

Figure grid(std::string name, std::string title, std::string caption, std::vector<Panel> panels) {
  Figure figure{.name = std::move(name), .title = std::move(title), .caption = std::move(caption)};
  const std::size_t shown = panels.size();
  figure.columns = shown == 2 || shown == 4 ? 2 : std::min<std::size_t>(3, std::max<std::size_t>(shown, 1));
  figure.width = figure.columns == 1 ? 84 : kTextWidth;
  figure.panel_height = figure.columns == 3 ? 44 : 52;
  figure.panels = std::move(panels);
  return figure;
}

std::vector<Panel> task_panels(const Analysis& analysis, const ReportOptions& options, const Matrix<Curve>& curves,
                               const std::string& x_label, const std::string& y_label, Axis axis) {
  std::vector<Panel> panels;
  for (std::size_t m = 0; m < curves.size(); ++m) {
    Panel panel = task_panel(analysis, options, curves[m], analysis.tasks[m].shown());
    if (panel.series.empty()) continue;
    panel.name = analysis.tasks[m].label;
    panel.x_label = x_label;
    panel.y_label = y_label;
    panel.x_axis = axis;
    panels.push_back(std::move(panel));
  }
  return panels;
}

std::string machine_of(const Analysis& analysis) {
  return analysis.runtime.machine.empty() ? "not recorded" : analysis.runtime.machine;
}

// Over time: an algorithm that takes none, such as random play, would be a vertical line on the axis. It is left out of
// panel and legend; returns who was left out, with the tasks where that is not all of them.
std::vector<std::string> remove_untimed(std::vector<Panel>& panels) {
  std::map<std::string, std::vector<std::string>> removed, kept;  // the tasks of each label
  for (Panel& panel : panels) {
    const double visible = 0.005 * panel.x_high.value_or(0);
    std::erase_if(panel.series, [&](const Series& series) {
      const bool untimed = series.x.back() <= visible;
      (untimed ? removed : kept)[series.label].push_back(panel.title);
      return untimed;
    });
  }
  std::erase_if(panels, [](const Panel& panel) { return panel.series.empty(); });
  std::vector<std::string> names;
  for (const auto& [label, tasks] : removed) {
    names.push_back(kept.contains(label) ? fmt::format("{} on {}", label, fmt::join(tasks, " and ")) : label);
  }
  return names;
}

std::string untimed_note(const std::vector<std::string>& names) {
  if (names.empty()) return "";
  return fmt::format(" Left out, because training takes next to no time: {}.", fmt::join(names, ", "));
}

// What a failed run lacks is not made up in a figure of it.
std::string failed_note(const Analysis& analysis, const ReportOptions& options) {
  if (options.failed != FailedRuns::kWorst || analysis.failures.empty()) return "";
  return " Failed runs, which count as the worst elsewhere, are left out.";
}

// What is drawn, of how many runs; by training time also on which machine.
std::string efficiency_caption(const Analysis& analysis, const ReportOptions& options) {
  RunCount runs;
  runs.add(analysis.curves.aggregate);
  std::string text = "Interquartile mean over tasks and runs of the normalised return" + scale_note(analysis);
  if (analysis.curves.by_share) text += "; by environment steps: at the same share of each task's own budget";
  text += smoothing_note(analysis);
  if (runs.shaded) {
    text += fmt::format("; shaded: {:g} % stratified bootstrap interval at each evaluation ({} replicates)",
                        100 * options.level, options.efficiency_replicates);
  }
  text += "." + (runs.most > 0 ? runs.text().substr(0, runs.text().size() - 1) + " for each task." : "");
  text += budget_note(analysis);
  RunCount timed;
  timed.add(analysis.curves.aggregate_wall_clock);
  if (timed.most == 0) return text;
  text += fmt::format(" By training time: {}. {}", machine_of(analysis), to_text(analysis.runtime.clock));
  const bool failed = options.failed == FailedRuns::kWorst && !analysis.failures.empty();
  return failed ? text + " Algorithms with a failed run have no curve by training time." : text;
}

}  // namespace

std::vector<std::size_t> palette(const Analysis& analysis) {
  std::vector<std::size_t> colors(analysis.algorithms.size());
  std::size_t next = 0;
  for (const bool proposed : {true, false}) {
    for (std::size_t a = 0; a < colors.size(); ++a) {
      if (analysis.algorithms[a].proposed == proposed) colors[a] = next++;
    }
  }
  return colors;
}

std::vector<Figure> task_curves(const Analysis& analysis, const ReportOptions& options) {
  std::vector<Figure> figures;
  std::set<std::string> used{"all"};
  for (Panel& panel :
       task_panels(analysis, options, analysis.curves.steps, "environment steps", "return", Axis::kSteps)) {
    Figure figure{.name = "curves-" + unused_file_name(file_name(panel.name, '-'), used),
                  .title = "Learning curves: " + panel.title,
                  .caption = curve_caption(analysis, options, analysis.curves.steps, smoothing_note(analysis))};
    figure.panels.push_back(std::move(panel));
    add_legend(figure, analysis);
    figures.push_back(std::move(figure));
  }
  return figures;
}

Figure all_curves(const Analysis& analysis, const ReportOptions& options) {
  Figure figure =
      grid("curves-all", "Learning curves",
           curve_caption(analysis, options, analysis.curves.steps, smoothing_note(analysis)),
           task_panels(analysis, options, analysis.curves.steps, "environment steps", "return", Axis::kSteps));
  add_legend(figure, analysis);
  return figure;
}

Figure wall_clock_figure(const Analysis& analysis, const ReportOptions& options) {
  std::vector<Panel> panels = task_panels(analysis, options, analysis.curves.wall_clock, "", "return", Axis::kSeconds);
  const std::vector<std::string> untimed = remove_untimed(panels);
  for (Panel& panel : panels) panel.x_label = std::string(time_unit(panel).name) + " of training";
  Figure figure = grid("wallclock", "Return against training time",
                       curve_caption(analysis, options, analysis.curves.wall_clock, smoothing_note(analysis)) +
                           untimed_note(untimed) + failed_note(analysis, options) +
                           " Evaluation and checkpoints do not count as training time. " +
                           std::string(to_text(analysis.runtime.clock)) + " Machine: " + machine_of(analysis) + ".",
                       std::move(panels));
  add_legend(figure, analysis);
  return figure;
}

Figure coverage_figure(const Analysis& analysis, const ReportOptions& options) {
  Figure figure = grid(
      "coverage", "State coverage",
      "Bins of the declared part of the state space that training visited. " +
          curve_caption(analysis, options, analysis.coverage.visited, "") + failed_note(analysis, options),
      task_panels(analysis, options, analysis.coverage.visited, "environment steps", "bins visited", Axis::kSteps));
  for (Panel& panel : figure.panels) panel.y_low = 0;
  add_legend(figure, analysis);
  return figure;
}

Figure efficiency_figure(const Analysis& analysis, const ReportOptions& options) {
  Panel steps = task_panel(analysis, options, analysis.curves.aggregate, "by environment steps");
  Panel time = task_panel(analysis, options, analysis.curves.aggregate_wall_clock, "by training time");
  const bool by_share = analysis.curves.by_share;
  steps.x_label = by_share ? "share of each task's budget" : "environment steps";
  steps.x_axis = by_share ? Axis::kNumber : Axis::kSteps;
  time.x_label = "share of the longest training";
  std::vector<Panel> panels;
  for (Panel* panel : {&steps, &time}) {
    if (panel->series.empty()) continue;
    panel->y_label = "normalised IQM";
    panels.push_back(std::move(*panel));
  }
  Figure figure =
      grid("efficiency", "Sample efficiency over all tasks", efficiency_caption(analysis, options), std::move(panels));
  add_legend(figure, analysis);
  return figure;
}

}  // namespace tutti::reports
