// Tables across tasks: aggregates, probability of improvement.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/tables/tables.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

std::string aggregate_caption(const Analysis& analysis, const ReportOptions& options) {
  const Aggregates& aggregates = analysis.aggregates;
  if (!aggregates.available) return "No aggregates: " + aggregates.reason;
  std::string text = fmt::format("Over {} task{}. Score: {} ({}), normalised per task ({}).", aggregates.tasks.size(),
                                 aggregates.tasks.size() == 1 ? "" : "s", aggregates.score, aggregates.definition,
                                 to_text(analysis.normalization));
  if (has_intervals(aggregates)) {
    text += fmt::format(" In brackets: {:g} % intervals from the stratified bootstrap ({} replicates, seed {}{}).",
                        100 * options.level, options.replicates, options.bootstrap_seed,
                        options.task_bootstrap ? ", tasks resampled as well" : "");
  }
  return text + " The optimality gap is better when lower" + scale_note(analysis) + "." + budget_note(analysis) +
         small_sample_note(fewest_runs(aggregates));
}

std::vector<TableCell> aggregate_row(Table& table, const Analysis& analysis, std::size_t a) {
  const Aggregate& aggregate = analysis.aggregates.algorithms[a];
  TableCell name{.value = analysis.algorithms[a].shown()};
  if (!aggregate.left_out.empty()) name.notes.push_back(table.note(left_out_text(aggregate.left_out)));
  return {name,
          {.value = aggregate.n > 0 ? runs_per_task(aggregate) : ""},
          estimate_cell(aggregate.median, 3),
          estimate_cell(aggregate.iqm, 3),
          estimate_cell(aggregate.mean, 3),
          estimate_cell(aggregate.gap, 3),
          {.value = fixed(aggregate.mean_rank, 2)},
          {.value = aggregate.n > 0 ? fmt::format("{}", aggregate.best_count) : ""}};
}

void append_estimate(std::vector<std::string>& row, const Estimate& estimate) {
  const Interval interval = estimate.interval.value_or(Interval{});
  row.insert(row.end(), {shortest(estimate.value), shortest(interval.low), shortest(interval.high)});
}

CsvTable aggregate_data(const Analysis& analysis) {
  CsvTable csv{
      {"algorithm", "score", "n", "median", "median_lo", "median_hi", "iqm", "iqm_lo", "iqm_hi", "mean", "mean_lo",
       "mean_hi", "optimality_gap", "optimality_gap_lo", "optimality_gap_hi", "mean_rank", "best_count"},
      {}};
  for (std::size_t a = 0; a < analysis.aggregates.algorithms.size(); ++a) {
    const Aggregate& aggregate = analysis.aggregates.algorithms[a];
    std::vector<std::string> row{analysis.algorithms[a].label, analysis.aggregates.score,
                                 fmt::format("{}", aggregate.n)};
    for (const Estimate* e : {&aggregate.median, &aggregate.iqm, &aggregate.mean, &aggregate.gap}) {
      append_estimate(row, *e);
    }
    row.push_back(shortest(aggregate.mean_rank));
    row.push_back(fmt::format("{}", aggregate.best_count));
    csv.rows.push_back(std::move(row));
  }
  return csv;
}

std::string improvement_caption(const Analysis& analysis, const ReportOptions& options) {
  const Aggregates& aggregates = analysis.aggregates;
  std::string text = fmt::format(
      "Chance that a random run of X beats a random run of Y on a random task, ties counting one half; raw {} scores.",
      aggregates.score);
  if (has_intervals(aggregates)) {
    text += fmt::format(
        " {:g} % intervals from {} bootstrap replicates. Bold: the interval excludes 0.5; meaningful: its upper limit "
        "also exceeds 0.75. p: permutation test, how often runs that are dealt out to X and Y at random lie as far "
        "apart; where no run of one meets one of the other, an interval has no width, and p alone says what that is "
        "worth.",
        100 * options.level, options.improvement_replicates);
  }
  return text + " Y over X is one minus X over Y." + budget_note(analysis) + small_sample_note(fewest_runs(aggregates));
}

