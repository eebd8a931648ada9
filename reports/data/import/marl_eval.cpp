// The JSON format of marl-eval, BenchMARL and Mava. Keys are compared in lower case, as marl-eval itself does.
//
//   { environment: { task: { algorithm: { run: { "step_0": { "step_count": 1000, metric: [number, ...] }, ...,
//                                                "absolute_metrics": { metric: [number, ...] } } } } } }
//
// Values show that BenchMARL wrote a file: its return is the mean over groups of agents, and its absolute entry is the
// largest single episode. An absolute entry without the return is what an interrupted run leaves: the run has no
// absolute evaluation.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>
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

// BenchMARL names a group of agents before "_return"; names made of nothing but these words are a kind of return.
bool is_group_return(const std::string& name) {
  static const std::set<std::string> kKinds = {
      "discounted", "undiscounted", "mean",       "max",        "min",       "std",      "median",
      "episode",    "episodic",     "team",       "total",      "test",      "eval",     "train",
      "training",   "avg",          "average",    "evaluation", "sum",       "last",     "best",
      "final",      "norm",         "normalized", "normalised", "raw",       "running",  "scaled",
      "clipped",    "shaped",       "global",     "cumulative", "extrinsic", "intrinsic"};
  constexpr std::string_view kEnding = "_return";
  if (name.size() <= kEnding.size() || !name.ends_with(kEnding)) return false;
  std::istringstream words(name.substr(0, name.size() - kEnding.size()));
  for (std::string word; std::getline(words, word, '_');) {
    if (!kKinds.contains(word)) return true;
  }
  return false;
}

std::set<std::string> group_returns(const json& metrics) {
  std::set<std::string> names;
  for (const auto& [key, value] : metrics.items()) {
    if (is_group_return(lower_case(key))) names.insert(lower_case(key));
  }
  return names;
}

// The groups whose return stands in every step.
std::set<std::string> common_groups(const std::vector<const json*>& steps) {
  std::set<std::string> common = group_returns(*steps.front());
  for (const json* metrics : steps) {
    const std::set<std::string> names = group_returns(*metrics);
    std::erase_if(common, [&](const std::string& name) { return !names.contains(name); });
  }
  return common;
}

// A list of numbers, or one number; what is none is kMissing.
std::vector<double> numbers_in(const json& value) {
  const auto number = [](const json& item) { return item.is_number() ? item.get<double>() : kMissing; };
  if (!value.is_array()) return {number(value)};
  std::vector<double> numbers;
  for (const json& item : value) numbers.push_back(number(item));
  return numbers;
}

// Whether each return of a step is the mean of the groups' returns. They are sums of single-precision numbers.
bool is_mean_of(const std::set<std::string>& groups, const json& metrics) {
  constexpr double kRounding = 1e-5;
  const std::vector<double> returns = numbers_in(*find(metrics, "return"));
  std::vector<double> sums(returns.size()), sizes(returns.size());
  for (const std::string& group : groups) {
    const std::vector<double> values = numbers_in(*find(metrics, group));
    if (values.size() != returns.size()) return false;
    for (std::size_t e = 0; e < values.size(); ++e) {
      sums[e] += values[e];
      sizes[e] = std::max(sizes[e], std::abs(values[e]));
    }
  }
  for (std::size_t e = 0; e < returns.size(); ++e) {
    const double difference = std::abs(sums[e] / static_cast<double>(groups.size()) - returns[e]);
    if (!(difference <= kRounding * sizes[e])) return false;
  }
  return true;
}

bool is_absolute(const std::string& key) { return lower_case(key).find("absolute") != std::string::npos; }

// Returns of the absolute entry; empty if it holds none.
std::vector<double> absolute_returns(const json* absolute, const std::string& metric) {
  const json* found = absolute == nullptr ? nullptr : find(*absolute, metric);
  if (found == nullptr || found->is_null() || (found->is_array() && found->empty())) return {};
  return episode_returns(*found);
}

struct Step {
  std::string key;
  const json* metrics = nullptr;
};

struct Steps {
  std::vector<Step> steps;
  std::vector<const json*> metrics;  // of the same
  const json* absolute = nullptr;
  bool numbered = true;  // every key is "step_<number>"
};

// The number of "step_12".
std::optional<std::int64_t> number_in_key(const std::string& key) {
  constexpr std::string_view kPrefix = "step_";
  if (!lower_case(key).starts_with(kPrefix)) return std::nullopt;
  const char* const end = key.data() + key.size();
  std::int64_t number = 0;
  const auto [at, error] = std::from_chars(key.data() + kPrefix.size(), end, number);
  return error == std::errc() && at == end ? std::optional(number) : std::nullopt;
}

Steps steps_of(const json& entries) {
  if (!entries.is_object()) throw Error("is not an object of steps");
  Steps steps;
  for (const auto& [key, value] : entries.items()) {
    if (is_absolute(key)) {
      if (value.is_object()) steps.absolute = &value;
      continue;
    }
    if (!value.is_object()) throw Error("\"" + key + "\" is not an object of metrics");
    steps.steps.push_back({key, &value});
    steps.numbered = steps.numbered && number_in_key(key);
  }
  if (steps.steps.empty()) throw Error("has no steps");
  if (steps.numbered)
    std::ranges::stable_sort(steps.steps, {}, [](const Step& step) { return number_in_key(step.key); });
  for (const Step& step : steps.steps) steps.metrics.push_back(step.metrics);
  return steps;
}

