// Tables about the runs themselves: failures, run time.
#include <fmt/format.h>

#include <cmath>

#include "reports/tables/tables.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

std::string share(double part, double whole) {
  return whole > 0 && std::isfinite(part) ? fixed(100 * part / whole, 0) + " %" : "";
}

std::vector<TableCell> runtime_row(const std::string& algorithm, const RuntimeCell& cell, TrainingClock clock) {
  return {{.value = algorithm},
          {.value = cell.n > 0 ? fmt::format("{}", cell.n) : ""},
          {.value = count_text(cell.environment_steps)},
          {.value = count_text(cell.updates)},
          {.value = duration_text(clock == TrainingClock::kProcessor ? cell.train_cpu_seconds : cell.train_seconds)},
          {.value = share(cell.environment_seconds, cell.train_seconds)},
          {.value = share(cell.act_seconds, cell.train_seconds)},
          {.value = share(cell.update_seconds, cell.train_seconds)},
          {.value = duration_text(cell.evaluate_seconds)},
          {.value = fixed(cell.steps_per_second, 0)},
          {.value = duration_text(cell.cpu_seconds)},
          {.value = bytes_text(cell.peak_memory_bytes)}};
}

CsvTable runtime_data(const Analysis& analysis) {
  CsvTable csv{{"task", "algorithm", "n", "environment_steps", "updates", "train_seconds", "train_cpu_seconds",
                "environment_seconds", "act_seconds", "update_seconds", "evaluate_seconds", "checkpoint_seconds",
                "cpu_seconds", "steps_per_second", "peak_memory_bytes", "segments"},
               {}};
  for (std::size_t m = 0; m < analysis.runtime.cells.size(); ++m) {
    for (std::size_t a = 0; a < analysis.runtime.cells[m].size(); ++a) {
      const RuntimeCell& cell = analysis.runtime.cells[m][a];
      csv.rows.push_back({analysis.tasks[m].label, analysis.algorithms[a].label, fmt::format("{}", cell.n),
                          shortest(cell.environment_steps), shortest(cell.updates), shortest(cell.train_seconds),
                          shortest(cell.train_cpu_seconds), shortest(cell.environment_seconds),
                          shortest(cell.act_seconds), shortest(cell.update_seconds), shortest(cell.evaluate_seconds),
                          shortest(cell.checkpoint_seconds), shortest(cell.cpu_seconds),
                          shortest(cell.steps_per_second), shortest(cell.peak_memory_bytes),
                          fmt::format("{}", cell.segments)});
    }
  }
  return csv;
}

// Nobody knows which runs of an import were planned.
std::string nothing_missing(const Analysis& analysis) {
  const bool imported = analysis.data && std::ranges::any_of(analysis.data->runs, &Run::imported);
  const bool own = !analysis.data || !std::ranges::all_of(analysis.data->runs, &Run::imported);
  std::string text =
      own ? "Every planned run finished." : "All runs were imported; which others there were is not known.";
  if (own && imported) text += " Which runs others have planned is not known.";
  if (!analysis.damage.empty()) text += " Not all that was read could be used: see the files left out.";
  return text;
}

std::string failures_caption(const Analysis& analysis, const ReportOptions& options) {
  if (analysis.failures.empty() && analysis.missing.empty()) return nothing_missing(analysis);
  std::string text;
  if (!analysis.failures.empty()) {
    text = options.failed == FailedRuns::kWorst
               ? "A failed run counts with the lowest episode mean that any algorithm had on its task. "
               : "Failed runs are left out of every mean, which flatters an algorithm that fails. ";
  }
  if (!analysis.missing.empty()) text += "Runs without a complete score are left out of the numbers that need it.";
  return text;
}

CsvTable failures_data(const Analysis& analysis) {
  CsvTable csv{{"task", "algorithm", "seed", "kind", "environment_steps", "message"}, {}};
  for (const FailedRun& run : analysis.failures) {
    csv.rows.push_back({run.task, run.algorithm, fmt::format("{}", run.seed), run.failure.kind,
                        fmt::format("{}", run.environment_steps), run.failure.message});
  }
  for (const MissingRun& run : analysis.missing) {
    csv.rows.push_back({run.task, run.algorithm, fmt::format("{}", run.seed), std::string(to_text(run.state)), "", ""});
  }
  return csv;
}

}  // namespace

ReportTable failures_table(const Analysis& analysis, const ReportOptions& options) {
  Table table{.name = "failures",
              .title = "Failed and missing runs",
              .caption = failures_caption(analysis, options),
              .columns = {{.head = "task", .right = false},
                          {.head = "algorithm", .right = false},
                          {.head = "seed"},
                          {.head = "what", .right = false},
                          {.head = "at step"},
                          {.head = "message", .right = false}}};
  Section failed{.heading = "failed"}, missing{.heading = "without a complete score"};
  for (const FailedRun& run : analysis.failures) {
    failed.rows.push_back({{.value = run.task},
                           {.value = run.algorithm},
                           {.value = fmt::format("{}", run.seed)},
                           {.value = run.failure.kind},
                           {.value = count_text(static_cast<double>(run.environment_steps))},
                           {.value = run.failure.message}});
  }
  // Seeds of one task and algorithm with the same status share a row.
  for (const MissingRun& run : analysis.missing) {
    const std::string seed = fmt::format("{}", run.seed);
    const std::string state(to_text(run.state));
    const bool same = !missing.rows.empty() && missing.rows.back()[0].value == run.task &&
                      missing.rows.back()[1].value == run.algorithm && missing.rows.back()[3].value == state;
    if (same) {
      missing.rows.back()[2].value += ", " + seed;
    } else {
      missing.rows.push_back({{.value = run.task},
                              {.value = run.algorithm},
                              {.value = seed},
                              {.value = state},
                              {.value = " "},
                              {.value = " "}});
    }
  }
  for (Section* section : {&failed, &missing}) {
    if (!section->rows.empty()) table.sections.push_back(std::move(*section));
  }
  return {std::move(table), failures_data(analysis)};
}

ReportTable runtime_table(const Analysis& analysis, const ReportOptions& options) {
  const auto order = display_order(analysis, options);
  Table table{
      .name = "runtime",
      .title = "Updates, run time and resources",
      .caption =
          "Means over runs; memory is the largest. Updates are gradient steps of the critics, as each algorithm "
          "counts them. Training time and steps/s leave out evaluation and checkpoints; the three shares are of "
          "the wall-clock time of training. " +
          std::string(to_text(analysis.runtime.clock)) +
          " Machine: " + (analysis.runtime.machine.empty() ? "not recorded" : analysis.runtime.machine) + ".",
      .columns = {{.head = "algorithm", .right = false},
                  {.head = "N"},
                  {.head = "environment steps"},
                  {.head = "updates"},
                  {.head = "training"},
                  {.head = "environment"},
                  {.head = "acting"},
                  {.head = "updating"},
                  {.head = "evaluation"},
                  {.head = "steps/s"},
                  {.head = "CPU time"},
                  {.head = "memory"}}};
  for (std::size_t m = 0; m < analysis.runtime.cells.size(); ++m) {
    Section section{.heading = analysis.tasks[m].shown()};
    for (const std::size_t a : order) {
      section.rows.push_back(
          runtime_row(analysis.algorithms[a].shown(), analysis.runtime.cells[m][a], analysis.runtime.clock));
    }
    table.sections.push_back(std::move(section));
  }
  return {std::move(table), runtime_data(analysis)};
}

}  // namespace tutti::reports
