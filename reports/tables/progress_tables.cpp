// Tables at fixed shares of the budget: mean return, state coverage.
#include <fmt/format.h>

#include <cmath>

#include "reports/tables/tables.hpp"
#include "reports/text/numbers.hpp"
#include "reports/text/row_format.hpp"

namespace tutti::reports {
namespace {

// Equal, and known.
bool same_steps(const std::vector<double>& a, const std::vector<double>& b) { return !a.empty() && a == b; }

// As in the main table, with the number of runs where it is not the `usual` one.
TableCell spread_cell(const Spread& spread, const RowFormat& format, std::int64_t usual) {
  if (spread.n == 0) return {};
  TableCell cell{.value = format.text(spread.mean), .spread = format.text(spread.sd)};
  if (spread.n != usual) cell.superscript = fmt::format("N={}", spread.n);
  return cell;
}

TableCell spread_cell(const Spread& spread, int decimals, std::int64_t usual) {
  return spread_cell(spread, RowFormat{{.decimals = decimals}}, usual);
}

// Shares in percent, which are small numbers: one decimal.
TableCell percent_cell(const Spread& spread, std::int64_t usual) {
  return spread_cell({100 * spread.mean, 100 * spread.sd, spread.n}, 1, usual);
}

std::string runs_text(const Analysis& analysis) {
  const std::int64_t runs = common_runs(analysis);
  return fmt::format("N = {} run{}", runs, runs == 1 ? "" : "s");
}

void append_spread(std::vector<std::string>& row, const Spread& spread) {
  row.insert(row.end(), {fmt::format("{}", spread.n), shortest(spread.mean), shortest(spread.sd)});
}

bool declared(const Coverage& coverage, std::size_t task) {
  return coverage.available && task < coverage.bins.size() && std::isfinite(coverage.bins[task]);
}

// At which steps the runs were compared, where those are not the shares of the budget.
std::string steps_note(const Coverage& coverage, std::size_t task) {
  bool at_shares = true;
  std::vector<std::string> steps;
  for (std::size_t p = 0; p < coverage.steps.size(); ++p) {
    const double step = coverage.steps[p][task];
    at_shares = at_shares && step == coverage.shares[p][task];
    steps.push_back(std::isnan(step) ? "none" : count_text(step));
  }
  return at_shares ? "" : fmt::format(", counted by all runs at steps {}", fmt::join(steps, ", "));
}

Section coverage_section(const Analysis& analysis, const std::vector<std::size_t>& order, std::size_t task) {
  const Coverage& coverage = analysis.coverage;
  const std::int64_t usual = common_runs(analysis);
  Section section{.heading = fmt::format("{}: {} bins{}", analysis.tasks[task].shown(), fixed(coverage.bins[task], 0),
                                         steps_note(coverage, task))};
  for (const std::size_t a : order) {
    std::vector<TableCell> row{{.value = analysis.algorithms[a].shown()}};
    for (std::size_t p = 0; p < coverage.percent.size(); ++p) {
      row.push_back(spread_cell(coverage.cells[p][task][a].visited, 0, usual));
    }
    const CoverageCell& last = coverage.cells.back()[task][a];
    row.push_back(percent_cell(last.coverage, usual));
    row.push_back(spread_cell(last.entropy, 3, usual));
    row.push_back(percent_cell(last.outside, usual));
    section.rows.push_back(std::move(row));
  }
  return section;
}

CsvTable coverage_data(const Analysis& analysis) {
  CsvTable csv{{"task", "algorithm", "percent", "step", "bins", "visited_n", "visited", "visited_sd", "coverage_n",
                "coverage", "coverage_sd", "entropy_n", "entropy", "entropy_sd", "outside_n", "outside", "outside_sd"},
               {}};
  const Coverage& coverage = analysis.coverage;
  for (std::size_t p = 0; p < coverage.cells.size(); ++p) {
    for (std::size_t m = 0; m < analysis.tasks.size(); ++m) {
      if (!declared(coverage, m)) continue;
      for (std::size_t a = 0; a < analysis.algorithms.size(); ++a) {
        const CoverageCell& cell = coverage.cells[p][m][a];
        std::vector<std::string> row{analysis.tasks[m].label, analysis.algorithms[a].label,
                                     fmt::format("{}", coverage.percent[p]), shortest(coverage.steps[p][m]),
                                     shortest(coverage.bins[m])};
        for (const Spread* s : {&cell.visited, &cell.coverage, &cell.entropy, &cell.outside}) append_spread(row, *s);
        csv.rows.push_back(std::move(row));
      }
    }
  }
  return csv;
}

// "10, 25 and 50 %".
std::string percents_text(const Milestones& milestones, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t p = first; p <= last; ++p) {
    text += (p == first ? "" : p == last ? " and " : ", ") + std::to_string(milestones.percent[p]);
  }
  return text + " %";
}

}  // namespace

