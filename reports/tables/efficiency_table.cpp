#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/tables/tables.hpp"
#include "reports/text/numbers.hpp"
#include "reports/text/row_format.hpp"

namespace tutti::reports {
namespace {

std::string ratio(double value) { return fixed(value, 2) + "×"; }

// A limit of an interval; one that falls on a censored replicate is only known to be below the bound.
std::string limit(double value, bool censored, double bound) {
  return (censored ? "< " : "") + fixed(censored ? bound : value, 2);
}

TableCell speed_up_cell(const SpeedUp& speed) {
  TableCell cell;
  switch (speed.kind) {
    case SpeedUp::Kind::kNone:
      return cell;
    case SpeedUp::Kind::kSelf:
      return {.value = ratio(1)};
    case SpeedUp::Kind::kAtStart:
      return {.value = "at start"};
    case SpeedUp::Kind::kBaselineAtStart:
      return {.value = "baseline at start"};
    case SpeedUp::Kind::kBaselineNever:
      return {.value = "> " + ratio(speed.bound)};
    case SpeedUp::Kind::kNobody:
      return {.value = "nobody"};
    case SpeedUp::Kind::kNoBaseline:
      return {.value = "no baseline"};
    case SpeedUp::Kind::kCensored:
      cell.value = "< " + ratio(speed.bound);
      break;
    case SpeedUp::Kind::kReached:
      cell.value = ratio(speed.value);
      break;
  }
  if (speed.interval) {
    cell.detail = fmt::format("[{}, {}]", limit(speed.interval->low, speed.low_censored, speed.bound),
                              limit(speed.interval->high, speed.high_censored, speed.bound));
  }
  return cell;
}

// Censored steps are more than the horizon.
std::string steps_or_more(double steps, double horizon) {
  return std::isinf(steps) ? "> " + count_text(horizon) : count_text(steps);
}

TableCell steps_cell(const EfficiencyCell& cell, double horizon) {
  if (cell.n == 0 || std::isnan(cell.median_steps)) return {};
  return {.value = steps_or_more(cell.median_steps, horizon), .detail = fmt::format("({}/{})", cell.reached, cell.n)};
}

// The smallest number of curves in a cell that has any.
std::int64_t fewest_curves(const SampleEfficiency& efficiency) {
  std::int64_t fewest = 0;
  for (const EfficiencyRow& row : efficiency.rows) {
    for (const EfficiencyCell& cell : row.cells) {
      if (cell.n > 0 && (fewest == 0 || cell.n < fewest)) fewest = cell.n;
    }
  }
  return fewest;
}

RowFormat auc_format(const EfficiencyRow& row) {
  std::vector<Spread> areas;
  for (const EfficiencyCell& cell : row.cells) areas.push_back({cell.auc_mean, cell.auc_sd, cell.n});
  return {digits_of(areas)};
}

// One panel: a row for each task, a column for each algorithm.
template <class Value>
Section panel(const Analysis& analysis, const std::vector<std::size_t>& order, std::string heading, Value value) {
  Section section{.heading = std::move(heading)};
  for (std::size_t m = 0; m < analysis.efficiency.rows.size(); ++m) {
    const EfficiencyRow& row = analysis.efficiency.rows[m];
    std::vector<TableCell> cells{{.value = analysis.tasks[m].shown()}};
    for (const std::size_t a : order) cells.push_back(value(row, row.cells[a]));
    section.rows.push_back(std::move(cells));
  }
  return section;
}

template <class Value>
std::vector<TableCell> summary_row(const std::string& name, const std::vector<SpeedUpSummary>& summary,
                                   const std::vector<std::size_t>& order, Value value) {
  std::vector<TableCell> cells{{.value = name}};
  for (const std::size_t a : order) cells.push_back({.value = value(summary[a])});
  return cells;
}

// Over the tasks with a finite speed-up, always with the count of all kinds.
void add_summary(Section& section, const std::vector<SpeedUpSummary>& summary, const std::vector<std::size_t>& order) {
  if (summary.empty() || section.rows.size() < 2) return;
  section.rows.push_back(summary_row("geometric mean", summary, order, [](const SpeedUpSummary& s) {
    return s.finite > 0 ? ratio(s.geometric_mean) : "";
  }));
  section.rows.push_back(summary_row("smallest – largest", summary, order, [](const SpeedUpSummary& s) {
    return s.finite > 0 ? fixed(s.min, 2) + "–" + ratio(s.max) : "";
  }));
  section.rows.push_back(
      summary_row("tasks: reached / not / at start / no ratio", summary, order, [](const SpeedUpSummary& s) {
        return fmt::format("{} / {} / {} / {}", s.finite, s.not_reached, s.at_start, s.no_ratio);
      }));
}

void append_speed_up(std::vector<std::string>& row, const SpeedUp& speed) {
  const Interval interval = speed.interval.value_or(Interval{});
  row.insert(row.end(), {speed.kind == SpeedUp::Kind::kNone ? "" : to_text(speed.kind), shortest(speed.value),
                         shortest(speed.bound), speed.low_censored ? "" : shortest(interval.low),
                         speed.high_censored ? "" : shortest(interval.high)});
}

CsvTable efficiency_data(const Analysis& analysis) {
  CsvTable csv{{"task", "algorithm", "threshold", "best_baseline", "baseline_steps", "horizon", "n", "reached",
                "median_steps", "restricted_mean_steps", "mean_curve_steps"},
               {}};
  for (const std::string name : {"speed_up", "speed_up_50", "speed_up_90"}) {
    for (const std::string part : {"_case", "", "_bound", "_lo", "_hi"}) csv.header.push_back(name + part);
  }
  csv.header.insert(csv.header.end(), {"auc", "auc_sd", "auc_lo", "auc_hi", "normalised_auc"});
  for (std::size_t m = 0; m < analysis.efficiency.rows.size(); ++m) {
    const EfficiencyRow& row = analysis.efficiency.rows[m];
    for (std::size_t a = 0; a < row.cells.size(); ++a) {
      const EfficiencyCell& cell = row.cells[a];
      std::vector<std::string> fields{
          analysis.tasks[m].label,      analysis.algorithms[a].label,
          shortest(row.threshold),      row.baseline ? analysis.algorithms[*row.baseline].label : "",
          shortest(row.baseline_steps), shortest(row.horizon),
          fmt::format("{}", cell.n),    fmt::format("{}", cell.reached),
          shortest(cell.median_steps),  shortest(cell.restricted_mean),
          shortest(cell.curve_steps)};
      for (const SpeedUp* speed : {&cell.speed_up, &cell.speed_up_half, &cell.speed_up_most}) {
        append_speed_up(fields, *speed);
      }
      const Interval auc = cell.auc_interval.value_or(Interval{});
      fields.insert(fields.end(), {shortest(cell.auc_mean), shortest(cell.auc_sd), shortest(auc.low),
                                   shortest(auc.high), shortest(cell.normalized_auc)});
      csv.rows.push_back(std::move(fields));
    }
  }
  return csv;
}

}  // namespace

ReportTable thresholds_table(const Analysis& analysis, const ReportOptions& options) {
  ReportTable table;
  table.shown = {.name = "thresholds",
                 .title = "What has to be reached",
                 .caption = "Threshold: " + threshold_text(options) + ".",
                 .columns = {{.head = "task", .right = false},
                             {.head = "threshold"},
                             {.head = "best baseline", .right = false},
                             {.head = "steps of the best baseline"}}};
  table.data.header = {"task", "threshold", "best_baseline", "baseline_steps", "horizon"};
  Section section;
  for (std::size_t m = 0; m < analysis.efficiency.rows.size(); ++m) {
    const EfficiencyRow& row = analysis.efficiency.rows[m];
    const std::string& task = analysis.tasks[m].label;
    const std::string baseline = row.baseline ? analysis.algorithms[*row.baseline].label : "";
    const std::string shown = row.baseline ? analysis.algorithms[*row.baseline].shown() : "";
    const RowFormat format = auc_format(row);
    const bool is_given = options.threshold == ThresholdKind::kValue;
    section.rows.push_back({{.value = analysis.tasks[m].shown() + (is_given ? "" : format.unit())},
                            {.value = is_given ? shortest(row.threshold) : format.text(row.threshold)},
                            {.value = row.baseline || std::isnan(row.horizon) ? shown : "no baseline"},
                            {.value = steps_or_more(row.baseline_steps, row.horizon)}});
    table.data.rows.push_back(
        {task, shortest(row.threshold), baseline, shortest(row.baseline_steps), shortest(row.horizon)});
  }
  table.shown.sections.push_back(std::move(section));
  return table;
}

ReportTable sample_efficiency_table(const Analysis& analysis, const ReportOptions& options) {
  const auto order = display_order(analysis, options);
  Table table{
      .name = "sample-efficiency",
      .title = "Sample efficiency",
      .caption = fmt::format(
          "Threshold: {}. Steps: {}; median over runs, in brackets how many runs reached it. “> T”: more than half did "
          "not reach it within T steps. Speed-up: {}; {:g} % bootstrap intervals; “< x”: never reached within the "
          "budget, so at most x; “> x”: reached, but not by the best baseline; “nobody”: by neither of them; “at "
          "start”: by the untrained policy; “baseline at start”: the best baseline's untrained policy is already "
          "there; “no "
          "baseline”: no baseline has runs that learned. Area under the curve: average return during training, mean ± "
          "sd over "
          "runs.{}",
          threshold_text(options), crossing_text(options), speed_up_text(options), 100 * options.level,
          small_sample_note(fewest_curves(analysis.efficiency))),
      .columns = {{.head = "task", .right = false}}};
  for (const std::size_t a : order) table.columns.push_back({.head = analysis.algorithms[a].shown()});

  table.sections.push_back(panel(analysis, order, "steps to the threshold",
                                 [](const auto& row, const auto& cell) { return steps_cell(cell, row.horizon); }));
  const auto add_speed_up = [&](std::string heading, SpeedUp EfficiencyCell::*member,
                                const std::vector<SpeedUpSummary>& summary) {
    Section section = panel(analysis, order, std::move(heading),
                            [&](const auto&, const auto& cell) { return speed_up_cell(cell.*member); });
    add_summary(section, summary, order);
    table.sections.push_back(std::move(section));
  };
  add_speed_up("speed-up over the best baseline", &EfficiencyCell::speed_up, analysis.efficiency.summary);
  add_speed_up("speed-up at 50 % of the way, both by first crossing", &EfficiencyCell::speed_up_half,
               analysis.efficiency.summary_half);
  add_speed_up("speed-up at 90 % of the way, both by first crossing", &EfficiencyCell::speed_up_most,
               analysis.efficiency.summary_most);
  Section areas = panel(analysis, order, "area under the curve", [](const auto& row, const auto& cell) {
    const RowFormat format = auc_format(row);
    return TableCell{.value = format.text(cell.auc_mean), .spread = format.text(cell.auc_sd)};
  });
  for (std::size_t m = 0; m < areas.rows.size(); ++m)
    areas.rows[m].front().value += auc_format(analysis.efficiency.rows[m]).unit();
  table.sections.push_back(std::move(areas));
  return {std::move(table), efficiency_data(analysis)};
}

}  // namespace tutti::reports
