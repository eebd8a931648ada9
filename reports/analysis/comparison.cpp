// The same suite under two builds: differences pair by pair.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "reports/analysis/differences.hpp"
#include "reports/analysis/sections.hpp"
#include "reports/data/reading.hpp"
#include "reports/statistics/summary.hpp"
#include "reports/statistics/welch.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using Pair = std::pair<std::string, std::string>;  // task, algorithm

Dataset read_one(const std::filesystem::path& folder) {
  return read_suites(std::span<const std::filesystem::path>(&folder, 1));
}

std::map<Pair, Cell> cells_of(const Dataset& data, const ReportOptions& options) {
  const Material material{.data = data,
                          .options = options,
                          .table = usable_runs(data),
                          .bounds = {},
                          .tasks = {},
                          .score = options.score,
                          .aggregate_score = {}};
  std::map<Pair, Cell> cells;
  for (std::size_t task = 0; task < data.tasks.size(); ++task) {
    for (std::size_t a = 0; a < data.algorithms.size(); ++a) {
      cells[{data.tasks[task].label, data.algorithms[a].label}] = cell_of(material, task, a, material.score);
    }
  }
  return cells;
}

// Not comparable, however interesting; differences in code are what a comparison is for.
bool forbids(const Difference& difference) {
  return difference.property.starts_with("protocol: ") || difference.property.starts_with("task ");
}

bool is_configuration(const Difference& difference) { return difference.property.starts_with("configuration of "); }

// Both folders' runs as one set, so that what differs within or between them shows. Runs go by their folder's letter.
std::vector<Difference> all_differences(Dataset a, const Dataset& b) {
  const std::size_t own = a.runs.size();
  for (Run run : b.runs) {
    run.task = a.task_index(b.tasks[run.task].label, b.tasks[run.task].family);
    run.algorithm = a.algorithm_index(b.algorithms[run.algorithm]);
    a.runs.push_back(std::move(run));
  }
  std::vector<const Run*> runs;
  for (std::size_t i = 0; i < a.runs.size(); ++i) {
    a.runs[i].name.assign(1, i < own ? 'A' : 'B');
    if (a.runs[i].record && a.runs[i].state != RunState::kDamaged) runs.push_back(&a.runs[i]);
  }
  std::vector<Difference> differences = differences_between(runs, a);
  std::ranges::stable_partition(differences, is_configuration);
  std::ranges::stable_partition(differences, forbids);
  return differences;
}

void refuse_unlike(const std::vector<Difference>& differences, const ReportOptions& options, Comparison& comparison) {
  std::vector<Difference> forbidden;
  std::ranges::copy_if(differences, std::back_inserter(forbidden), forbids);
  if (forbidden.empty()) return;
  if (!options.mixed) {
    throw Error("A and B differ in protocol or tasks; --mixed compares them anyway:" + describe_differences(forbidden));
  }
  comparison.warnings.push_back("A and B differ in protocol or tasks; their numbers may not be comparable");
}

void add_damage(const std::string& prefix, const Dataset& data, Comparison& comparison) {
  for (const Damage& damage : data.damage) comparison.damage.push_back({prefix + damage.file, damage.what});
  for (const Run& run : data.runs) {
    if (is_usable(run)) continue;
    comparison.warnings.push_back(prefix + run.name + " is " + std::string(to_text(run.state)) + " and not compared");
  }
}

std::set<Pair> pairs_of(const Dataset& data) {
  std::set<Pair> pairs;
  for (const Run& run : data.runs) pairs.emplace(data.tasks[run.task].label, data.algorithms[run.algorithm].label);
  return pairs;
}

void name_unpaired(const std::string& folder, const std::set<Pair>& pairs, const std::set<Pair>& others,
                   Comparison& comparison) {
  for (const Pair& pair : pairs) {
    if (!others.contains(pair))
      comparison.warnings.push_back(pair.first + ", " + pair.second + " is only in " + folder + " and not compared");
  }
}

ComparisonRow row_of(const Pair& pair, const Cell& a, const Cell& b, double level) {
  ComparisonRow row{.task = pair.first, .algorithm = pair.second, .a = a, .b = b, .difference = {}};
  row.difference.value = b.mean - a.mean;
  if (std::min(a.n, b.n) < kLeastRuns) return row;
  row.p = welch_test(b.runs, a.runs).p;
  row.difference.interval = welch_interval(a.runs, b.runs, level);
  return row;
}