ReportTable milestones_table(const Analysis& analysis, const ReportOptions& options) {
  const auto order = display_order(analysis, options);
  Table table{.name = "milestones",
              .title = "Milestones",
              .caption = fmt::format("Mean return ± sd over {} at the evaluation nearest to a share of the budget; no "
                                     "smoothing.",
                                     runs_text(analysis)),
              .columns = {{.head = "task", .right = false}, {.head = "steps"}}};
  for (const std::size_t a : order) {
    table.columns.push_back({.head = analysis.algorithms[a].shown(), .measurement = true});
  }
  CsvTable csv{{"percent", "task", "step", "algorithm", "n", "mean", "sd"}, {}};
  const Milestones& milestones = analysis.milestones;
  const std::int64_t usual = common_runs(analysis);
  const char* const whole = milestones.of_shared_steps ? "the steps that all runs have" : "the budget";
  std::size_t shown_first = 0;  // of milestones at the same evaluation
  for (std::size_t p = 0; p < milestones.cells.size(); ++p) {
    const bool is_repeated = p > 0 && same_steps(milestones.steps[p - 1], milestones.steps[p]);
    if (is_repeated) {
      table.sections.pop_back();
    } else {
      shown_first = p;
    }
    Section section{.heading = percents_text(milestones, shown_first, p) + " of " + whole +
                               (is_repeated ? ": the same evaluation" : "")};
    for (std::size_t m = 0; m < analysis.tasks.size(); ++m) {
      const RowFormat format{digits_of(milestones.cells[p][m])};
      std::vector<TableCell> row{{.value = analysis.tasks[m].shown() + format.unit()},
                                 {.value = count_text(milestones.steps[p][m])}};
      for (const std::size_t a : order) row.push_back(spread_cell(milestones.cells[p][m][a], format, usual));
      section.rows.push_back(std::move(row));
      for (std::size_t a = 0; a < analysis.algorithms.size(); ++a) {
        std::vector<std::string> fields{fmt::format("{}", milestones.percent[p]), analysis.tasks[m].label,
                                        shortest(milestones.steps[p][m]), analysis.algorithms[a].label};
        append_spread(fields, milestones.cells[p][m][a]);
        csv.rows.push_back(std::move(fields));
      }
    }
    table.sections.push_back(std::move(section));
  }
  return {std::move(table), std::move(csv)};
}

ReportTable coverage_table(const Analysis& analysis, const ReportOptions& options) {
  const Coverage& coverage = analysis.coverage;
  Table table{
      .name = "coverage",
      .title = "State coverage",
      .caption = coverage.available
                     ? "Bins of the declared part of the state space that training visited, mean ± sd over " +
                           runs_text(analysis) +
                           ", at equal environment steps: of each task the last that all of its runs counted "
                           "at, up to a share of the budget; coverage, entropy (normalised by all bins) and the "
                           "share of steps outside the box at the last share of the budget shown."
                     : "No task of this report declares dimensions to count.",
      .columns = {{.head = "algorithm", .right = false}}};
  if (coverage.available) {
    for (const int percent : coverage.percent) table.columns.push_back({.head = fmt::format("bins at {} %", percent)});
  }
  for (const std::string head : {"coverage, %", "entropy", "outside, %"}) table.columns.push_back({.head = head});
  const auto order = display_order(analysis, options);
  for (std::size_t m = 0; m < analysis.tasks.size(); ++m) {
    if (declared(coverage, m)) table.sections.push_back(coverage_section(analysis, order, m));
  }
  return {std::move(table), coverage_data(analysis)};
}

}  // namespace tutti::reports
