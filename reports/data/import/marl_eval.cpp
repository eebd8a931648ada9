// The JSON format of marl-eval, BenchMARL and Mava. Keys are compared in lower case, as marl-eval itself does.
//
//   { environment: { task: { algorithm: { run: { "step_0": { "step_count": 1000, metric: [number, ...] }, ...,
//                                                "absolute_metrics": { metric: [number, ...] } } } } } }
//
// An absolute entry without the return is what an interrupted run leaves: the run has no absolute evaluation.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "reports/data/import/imported_run.hpp"
#include "reports/data/names.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 2> kReturns = {"return", "mean_episode_return"};

const json* find(const json& metrics, std::string_view name) {
  for (const auto& [key, value] : metrics.items()) {
    if (lower_case(key) == name) return &value;
  }
  return nullptr;
}

std::string return_metric(const json& metrics) {
  for (const std::string_view name : kReturns) {
    if (find(metrics, name) != nullptr) return std::string(name);
  }
  std::string there;
  for (const auto& [key, value] : metrics.items()) {
    if (lower_case(key) != "step_count" && lower_case(key) != "elapsed_time")
      there += (there.empty() ? "" : ", ") + key;
  }
  throw Error("has no metric \"return\" or \"mean_episode_return\"; its metrics: " + (there.empty() ? "none" : there));
}

// BenchMARL names a group of agents before "_return"; these words name a kind of return instead.
bool is_group_return(const std::string& name) {
  static const std::set<std::string> kKinds = {
      "discounted",   "undiscounted", "mean",         "max",       "min",      "std",     "median", "episode",
      "mean_episode", "max_episode",  "min_episode",  "team",      "total",    "test",    "eval",   "evaluation",
      "train",        "training",     "avg",          "average",   "sum",      "last",    "best",   "final",
      "normalized",   "normalised",   "raw",          "running",   "scaled",   "clipped", "shaped", "cumulative",
      "global",       "std_episode",  "best_episode", "extrinsic", "intrinsic"};
  constexpr std::string_view kEnding = "_return";
  return name.size() > kEnding.size() && name.ends_with(kEnding) &&
         !kKinds.contains(name.substr(0, name.size() - kEnding.size()));
}

std::set<std::string> group_returns(const json& metrics) {
  std::set<std::string> names;
  for (const auto& [key, value] : metrics.items()) {
    if (is_group_return(lower_case(key))) names.insert(lower_case(key));
  }
  return names;
}

bool is_absolute(const std::string& key) { return lower_case(key).find("absolute") != std::string::npos; }

// Returns of the absolute entry; empty if it holds none.
std::vector<double> absolute_returns(const json* absolute, const std::string& metric) {
  const json* found = absolute == nullptr ? nullptr : find(*absolute, metric);
  if (found == nullptr || found->is_null() || (found->is_array() && found->empty())) return {};
  return episode_returns(*found);
}

struct Steps {
  std::vector<const json*> metrics;
  const json* absolute = nullptr;
};

Steps steps_of(const json& entries) {
  if (!entries.is_object()) throw Error("is not an object of steps");
  Steps steps;
  for (const auto& [key, value] : entries.items()) {
    if (is_absolute(key)) {
      if (value.is_object()) steps.absolute = &value;
      continue;
    }
    if (!value.is_object()) throw Error("\"" + key + "\" is not an object of metrics");
    steps.metrics.push_back(&value);
  }
  if (steps.metrics.empty()) throw Error("has no steps");
  return steps;
}

// BenchMARL's absolute entry is the largest single episode; its steps hold the return of every group.
bool is_benchmarl(const Steps& steps, const std::vector<Evaluation>& evaluations, const std::vector<double>& absolute) {
  if (absolute.size() > 1) return false;
  if (absolute.size() == 1) {
    double largest = evaluations.front().returns.front();
    for (const Evaluation& evaluation : evaluations) largest = std::max(largest, std::ranges::max(evaluation.returns));
    if (largest == absolute[0]) return true;
  }
  std::set<std::string> common = group_returns(*steps.metrics.front());
  for (const json* metrics : steps.metrics) {
    const std::set<std::string> names = group_returns(*metrics);
    std::erase_if(common, [&](const std::string& name) { return !names.contains(name); });
  }
  return !common.empty();
}

void read_run(const json& entries, ImportedRun& run) {
  const Steps steps = steps_of(entries);
  const std::string metric = return_metric(*steps.metrics.front());
  for (const json* metrics : steps.metrics) {
    const json* returns = find(*metrics, metric);
    const json* count = find(*metrics, "step_count");
    if (returns == nullptr) throw Error("has a step without the metric \"" + metric + "\"");
    if (count == nullptr || !count->is_number()) throw Error("has a step without step_count");
    run.evaluations.push_back(evaluation_at(count->get<double>(), episode_returns(*returns)));
  }
  order_steps(run.evaluations);
  const std::vector<double> absolute = absolute_returns(steps.absolute, metric);
  run.writer = metric == "return" ? "marl-eval" : "Mava";
  if (metric == "return" && is_benchmarl(steps, run.evaluations, absolute)) run.writer = "BenchMARL";
  if (absolute.empty()) return;
  if (run.writer == "BenchMARL") {
    run.best_single_episode = std::ranges::max(absolute);
  } else {
    run.absolute = evaluation_at(static_cast<double>(run.evaluations.back().step), absolute);
  }
}

template <class Visit>
void each(const json& object, const std::string& where, ImportedFile& file, const Visit& visit) {
  if (!object.is_object()) {
    file.left_out.push_back((where.empty() ? "the file" : where) + " is not an object; it is left out");
    return;
  }
  for (const auto& [key, value] : object.items()) visit(key, value);
}

}  // namespace

ImportedFile read_marl_eval(const json& root) {
  ImportedFile file;
  file.has_unit = true;
  each(root, "", file, [&](const std::string& environment, const json& tasks) {
    each(tasks, environment, file, [&](const std::string& task, const json& algorithms) {
      each(algorithms, environment + "/" + task, file, [&](const std::string& algorithm, const json& runs) {
        each(runs, algorithm, file, [&](const std::string& name, const json& entries) {
          ImportedRun run{.environment = environment,
                          .task = task,
                          .algorithm = algorithm,
                          .writer = {},
                          .name = name,
                          .seed = seed_in(name),
                          .evaluations = {},
                          .absolute = {},
                          .best_single_episode = {}};
          try {
            read_run(entries, run);
            file.runs.push_back(std::move(run));
          } catch (const std::exception& error) {
            file.left_out.push_back(environment + "/" + task + ", " + algorithm + ", " + name + ": " + error.what() +
                                    "; the run is left out");
          }
        });
      });
    });
  });
  return file;
}

}  // namespace tutti::reports
