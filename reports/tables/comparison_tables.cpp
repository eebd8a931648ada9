// Tables that put two origins side by side: a paper's figures and ours, two builds of one suite.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/analysis/published.hpp"
#include "reports/data/names.hpp"
#include "reports/statistics/rounding.hpp"
#include "reports/tables/tables.hpp"
#include "reports/text/numbers.hpp"
#include "reports/text/row_format.hpp"
#include "reports/text/wording.hpp"

namespace tutti::reports {
namespace {

// What was measured of a published algorithm; one of another label is named.
struct Measured {
  std::string label;  // empty: nothing
  std::string shown;  // of the row
};

Measured measured_as(const Analysis& analysis, const std::string& published, std::size_t algorithm) {
  const AlgorithmInfo& info = analysis.algorithms[algorithm];
  const bool same = lower_case(info.shown()) == lower_case(published);
  return {info.label, same ? published : published + ", measured: " + info.shown()};
}

// Where tasks have budgets of their own, each row ends with that of what was measured.
void add_row(ReportTable& table, Section& section, const TaskInfo& task, bool own_budgets, std::vector<TableCell> shown,
             std::vector<std::string> data) {
  if (own_budgets) {
    const std::int64_t steps = task.protocol.environment_steps;
    shown.push_back({.value = task.protocol.is_known() ? count_text(static_cast<double>(steps)) : ""});
    data.push_back(task.protocol.is_known() ? fmt::format("{}", steps) : "");
  }
  section.rows.push_back(std::move(shown));
  table.data.rows.push_back(std::move(data));
}

bool has_own_budgets(const Analysis& analysis) { return !budget_note(analysis).empty(); }

void add_figure(ReportTable& table, Section& section, const Analysis& analysis, const PublishedFigure& figure,
                const Measured& measured, const Cell& cell) {
  const std::array<Spread, 1> row{{{cell.mean, cell.sd, cell.n}}};
  const RowFormat format{digits_of(row)};
  TableCell published = quoted_cell(figure, format);
  if (!figure.note.empty()) published.notes.push_back(table.shown.note(figure.note));
  const TaskInfo& task = analysis.tasks[figure.task];
  add_row(table, section, task, has_own_budgets(analysis),
          {{.value = task.shown() + format.unit()},
           {.value = measured.shown},
           published,
           {.value = format.text(cell.mean), .spread = format.text(cell.sd)},
           {.value = cell.n > 0 ? fmt::format("{}", cell.n) : ""}},
          {"return", task.label, figure.algorithm, shortest(figure.mean), shortest(figure.spread), measured.label,
           shortest(cell.mean), shortest(cell.sd), fmt::format("{}", cell.n), figure.note});
}

void add_figures(ReportTable& table, Section& section, const Analysis& analysis, const PublishedFigure& figure) {
  const std::vector<std::size_t> found = measured_algorithms(figure.algorithm, analysis.algorithms);
  if (found.empty()) add_figure(table, section, analysis, figure, {"", figure.algorithm}, {});
  for (const std::size_t a : found) {
    add_figure(table, section, analysis, figure, measured_as(analysis, figure.algorithm, a),
               analysis.main.cells[figure.task][a]);
  }
}

void add_coverage(ReportTable& table, Section& section, const Analysis& analysis, const PublishedCoverage& figure,
                  const Measured& as, const Spread& measured) {
  const TaskInfo& task = analysis.tasks[figure.task];
  TableCell published{.value = fixed(100 * figure.fraction, 1), .detail = fmt::format("{} bins", figure.bins)};
  published.notes.push_back(table.shown.note(figure.note));
  TableCell ours;
  if (measured.n > 0) ours = {.value = fixed(100 * measured.mean, 1), .spread = fixed(100 * measured.sd, 1)};
  add_row(table, section, task, has_own_budgets(analysis),
          {{.value = task.shown()},
           {.value = as.shown},
           published,
           ours,
           {.value = measured.n > 0 ? fmt::format("{}", measured.n) : ""}},
          {"coverage", task.label, figure.algorithm, shortest(figure.fraction), "", as.label, shortest(measured.mean),
           shortest(measured.sd), fmt::format("{}", measured.n), figure.note});
}

void add_coverages(ReportTable& table, Section& section, const Analysis& analysis, const PublishedCoverage& figure) {
  if (figure.measured.empty()) add_coverage(table, section, analysis, figure, {"", figure.algorithm}, {});
  for (const MeasuredCoverage& measured : figure.measured) {
    add_coverage(table, section, analysis, figure, measured_as(analysis, figure.algorithm, measured.algorithm),
                 measured.fraction);
  }
}

TableCell difference_cell(const Estimate& difference, const RowFormat& format) {
  TableCell cell{.value = format.text(difference.value)};
  if (difference.interval)
    cell.detail =
        fmt::format("[{}, {}]", format.text(difference.interval->low), format.text(difference.interval->high));
  return cell;
}

TableCell mean_cell(const Cell& cell, const RowFormat& format) {
  TableCell out{.value = format.text(cell.mean), .spread = format.text(cell.sd)};
  out.superscript = fmt::format("N={}", cell.n);
  return out;
}

// How many decimals a number of so many digits has when it is written in units of 10^exponent.
int decimals_in_unit(const std::string& text, int exponent) {
  const std::size_t power = std::min(text.find_first_of("eE"), text.size());
  const std::size_t point = text.find('.');
  int decimals = point == std::string::npos ? 0 : static_cast<int>(power - point) - 1;
  if (power < text.size()) decimals -= std::atoi(text.c_str() + power + 1);
  return std::max(0, decimals + exponent);
}

}  // namespace

TableCell quoted_cell(const PublishedFigure& figure, const RowFormat& format) {
  if (format.exponent == 0) return {.value = figure.mean_text, .spread = figure.spread_text};
  const auto in_unit = [&](double value, const std::string& text) {
    return text.empty() ? text
                        : fixed(value / std::pow(10.0, format.exponent), decimals_in_unit(text, format.exponent));
  };
  return {.value = in_unit(figure.mean, figure.mean_text), .spread = in_unit(figure.spread, figure.spread_text)};
}

ReportTable published_table(const Analysis& analysis, const ReportOptions&) {
  ReportTable table;
  table.shown = {.name = "published",
                 .title = "Published figures beside measured ones",
                 .columns = {{.head = "task", .right = false},
                             {.head = "algorithm", .right = false},
                             {.head = "published", .measurement = true},
                             {.head = "measured here", .measurement = true},
                             {.head = "N"}}};
  table.data.header = {"quantity",    "task",     "algorithm",   "published",  "published_spread",
                       "measured_as", "measured", "measured_sd", "measured_n", "note"};
  if (!analysis.published) {
    table.shown.caption = "No published figures are shown: none of them is of these tasks, algorithms and budgets.";
    return table;
  }
  if (has_own_budgets(analysis)) {
    table.shown.columns.push_back({.head = "steps here"});
    table.data.header.push_back("measured_steps");
  }
  const Published& published = *analysis.published;
  const std::string budget =
      published.environment_steps > 0
          ? fmt::format(", up to {} environment steps", count_text(static_cast<double>(published.environment_steps)))
          : "";
  table.shown.caption =
      fmt::format("Published: {} ({}){}. Measured: {} score, mean ± sd (N−1) over runs of this report.",
                  published.title, published.source, budget, analysis.main.score);
  Section returns{.heading = "return"}, coverage{.heading = "share of bins visited, %"};
  for (const PublishedFigure& figure : published.figures) add_figures(table, returns, analysis, figure);
  for (const PublishedCoverage& figure : published.coverage) add_coverages(table, coverage, analysis, figure);
  for (Section* section : {&returns, &coverage}) {
    if (!section->rows.empty()) table.shown.sections.push_back(std::move(*section));
  }
  return table;
}

ReportTable comparison_table(const Comparison& comparison) {
  ReportTable table;
  table.shown = {
      .name = "comparison",
      .title = "A against B",
      .caption = fmt::format("Score: {}. Mean ± sd over runs; difference: mean of B minus mean of A with the "
                             "{:g} % interval of Welch's t; p after Holm's correction over all rows. Bold: "
                             "the interval leaves out 0.",
                             comparison.score, 100 * comparison.level),
      .columns = {{.head = "task", .right = false},
                  {.head = "algorithm", .right = false},
                  {.head = "A", .measurement = true},
                  {.head = "B", .measurement = true},
                  {.head = "B − A"},
                  {.head = "p"}}};
  table.data.header = {"task", "algorithm",  "n_a",   "mean_a", "sd_a", "n_b",   "mean_b",
                       "sd_b", "difference", "ci_lo", "ci_hi",  "p",    "p_holm"};
  Section section;
  for (const ComparisonRow& row : comparison.rows) {
    const std::array<Spread, 2> means{{{row.a.mean, row.a.sd, row.a.n}, {row.b.mean, row.b.sd, row.b.n}}};
    const RowFormat format{digits_of(means)};
    TableCell difference = difference_cell(row.difference, format);
    const Interval interval = row.difference.interval.value_or(Interval{});
    if (interval.low > 0 || interval.high < 0) difference.mark = Mark::kBest;
    section.rows.push_back({{.value = row.task + format.unit()},
                            {.value = row.algorithm},
                            mean_cell(row.a, format),
                            mean_cell(row.b, format),
                            difference,
                            {.value = std::isnan(row.p_holm) ? "" : p_value_text(row.p_holm)}});
    table.data.rows.push_back({row.task, row.algorithm, fmt::format("{}", row.a.n), shortest(row.a.mean),
                               shortest(row.a.sd), fmt::format("{}", row.b.n), shortest(row.b.mean), shortest(row.b.sd),
                               shortest(row.difference.value), shortest(interval.low), shortest(interval.high),
                               shortest(row.p), shortest(row.p_holm)});
  }
  table.shown.sections.push_back(std::move(section));
  return table;
}

}  // namespace tutti::reports
