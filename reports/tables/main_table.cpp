#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/data/names.hpp"
#include "reports/tables/tables.hpp"
#include "reports/text/numbers.hpp"
#include "reports/text/row_format.hpp"

namespace tutti::reports {
namespace {

bool has_pairs(const ScoreTable& main) {
  return std::ranges::any_of(main.cells, [](const std::vector<Cell>& row) {
    return std::ranges::any_of(row, [](const Cell& cell) { return cell.n == 2; });
  });
}

// Whether no mean of the table could be tested against the best of its row: one sentence then, not a note on each.
bool none_is_tested(const ScoreTable& main) {
  std::size_t untested = 0, compared = 0;
  for (const std::vector<Cell>& row : main.cells) {
    for (const Cell& cell : row) {
      untested += cell.untested ? 1 : 0;
      compared += cell.n > 0 && !cell.best ? 1 : 0;
    }
  }
  return untested > 0 && untested == compared;
}

std::string caption(const Analysis& analysis, const ReportOptions& options) {
  std::string text = fmt::format("Score: {} ({}). Mean ± {} over N = {} run{}. Bold: highest mean of the row.",
                                 analysis.main.score, analysis.main.definition, spread_name(options),
                                 common_runs(analysis), common_runs(analysis) == 1 ? "" : "s");
  if (none_is_tested(analysis.main)) text += " There are too few runs to test a mean against the best.";
  text += budget_note(analysis);
  if (has_pairs(analysis.main)) text += " Where there are only two runs, both are in brackets.";
  if (!analysis.main.iqm.empty()) {
    text += " IQM: of the normalised scores";
    if (std::ranges::any_of(analysis.main.iqm, [](const Estimate& e) { return e.interval.has_value(); })) {
      text += fmt::format(", {:g} % interval from the stratified bootstrap", 100 * options.level);
    }
    text += scale_note(analysis) + "." + small_sample_note(fewest_runs(analysis.aggregates));
  }
  if (analysis.published) {
    text += " Columns headed “published” are quoted from " + analysis.published->source +
            ", not measured here; they take part in no mark and no footer.";
  }
  return text;
}

std::string runs_phrase(std::int64_t count, const std::string& what) {
  return fmt::format("{} run{} {}", count, count == 1 ? "" : "s", what);
}

// Two runs say more than their spread does.
std::string runs_text(const Cell& cell, const RowFormat& format) {
  return fmt::format("({}; {})", format.text(cell.runs[0]), format.text(cell.runs[1]));
}

TableCell measured_cell(Table& table, const Analysis& analysis, const Cell& cell, const RowFormat& format) {
  TableCell out;
  out.value = format.text(cell.mean);
  out.spread = format.text(cell.spread);
  if (cell.n == 2 && cell.runs.size() == 2) out.detail = runs_text(cell, format);
  if (cell.best) out.mark = Mark::kBest;
  if (cell.underlined) out.mark = Mark::kClose;
  if (cell.n > 0 && cell.n != common_runs(analysis)) out.superscript = fmt::format("N={}", cell.n);
  if (cell.failed > 0) out.notes.push_back(table.note(runs_phrase(cell.failed, "failed")));
  if (cell.untested && !none_is_tested(analysis.main))
    out.notes.push_back(table.note("too few runs to test against the best"));
  if (cell.without_update > 0) out.notes.push_back(table.note("made no update: never learned, so never bold"));
  if (cell.missing > 0) out.notes.push_back(table.note(runs_phrase(cell.missing, "without a score")));
  return out;
}

TableCell published_cell(Table& table, const Published& published, std::size_t task, const std::string& algorithm,
                         const RowFormat& format) {
  for (const PublishedFigure& figure : published.figures) {
    if (figure.task != task || figure.algorithm != algorithm) continue;
    TableCell cell = quoted_cell(figure, format);
    if (!figure.note.empty()) cell.notes.push_back(table.note("published: " + figure.note));
    return cell;
  }
  return {};
}

std::vector<TableCell> task_row(Table& table, const Analysis& analysis, const std::vector<std::size_t>& order,
                                std::size_t task) {
  const RowFormat format{analysis.main.digits[task]};
  const TaskInfo& info = analysis.tasks[task];
  std::vector<TableCell> row{{.value = (info.title.empty() ? short_label(info) : info.title) + format.unit()}};
  for (const std::size_t a : order) {
    row.push_back(measured_cell(table, analysis, analysis.main.cells[task][a], format));
  }
  if (analysis.published) {
    for (const std::string& algorithm : analysis.published->algorithms) {
      row.push_back(published_cell(table, *analysis.published, task, algorithm, format));
    }
  }
  return row;
}

template <class Value>
std::vector<TableCell> footer_row(const Table& table, const std::string& name, const std::vector<std::size_t>& order,
                                  Value value) {
  std::vector<TableCell> row{{.value = name}};
  for (const std::size_t a : order) row.push_back(value(a));
  row.resize(table.columns.size(), {.value = " "});  // published columns take no part
  return row;
}

// The normalised interquartile mean, with the seeds that it leaves out.
TableCell iqm_cell(Table& table, const ScoreTable& main, std::size_t a) {
  TableCell cell{.value = fixed(main.iqm[a].value, 2)};
  if (std::isfinite(main.iqm[a].value) && a < main.left_out.size() && !main.left_out[a].empty())
    cell.notes.push_back(table.note(left_out_text(main.left_out[a])));
  return cell;
}

Section footer(Table& table, const Analysis& analysis, const ReportOptions& options,
               const std::vector<std::size_t>& order) {
  Section section;
  const std::string interval_head = fmt::format("{:g} % interval of the IQM", 100 * options.level);
  const ScoreTable& main = analysis.main;
  if (!main.iqm.empty()) {
    section.rows.push_back(
        footer_row(table, "IQM, normalised", order, [&](std::size_t a) { return iqm_cell(table, main, a); }));
    section.rows.push_back(footer_row(table, interval_head, order, [&](std::size_t a) {
      return TableCell{.value = interval_text(main.iqm[a].interval, 2)};
    }));
  }
  if (!main.mean_rank.empty()) {
    section.rows.push_back(footer_row(table, "mean rank", order,
                                      [&](std::size_t a) { return TableCell{.value = fixed(main.mean_rank[a], 2)}; }));
  }
  if (!main.best_count.empty()) {
    section.rows.push_back(footer_row(table, "best in row", order, [&](std::size_t a) {
      const auto rows = std::ranges::count_if(main.cells, [&](const auto& row) { return row[a].n > 0; });
      return TableCell{.value = rows > 0 ? fmt::format("{} / {}", main.best_count[a], rows) : ""};
    }));
  }
  return section;
}

CsvTable main_data(const Analysis& analysis) {
  CsvTable csv{{"task", "algorithm", "score", "n", "mean", "sd", "sem", "ci_lo", "ci_hi", "median", "min", "max",
                "best", "mark"},
               {}};
  for (std::size_t m = 0; m < analysis.tasks.size(); ++m) {
    for (std::size_t a = 0; a < analysis.algorithms.size(); ++a) {
      const Cell& cell = analysis.main.cells[m][a];
      const Interval interval = cell.interval.value_or(Interval{});
      csv.rows.push_back({analysis.tasks[m].label, analysis.algorithms[a].label, analysis.main.score,
                          fmt::format("{}", cell.n), shortest(cell.mean), shortest(cell.sd), shortest(cell.sem),
                          shortest(interval.low), shortest(interval.high), shortest(cell.median), shortest(cell.min),
                          shortest(cell.max), cell.best ? "1" : "0",
                          cell.best         ? "bold"
                          : cell.underlined ? "underline"
                                            : ""});
    }
  }
  return csv;
}

}  // namespace

ReportTable main_table(const Analysis& analysis, const ReportOptions& options) {
  const auto order = display_order(analysis, options);
  Table table{.name = "main", .title = "Main table", .caption = caption(analysis, options)};
  if (!none_is_tested(analysis.main)) table.close = mark_rule(options);
  table.columns.push_back({.head = "task", .right = false});
  for (const std::size_t a : order) {
    table.columns.push_back({.head = analysis.algorithms[a].shown(), .measurement = true});
  }
  if (analysis.published) {
    for (const std::string& algorithm : analysis.published->algorithms) {
      table.columns.push_back({.head = algorithm + " (published)", .measurement = true});
    }
  }
  for (const Family& family : families(analysis)) {
    Section section{.heading = family.name};
    for (const std::size_t task : family.tasks) section.rows.push_back(task_row(table, analysis, order, task));
    table.sections.push_back(std::move(section));
  }
  if (Section last = footer(table, analysis, options, order); !last.rows.empty())
    table.sections.push_back(std::move(last));
  return {std::move(table), main_data(analysis)};
}

}  // namespace tutti::reports