// A run whose writer is not known before the whole file has been read.
struct PendingRun {
  ImportedRun run;
  std::string metric;
  std::vector<double> absolute;
  bool has_groups = false;    // every step has the return of a group of agents
  bool groups_agree = false;  // as BenchMARL writes them
};

// BenchMARL's return is the mean over its groups. The names that it gives to a group of all agents are its own,
// whatever the values are.
bool groups_agree(const std::set<std::string>& groups, const std::vector<const json*>& steps) {
  const bool all_agents = std::ranges::all_of(
      groups, [](const std::string& name) { return name == "agent_return" || name == "agents_return"; });
  return all_agents || std::ranges::all_of(steps, [&](const json* metrics) { return is_mean_of(groups, *metrics); });
}

PendingRun read_run(const json& entries, ImportedRun run) {
  const Steps steps = steps_of(entries);
  PendingRun pending{.run = std::move(run), .metric = return_metric(*steps.metrics.front()), .absolute = {}};
  const std::string& metric = pending.metric;
  for (const auto& [key, metrics] : steps.steps) {
    const json* returns = find(*metrics, metric);
    const json* count = find(*metrics, "step_count");
    if (returns == nullptr) throw Error("has no metric \"" + metric + "\" in " + key);
    if (count == nullptr) throw Error("has no step_count in " + key);
    if (!count->is_number()) throw Error("has a step_count that is no number in " + key + ": " + shown(*count));
    try {
      pending.run.evaluations.push_back(evaluation_at(count->get<double>(), episode_returns(*returns)));
    } catch (const Error& error) {
      throw Error(key + ": " + error.what());
    }
  }
  if (steps.numbered) refuse_steps_back(pending.run.evaluations);
  order_steps(pending.run.evaluations);
  pending.absolute = absolute_returns(steps.absolute, metric);
  if (metric != "return") return pending;
  const std::set<std::string> groups = common_groups(steps.metrics);
  pending.has_groups = !groups.empty();
  pending.groups_agree = pending.has_groups && pending.absolute.size() <= 1 && groups_agree(groups, steps.metrics);
  return pending;
}

// Whether the absolute entry is one number although evaluations have several episodes, the largest of which it is.
bool is_largest_episode(const PendingRun& pending) {
  double largest = pending.run.evaluations.front().returns.front();
  bool several = false;
  for (const Evaluation& evaluation : pending.run.evaluations) {
    largest = std::max(largest, std::ranges::max(evaluation.returns));
    several = several || evaluation.returns.size() > 1;
  }
  return several && pending.absolute.size() == 1 && pending.absolute.front() == largest;
}

// Where every episode of an evaluation has the largest return, as on a task that is solved, the absolute entry is that
// of any harness.
bool could_be_a_mean(const PendingRun& pending) {
  return std::ranges::any_of(pending.run.evaluations,
                             [&](const Evaluation& evaluation) { return evaluation.mean == pending.absolute.front(); });
}

// One run may look like another harness's by chance, such as one that reached the largest possible return. So all
// runs of the file have to look like BenchMARL's, and where no group's return shows it, those of other files, too.
void set_writers(std::vector<PendingRun>& runs) {
  bool groups = true, largest = true, shown = false;
  for (const PendingRun& pending : runs) {
    if (pending.metric != "return") continue;
    groups = groups && (pending.groups_agree || !pending.has_groups);
    largest = largest && (pending.absolute.empty() || is_largest_episode(pending));
    shown = shown || (is_largest_episode(pending) && !could_be_a_mean(pending));
  }
  for (PendingRun& pending : runs) {
    const bool benchmarl = groups && (pending.has_groups || (largest && shown));
    pending.run.guessed = pending.metric == "return" && benchmarl && !pending.has_groups;
    pending.run.writer = pending.metric != "return" ? "Mava" : benchmarl ? "BenchMARL" : "marl-eval";
  }
}

ImportedRun with_absolute(PendingRun& pending) {
  ImportedRun run = std::move(pending.run);
  if (pending.absolute.empty()) return run;
  if (run.writer == "BenchMARL") run.best_single_episode = std::ranges::max(pending.absolute);
  if (run.writer != "BenchMARL" || run.guessed) {
    run.absolute = evaluation_at(static_cast<double>(run.evaluations.back().step), pending.absolute);
  }
  return run;
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
  std::vector<PendingRun> pending;
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
            pending.push_back(read_run(entries, std::move(run)));
          } catch (const std::exception& error) {
            file.left_out.push_back(environment + "/" + task + ", " + algorithm + ", " + name + ": " + error.what() +
                                    "; the run is left out");
          }
        });
      });
    });
  });
  set_writers(pending);
  for (PendingRun& run : pending) file.runs.push_back(with_absolute(run));
  return file;
}

}  // namespace tutti::reports