std::vector<TableCell> improvement_row(const Analysis& analysis, const Improvement& pair) {
  TableCell probability = estimate_cell(pair.probability, 2);
  if (pair.marked) probability.mark = Mark::kBest;
  return {{.value = analysis.algorithms[pair.x].shown()},
          {.value = analysis.algorithms[pair.y].shown()},
          probability,
          {.value = !pair.probability.interval ? ""
                    : pair.marked              ? "yes"
                                               : "no"},
          {.value = !pair.probability.interval ? ""
                    : pair.meaningful          ? "yes"
                                               : "no"},
          {.value = !pair.probability.interval ? "" : p_value_text(pair.p_value)}};
}

CsvTable improvement_data(const Analysis& analysis) {
  CsvTable csv{{"x", "y", "probability", "ci_lo", "ci_hi", "excludes_half", "meaningful", "p_value"}, {}};
  for (const std::size_t task : analysis.aggregates.tasks) csv.header.push_back(analysis.tasks[task].label);
  for (const Improvement& pair : analysis.aggregates.improvements) {
    std::vector<std::string> row{analysis.algorithms[pair.x].label, analysis.algorithms[pair.y].label};
    append_estimate(row, pair.probability);
    row.push_back(!pair.probability.interval ? "" : pair.marked ? "1" : "0");
    row.push_back(!pair.probability.interval ? "" : pair.meaningful ? "1" : "0");
    row.push_back(!pair.probability.interval ? "" : shortest(pair.p_value));
    for (const double probability : pair.per_task) row.push_back(shortest(probability));
    csv.rows.push_back(std::move(row));
  }
  return csv;
}

}  // namespace

TableCell estimate_cell(const Estimate& estimate, int decimals) {
  return {.value = fixed(estimate.value, decimals), .detail = interval_text(estimate.interval, decimals)};
}

ReportTable aggregate_table(const Analysis& analysis, const ReportOptions& options) {
  Table table{.name = "aggregate",
              .title = "Aggregate metrics",
              .caption = aggregate_caption(analysis, options),
              .columns = {{.head = "algorithm", .right = false},
                          {.head = "N"},
                          {.head = "median"},
                          {.head = "IQM"},
                          {.head = "mean"},
                          {.head = "optimality gap"},
                          {.head = "mean rank"},
                          {.head = "tasks best"}}};
  Section section;
  if (analysis.aggregates.available) {
    for (const std::size_t a : display_order(analysis, options)) {
      section.rows.push_back(aggregate_row(table, analysis, a));
    }
  }
  table.sections.push_back(std::move(section));
  return {std::move(table), aggregate_data(analysis)};
}

ReportTable improvement_table(const Analysis& analysis, const ReportOptions& options) {
  const Aggregates& aggregates = analysis.aggregates;
  Table table{.name = "improvement",
              .title = "Probability of improvement",
              .caption = aggregates.improvements.empty()
                             ? "No pair of algorithms to compare" +
                                   (aggregates.reason.empty() ? std::string(".") : ": " + aggregates.reason)
                             : improvement_caption(analysis, options),
              .columns = {{.head = "X", .right = false},
                          {.head = "Y", .right = false},
                          {.head = "P(X > Y)"},
                          {.head = "excludes 0.5"},
                          {.head = "meaningful"},
                          {.head = "p"}}};
  Section section;
  std::set<std::pair<std::size_t, std::size_t>> shown;
  for (const Improvement& pair : aggregates.improvements) {
    if (!shown.insert(std::minmax(pair.x, pair.y)).second) continue;
    section.rows.push_back(improvement_row(analysis, pair));
  }
  table.sections.push_back(std::move(section));
  return {std::move(table), improvement_data(analysis)};
}

}  // namespace tutti::reports
