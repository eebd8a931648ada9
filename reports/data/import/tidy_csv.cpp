// exp_name,env_name,seed,metric,env_step,value: a row for each value; rows of one step are the episodes of an
// evaluation. Columns may come in any order, and others beside them.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "reports/data/csv.hpp"
#include "reports/data/import/imported_run.hpp"
#include "reports/data/names.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using Fields = std::vector<std::string>;

constexpr std::array kColumns = {"exp_name", "env_name", "seed", "metric", "env_step", "value"};
constexpr std::array kMetricColumns = {"return",      "episode_return", "mean_episode_return", "avg_return",
                                       "eval_return", "test_return",    "test_return_mean",    "return_mean",
                                       "eval/return", "test/return",    "episode_reward",      "reward"};

std::size_t column_of(const Fields& header, const std::string& name) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (lower_case(header[i]) == name) return i;
  }
  return header.size();
}

// The first of the known names that is there.
std::string metric_among(const std::set<std::string>& there) {
  for (const char* name : kMetricColumns) {
    if (there.contains(name)) return name;
  }
  std::string names;
  for (const std::string& name : there) names += (names.empty() ? "" : ", ") + name;
  throw Error("has no metric \"return\"; its metrics: " + (names.empty() ? "none" : names));
}

}  // namespace

bool is_tidy_csv(const Fields& header) {
  return std::ranges::all_of(kColumns, [&](const char* name) { return column_of(header, name) < header.size(); });
}

ImportedFile read_tidy_csv(const std::vector<Fields>& rows) {
  std::array<std::size_t, kColumns.size()> place{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) place[i] = column_of(rows[0], kColumns[i]);
  std::set<std::string> metrics;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() == rows[0].size()) metrics.insert(lower_case(rows[i][place[3]]));
  }
  const std::string metric = metric_among(metrics);

  ImportedFile file;
  using Key = std::tuple<std::string, std::string, std::string>;  // experiment, environment, seed
  std::map<Key, std::map<double, std::vector<double>>> runs;
  std::map<Key, std::string> problems;
  std::vector<Key> order;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const Fields& row = rows[i];
    if (row.size() != rows[0].size()) {
      file.left_out.push_back("line " + std::to_string(i + 1) + " has " + std::to_string(row.size()) + " fields, not " +
                              std::to_string(rows[0].size()) + "; it is left out");
      continue;
    }
    if (lower_case(row[place[3]]) != metric) continue;
    const Key key{row[place[0]], row[place[1]], row[place[2]]};
    if (!runs.contains(key)) order.push_back(key);
    const double step = to_double(row[place[4]]).value_or(kMissing),
                 value = to_double(row[place[5]]).value_or(kMissing);
    auto& evaluations = runs[key];
    if (!std::isfinite(step)) {
      problems.emplace(key, "line " + std::to_string(i + 1) + ": env_step \"" + row[place[4]] + "\" is not a number");
    } else {
      evaluations[step].push_back(value);
    }
  }
  for (const Key& key : order) {
    const auto& [experiment, environment, seed] = key;
    ImportedRun run;
    run.algorithm = experiment;
    std::tie(run.environment, run.task) = split_task(environment);
    run.writer = "CSV";
    run.name = "seed " + seed;
    run.seed = seed_in(seed);
    try {
      if (const auto problem = problems.find(key); problem != problems.end()) throw Error(problem->second);
      for (const auto& [step, values] : runs[key])
        run.evaluations.push_back(evaluation_at(step, episode_returns(nlohmann::json(values))));
      order_steps(run.evaluations);
      file.runs.push_back(std::move(run));
    } catch (const std::exception& error) {
      file.left_out.push_back(environment + ", " + experiment + ", " + run.name + ": " + error.what() +
                              "; the run is left out");
    }
  }
  if (metrics.size() > 1) file.notes.push_back("the metric \"" + metric + "\" is read as the return");
  return file;
}

}  // namespace tutti::reports
