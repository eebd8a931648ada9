// exp_name,env_name,seed,metric,env_step,value: a row for each value; rows of one step are the episodes of an
// evaluation. Columns may come in any order, and others beside them; the steps of a run may not go back. The return is
// the metric that all algorithms have; where they share none, that of each.
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

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

using Experiment = std::pair<std::string, std::string>;  // exp_name, env_name
using MetricNames = std::map<Experiment, std::set<std::string>>;

std::string text_of(const Experiment& experiment) { return experiment.second + ", " + experiment.first; }

std::string missing_metric(const std::set<std::string>& there) {
  return "has no metric \"return\"; its metrics: " + joined(there);
}

bool has_return(const std::set<std::string>& there) {
  return std::ranges::any_of(kMetricColumns, [&](const char* name) { return there.contains(name); });
}

// The first known name that all these experiments have; empty if they share none.
std::string shared_metric(const MetricNames& there) {
  for (const char* name : kMetricColumns) {
    if (std::ranges::all_of(there, [&](const auto& experiment) { return experiment.second.contains(name); }))
      return name;
  }
  return "";
}

// The experiments of one task.
MetricNames of_task(const MetricNames& there, const std::string& task) {
  MetricNames result;
  for (const auto& experiment : there) {
    if (experiment.first.second == task) result.insert(experiment);
  }
  return result;
}

// The metric that is read as the return of each experiment: one that all share, or else those of its task, or else the
// first known name of each. An experiment without any is named as left out. Throws Error if none has one.
std::map<Experiment, std::string> chosen_metrics(MetricNames there, ImportedFile& file) {
  std::set<std::string> all;
  for (const auto& [experiment, names] : there) all.insert(names.begin(), names.end());
  if (!has_return(all)) throw Error(missing_metric(all));
  std::erase_if(there, [&](const auto& experiment) {
    if (has_return(experiment.second)) return false;
    file.left_out.push_back(text_of(experiment.first) + ": " + missing_metric(experiment.second) + "; it is left out");
    return true;
  });
  const std::string shared = shared_metric(there);
  std::map<Experiment, std::string> chosen;
  for (const auto& [experiment, names] : there) {
    std::string metric = shared;
    if (metric.empty()) metric = shared_metric(of_task(there, experiment.second));
    if (metric.empty()) metric = shared_metric({{experiment, names}});
    chosen[experiment] = metric;
  }
  return chosen;
}

// Says which metric was read, where there is another one.
void add_metric_notes(const MetricNames& there, const std::map<Experiment, std::string>& chosen, ImportedFile& file) {
  std::set<std::string> all;
  for (const auto& [experiment, names] : there) all.insert(names.begin(), names.end());
  std::map<std::string, std::set<std::string>> experiments;  // by metric
  for (const auto& [experiment, metric] : chosen) experiments[metric].insert(experiment.first);
  if (all.size() < 2) return;
  if (experiments.size() == 1) {
    file.notes.push_back("the metric \"" + experiments.begin()->first + "\" is read as the return");
    return;
  }
  std::string text;
  for (const auto& [metric, names] : experiments)
    text += (text.empty() ? "" : ", ") + ("\"" + metric + "\" of " + joined(names));
  file.notes.push_back("these metrics are read as the return: " + text +
                       "; compare them only if the names mean the same");
}

// The text by which rows of one run find each other: a whole number is one seed however it is written ("1", "1.0").
std::string seed_text(const std::string& field) {
  const auto number = to_double(field);
  const bool whole = number && *number == std::floor(*number) && std::abs(*number) < 1e15;
  return whole ? std::to_string(static_cast<std::int64_t>(*number)) : field;
}

struct TidyRun {
  std::string experiment, environment, seed;
  std::map<double, std::vector<double>> values = {};  // by step
  double last_step = kMissing;                        // of the rows so far
  std::string problem = {};
};

ImportedRun to_run(const TidyRun& rows, const std::string& metric) {
  ImportedRun run;
  run.algorithm = rows.experiment;
  std::tie(run.environment, run.task) = split_task(rows.environment);
  run.writer = "CSV";
  run.name = "seed " + rows.seed;
  run.seed = seed_in(rows.seed);
  if (!rows.problem.empty()) throw Error(rows.problem);
  if (rows.values.empty()) throw Error("has no row of the metric \"" + metric + "\", which is read as the return");
  for (const auto& [step, values] : rows.values)
    run.evaluations.push_back(evaluation_at(step, episode_returns(nlohmann::json(values))));
  order_steps(run.evaluations);
  return run;
}