// Runs of one seed and one policy give the same scores: then the two builds compute the same.
void name_equal(const std::vector<ComparisonRow>& rows, Comparison& comparison) {
  const auto equal = [](const ComparisonRow& row) {
    return row.a.n > 0 && row.a.runs == row.b.runs && row.a.seeds == row.b.seeds;
  };
  if (std::ranges::all_of(rows, equal)) {
    comparison.warnings.emplace_back(
        "Every run of A has exactly the score of B's run of the same seed: they may be copies, or both builds compute "
        "the same");
  }
}

// Where no seed is in both, the difference holds that of the seeds as well.
void name_other_seeds(const ComparisonRow& row, Comparison& comparison) {
  if (row.a.n == 0 || row.b.n == 0) return;
  const bool shared =
      std::ranges::any_of(row.a.seeds, [&](std::int64_t seed) { return std::ranges::count(row.b.seeds, seed) > 0; });
  if (!shared) {
    comparison.warnings.push_back(row.task + ", " + row.algorithm +
                                  ": A and B share no seed, so their difference is also one of seeds");
  }
}

void name_imputed(const std::string& folder, const Dataset& data, Comparison& comparison) {
  std::map<Pair, std::int64_t> imputed;
  for (const Run& run : data.runs) {
    if (run.worst) ++imputed[{data.tasks[run.task].label, data.algorithms[run.algorithm].label}];
  }
  for (const auto& [pair, count] : imputed) {
    comparison.warnings.push_back(pair.first + ", " + pair.second + ": " + std::to_string(count) +
                                  (count == 1 ? " failed run of " : " failed runs of ") + folder +
                                  (count == 1 ? " counts" : " count") + " as the worst");
  }
}

// Why a row has a dash: no run of that folder has the score.
void name_unmeasured(const ComparisonRow& row, Comparison& comparison) {
  for (const auto& [folder, cell] : {std::pair("A", &row.a), std::pair("B", &row.b)}) {
    if (cell->n > 0) continue;
    comparison.warnings.push_back(row.task + ", " + row.algorithm + ": no run of " + folder + " has a score \"" +
                                  comparison.score + "\"");
  }
}

void correct(std::vector<ComparisonRow>& rows) {
  std::vector<double> p;
  for (const ComparisonRow& row : rows) p.push_back(row.p);
  const std::vector<double> corrected = holm(p);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].p_holm = corrected[i];
}

}  // namespace

Comparison compare(const std::filesystem::path& a, const std::filesystem::path& b, const ReportOptions& options) {
  options.check_values_by_task();
  Dataset first = read_one(a);
  Dataset second = read_one(b);
  if (options.failed == FailedRuns::kWorst) count_failures_as_worst({&first, &second});
  Comparison comparison;
  comparison.score = to_text(options.score);
  comparison.level = options.level;
  const std::map<Pair, Cell> left = cells_of(first, options);
  const std::map<Pair, Cell> right = cells_of(second, options);
  const std::set<Pair> in_a = pairs_of(first), in_b = pairs_of(second);
  for (const TaskInfo& task : first.tasks) {
    for (const AlgorithmInfo& algorithm : first.algorithms) {
      const Pair pair{task.label, algorithm.label};
      if (!in_a.contains(pair) || !in_b.contains(pair)) continue;
      comparison.rows.push_back(row_of(pair, left.at(pair), right.at(pair), options.level));
    }
  }
  if (comparison.rows.empty()) throw Error("the two folders share no task and algorithm");
  comparison.differences = all_differences(first, second);
  refuse_unlike(comparison.differences, options, comparison);
  name_unpaired("A", in_a, in_b, comparison);
  name_unpaired("B", in_b, in_a, comparison);
  for (const ComparisonRow& row : comparison.rows) name_unmeasured(row, comparison);
  for (const ComparisonRow& row : comparison.rows) name_other_seeds(row, comparison);
  name_equal(comparison.rows, comparison);
  name_imputed("A", first, comparison);
  name_imputed("B", second, comparison);
  correct(comparison.rows);
  add_damage("A: ", first, comparison);
  add_damage("B: ", second, comparison);
  return comparison;
}

}  // namespace tutti::reports
