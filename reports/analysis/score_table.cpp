#include <algorithm>
#include <cmath>

#include "reports/analysis/sections.hpp"
#include "reports/statistics/ranks.hpp"
#include "reports/statistics/rounding.hpp"
#include "reports/statistics/summary.hpp"
#include "reports/statistics/welch.hpp"

namespace tutti::reports {
namespace {

double spread_by_option(const Cell& cell, SpreadKind spread) {
  if (spread == SpreadKind::kDeviationN) return cell.n < 2 ? kMissing : cell.sd0;
  if (spread == SpreadKind::kError) return cell.sem;
  if (spread == SpreadKind::kInterval) return cell.interval ? (cell.interval->high - cell.interval->low) / 2 : kMissing;
  return cell.sd;
}

RowDigits digits_of_cells(const std::vector<Cell>& row) {
  std::vector<Spread> shown;
  for (const Cell& cell : row) shown.push_back({cell.mean, cell.spread, cell.n});
  return digits_of(shown);
}

// Of equal means the surest, whatever the order of the algorithms.
bool is_higher(const Cell& cell, const Cell& other) {
  if (cell.mean != other.mean) return cell.mean > other.mean;
  return std::isnan(other.sem) ? !std::isnan(cell.sem) : cell.sem < other.sem;
}

std::size_t highest_cell(const std::vector<Cell>& row) {
  std::size_t best = row.size();
  for (std::size_t a = 0; a < row.size(); ++a) {
    if (row[a].n > 0 && row[a].without_update == 0 && (best == row.size() || is_higher(row[a], row[best]))) best = a;
  }
  return best;
}

// Equal after rounding is equally good, unless rounding hides a difference that the test sees.
void mark_best(std::vector<Cell>& row, std::size_t best, const RowDigits& digits) {
  const double unit = std::pow(10.0, digits.exponent);
  for (Cell& cell : row) {
    const bool equal = cell.n > 0 && cell.without_update == 0 &&
                       rounds_alike(cell.mean / unit, row[best].mean / unit, digits.decimals);
    cell.best = equal && !(cell.mean < row[best].mean && cell.p_holm < kSignificance);
  }
}

bool can_test(const Cell& cell, const Cell& best) { return std::min(cell.n, best.n) >= kLeastRuns; }

void test_against_best(std::vector<Cell>& row, std::size_t best) {
  std::vector<double> p(row.size(), kMissing);
  for (std::size_t a = 0; a < row.size(); ++a) {
    if (a != best && can_test(row[a], row[best])) p[a] = welch_test(row[a].runs, row[best].runs).p;
  }
  const std::vector<double> corrected = holm(p);
  for (std::size_t a = 0; a < row.size(); ++a) {
    row[a].p = p[a];
    row[a].p_holm = corrected[a];
  }
}

// The second-best mean: the highest of those that are not best.
void underline_second(std::vector<Cell>& row) {
  double second = -std::numeric_limits<double>::infinity();
  for (const Cell& cell : row) {
    if (cell.n > 0 && !cell.best) second = std::max(second, cell.mean);
  }
  for (Cell& cell : row) cell.underlined = cell.n > 0 && !cell.best && cell.mean == second;
}

bool is_close(const Cell& cell, const Cell& best, const Material& material) {
  if (!can_test(cell, best)) return false;
  const Underline mark = material.options.mark;
  if (mark == Underline::kWelch) return cell.p_holm >= kSignificance;
  if (mark == Underline::kOverlap) return cell.mean + cell.sd >= best.mean - best.sd;
  const Interval difference =
      bootstrap_difference(cell.runs, best.runs, material.bootstrap(material.options.curve_replicates));
  return difference.low <= 0 && 0 <= difference.high;
}

void mark_row(std::vector<Cell>& row, const RowDigits& digits, const Material& material) {
  const std::size_t best = highest_cell(row);
  if (best == row.size()) return;
  test_against_best(row, best);
  mark_best(row, best, digits);
  if (material.options.mark == Underline::kSecond) return underline_second(row);
  for (Cell& cell : row) cell.untested = cell.n > 0 && !cell.best && !can_test(cell, row[best]);
  for (Cell& cell : row) cell.underlined = !cell.best && is_close(cell, row[best], material);
}

// Ranks on different tasks, or among different numbers of algorithms, have no common mean.
std::vector<double> mean_ranks(const Material& material, const Matrix<Cell>& cells) {
  std::vector<double> ranks(material.data.algorithms.size(), 0);
  for (std::size_t a = 0; a < ranks.size(); ++a) {
    if (std::ranges::any_of(material.tasks, [&](std::size_t task) { return cells[task][a].n == 0; }))
      ranks[a] = kMissing;
  }
  for (const std::size_t task : material.tasks) {
    std::vector<double> means;
    for (std::size_t a = 0; a < ranks.size(); ++a)
      means.push_back(std::isnan(ranks[a]) ? kMissing : cells[task][a].mean);
    const std::vector<double> of_task = descending_ranks(means);
    for (std::size_t a = 0; a < ranks.size(); ++a) ranks[a] += of_task[a] / static_cast<double>(material.tasks.size());
  }
  return ranks;
}

void add_footer(const Material& material, ScoreTable& table) {
  const std::size_t algorithms = material.data.algorithms.size();
  table.best_count.assign(algorithms, 0);
  for (const std::vector<Cell>& row : table.cells) {
    for (std::size_t a = 0; a < algorithms; ++a) table.best_count[a] += row[a].best ? 1 : 0;
  }
  table.mean_rank = mean_ranks(material, table.cells);
  if (material.normalization == Normalization::kNone) return;
  for (std::size_t a = 0; a < algorithms; ++a) {
    const Selection selection = select(material.table, material.tasks, a, material.score, material.options.ragged);
    const Strata strata = scores_of(selection, material.tasks, material.score, &material.bounds);
    table.left_out.push_back(selection.left_out);
    table.iqm.push_back(strata.empty() ? Estimate{}
                                       : bootstrap_aggregates(strata, material.bootstrap(material.options.replicates),
                                                              material.options.ragged)
                                             .iqm);
    const auto few = [](const auto& runs) { return static_cast<std::int64_t>(runs.size()) < kLeastRuns; };
    if (std::ranges::any_of(strata, few)) table.iqm.back().interval.reset();
  }
}

void count_missing(const Material& material, Matrix<Cell>& cells) {
  for (const Run& run : material.data.runs) {
    Cell& cell = cells[run.task][run.algorithm];
    if (run.state == RunState::kFailed) {
      ++cell.failed;
    } else if (std::ranges::find(cell.seeds, run.seed) == cell.seeds.end()) {
      ++cell.missing;
    }
  }
}

}  // namespace

Bootstrap Material::bootstrap(std::int64_t replicates) const {
  return {.seed = static_cast<std::uint64_t>(options.bootstrap_seed),
          .replicates = replicates,
          .level = options.level,
          .tasks = options.task_bootstrap,
          .threads = options.threads};
}

Cell cell_of(const Material& material, std::size_t task, std::size_t algorithm, const Score& score) {
  Cell cell;
  for (const Run* run : material.table[task][algorithm]) {
    const double value = score_of(*run, score);
    if (std::isnan(value)) continue;
    cell.seeds.push_back(run->seed);
    cell.runs.push_back(value);
    if (run->never_learned()) ++cell.without_update;
  }
  static_cast<Summary&>(cell) = summarize(cell.runs, material.options.level);
  if (cell.n >= kLeastRuns && material.options.interval == MeanInterval::kBootstrap) {
    cell.interval = bootstrap_mean(cell.runs, material.bootstrap(material.options.curve_replicates));
  }
  cell.spread = spread_by_option(cell, material.options.spread);
  return cell;
}

ScoreTable score_table(const Material& material) {
  ScoreTable table;
  table.score = to_text(material.score);
  std::vector<const Run*> counted;
  for (const auto& algorithms : material.table) {
    for (const auto& runs : algorithms) counted.insert(counted.end(), runs.begin(), runs.end());
  }
  table.definition = definition_of(material.score, counted);
  table.cells = make_matrix<Cell>(material);
  for (std::size_t task = 0; task < table.cells.size(); ++task) {
    for (std::size_t a = 0; a < table.cells[task].size(); ++a) {
      table.cells[task][a] = cell_of(material, task, a, material.score);
    }
    table.digits.push_back(digits_of_cells(table.cells[task]));
    mark_row(table.cells[task], table.digits.back(), material);
  }
  count_missing(material, table.cells);
  add_footer(material, table);
  return table;
}

}  // namespace tutti::reports