class TidyReader {
 public:
  explicit TidyReader(const std::vector<Fields>& rows) : rows_(rows) {
    for (std::size_t i = 0; i < kColumns.size(); ++i) places_[i] = column_of(rows[0], kColumns[i]);
  }

  ImportedFile read() {
    find_metrics();
    chosen_ = chosen_metrics(metrics_, file_);
    for (const std::size_t line : whole_) add_row(line);
    for (const TidyRun& run : runs_) add_run(run);
    add_metric_notes(metrics_, chosen_, file_);
    add_row_note();
    return std::move(file_);
  }

 private:
  enum Column { kExperiment, kEnvironment, kSeed, kMetric, kStep, kValue };  // as in kColumns

  const std::string& field(std::size_t i, Column column) const { return rows_[i][places_[column]]; }
  Experiment experiment_of(std::size_t i) const { return {field(i, kExperiment), field(i, kEnvironment)}; }

  void find_metrics() {
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      if (rows_[i].size() != rows_[0].size()) {
        file_.left_out.push_back("line " + std::to_string(i + 1) + " has " + std::to_string(rows_[i].size()) +
                                 " fields, not " + std::to_string(rows_[0].size()) + "; it is left out");
        continue;
      }
      whole_.push_back(i);
      metrics_[experiment_of(i)].insert(lower_case(field(i, kMetric)));
    }
  }

  void add_row(std::size_t i) {
    const auto chosen = chosen_.find(experiment_of(i));
    if (chosen == chosen_.end()) return;
    TidyRun& run = run_of(i);
    if (lower_case(field(i, kMetric)) != chosen->second) return;
    const auto step = to_double(field(i, kStep));
    if (step && *step == std::floor(*step)) {
      if (run.problem.empty() && *step < run.last_step) {
        run.problem = "line " + std::to_string(i + 1) + ": goes back to step " + field(i, kStep) +
                      ", as where a run was resumed, or two runs have one seed; remove the rows that do not count, and "
                      "sort the others by step";
      }
      run.values[*step].push_back(to_double(field(i, kValue)).value_or(kMissing));
      run.last_step = *step;
    } else if (run.problem.empty()) {
      run.problem = "line " + std::to_string(i + 1) + ": env_step \"" + field(i, kStep) + "\" is not a " +
                    (step ? "whole number" : "number");
    }
  }

  TidyRun& run_of(std::size_t i) {
    const std::string seed = seed_text(field(i, kSeed));
    const std::tuple key(field(i, kExperiment), field(i, kEnvironment), seed);
    const auto [found, is_new] = indices_.emplace(key, runs_.size());
    if (is_new)
      runs_.push_back({.experiment = field(i, kExperiment), .environment = field(i, kEnvironment), .seed = seed});
    return runs_[found->second];
  }

  void add_run(const TidyRun& run) {
    const Experiment experiment{run.experiment, run.environment};
    try {
      file_.runs.push_back(to_run(run, chosen_.at(experiment)));
    } catch (const std::exception& error) {
      file_.left_out.push_back(text_of(experiment) + ", seed " + run.seed + ": " + error.what() +
                               "; the run is left out");
    }
  }

  // Rows that stand twice look like episodes.
  void add_row_note() {
    std::size_t count = 0;
    std::string example;
    for (const ImportedRun& run : file_.runs) {
      const auto [least, most] = std::ranges::minmax_element(
          run.evaluations, {}, [](const Evaluation& evaluation) { return evaluation.returns.size(); });
      if (least->returns.size() == most->returns.size()) continue;
      if (count++ > 0) continue;
      example = run.algorithm + ", " + run.name + " with " + std::to_string(least->returns.size()) + " at step " +
                std::to_string(least->step) + " and " + std::to_string(most->returns.size()) + " at step " +
                std::to_string(most->step);
    }
    if (count == 0) return;
    file_.notes.push_back("not every evaluation of a run has as many rows (" + example +
                          (count == 1 ? "" : "; and " + std::to_string(count - 1) + " more runs") +
                          "); each row counts as an episode, so check that none stands twice");
  }

  const std::vector<Fields>& rows_;
  std::array<std::size_t, kColumns.size()> places_{};
  ImportedFile file_;
  std::vector<std::size_t> whole_;  // rows with a field for each column
  MetricNames metrics_;
  std::map<Experiment, std::string> chosen_;
  std::vector<TidyRun> runs_;  // in the order of the file
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> indices_;
};

}  // namespace

bool is_tidy_csv(const Fields& header) {
  return std::ranges::all_of(kColumns, [&](const char* name) { return column_of(header, name) < header.size(); });
}

ImportedFile read_tidy_csv(const std::vector<Fields>& rows) { return TidyReader(rows).read(); }

}  // namespace tutti::reports
