// info.json of Sacred, as PyMARL and EPyMARL fill it: lists under a metric's name, their steps under the name with
// "_T". config.json beside it says algorithm, task and seed; without it the folders do:
// <algorithm>/<task>/<run>/info.json.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "reports/data/import/imported_run.hpp"
#include "reports/data/table_file.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using nlohmann::json;

constexpr std::array kMetrics = {"test_return_mean", "test_total_return_mean", "return_mean", "total_return_mean"};

// A number, or what jsonpickle makes of NumPy's: {"py/object": "numpy.float64", "value": 1.5} and the like.
const json& number_in(const json& value) {
  if (value.is_object() && value.contains("value")) return value["value"];
  return value;
}

std::string steps_name(const std::string& metric) { return metric + "_T"; }

std::string metric_in(const json& root) {
  for (const char* metric : kMetrics) {
    if (root.contains(metric) && root.contains(steps_name(metric))) return metric;
  }
  std::string there;
  for (const auto& [key, value] : root.items()) {
    if (!key.ends_with("_T")) there += (there.empty() ? "" : ", ") + key;
  }
  throw Error("has no test_return_mean or return_mean with its steps (\"_T\"); its metrics: " +
              (there.empty() ? "none" : there));
}

std::string text_in(const json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

// What differs between runs of one experiment, or changes no result.
bool is_bookkeeping(const std::string& key) {
  static constexpr std::array kNames = {"seed", "name", "env", "env_args.seed", "label", "unique_token", "hypergroup"};
  static constexpr std::array kParts = {"path", "save", "log_interval", "tensorboard", "wandb", "mongodb"};
  return std::ranges::find(kNames, key) != kNames.end() ||
         std::ranges::any_of(kParts, [&](const char* part) { return key.find(part) != std::string::npos; });
}

// "lr" -> "0.0005", "env_args.time_limit" -> "25"; lists as they stand.
void add_settings(const json& object, const std::string& prefix, std::map<std::string, std::string>& settings) {
  for (const auto& [name, value] : object.items()) {
    const std::string key = prefix + name;
    if (is_bookkeeping(key)) continue;
    if (value.is_object() && !value.contains("py/object")) {
      add_settings(value, key + ".", settings);
    } else {
      settings[key] = value.is_string() ? value.get<std::string>() : number_in(value).dump();
    }
  }
}

void read_config(const std::filesystem::path& file, ImportedRun& run) {
  const auto text = read_table_file(file.parent_path() / "config.json");
  if (!text) return;
  const json config = parse_python_json(*text);
  if (!config.is_object()) return;
  if (const std::string name = text_in(config, "name"); !name.empty()) run.algorithm = name;
  const json arguments = config.contains("env_args") ? config["env_args"] : json();
  for (const char* key : {"map_name", "scenario", "scenario_name", "key"}) {
    if (const std::string task = text_in(arguments, key); !task.empty()) run.task = task;
  }
  if (const std::string environment = text_in(config, "env"); !environment.empty()) run.environment = environment;
  add_settings(config, "", run.configuration);
  if (config.contains("seed") && config["seed"].is_number_integer()) run.seed = config["seed"].get<std::int64_t>();
}

// run.json beside the metrics says how the run ended. PyMARL and EPyMARL leave the process before Sacred can say that
// it is complete, so that one which still runs may have ended well.
void add_status(const std::filesystem::path& file, ImportedFile& result) {
  const auto text = read_table_file(file.parent_path() / "run.json");
  if (!text) return;
  const std::string status = text_in(parse_python_json(*text), "status");
  if (status.empty() || status == "COMPLETED" || status == "RUNNING") return;
  result.notes.push_back("Sacred says that this run has not ended well (status " + status +
                         "); it counts with its last evaluation");
}

bool is_training(const std::string& metric) { return !metric.starts_with("test_"); }

// What the page says about the metric that was read.
void add_notes(const json& root, const std::string& metric, ImportedFile& file) {
  file.notes.push_back("the metric \"" + metric + "\" is read as the return");
  if (!is_training(metric)) return;
  std::string reason = "there is no return of test episodes";
  for (const std::string name : kMetrics) {
    if (!is_training(name) && root.contains(name))
      reason = "\"" + name + "\" has no steps (\"" + steps_name(name) + "\")";
  }
  file.notes.push_back("\"" + metric + "\" is a return of training episodes, not of an evaluation, since " + reason +
                       "; do not compare it with evaluations of others");
}

}  // namespace

bool is_sacred(const std::filesystem::path& file, const json& root) {
  if (!root.is_object()) return false;
  for (const char* metric : kMetrics) {
    if (root.contains(metric)) return true;
  }
  return file.filename() == "info.json";
}

ImportedFile read_sacred(const std::filesystem::path& file, const json& root) {
  ImportedFile result;
  const std::string metric = metric_in(root);
  add_notes(root, metric, result);
  add_status(file, result);
  ImportedRun run;
  run.writer = "Sacred";
  run.name = metric;
  run.seed = seed_in(folder_above(file, 1));
  run.algorithm = folder_above(file, 3);
  std::tie(run.environment, run.task) = split_task(folder_above(file, 2));
  read_config(file, run);
  const json& values = root[metric];
  const json& steps = root[steps_name(metric)];
  if (!values.is_array() || !steps.is_array() || values.size() != steps.size())
    throw Error("\"" + metric + "\" and \"" + steps_name(metric) + "\" are not lists of one length");
  try {
    for (std::size_t k = 0; k < values.size(); ++k) {
      const json& step = number_in(steps[k]);
      if (!step.is_number()) throw Error("a step is not a number");
      run.evaluations.push_back(evaluation_at(step.get<double>(), episode_returns(number_in(values[k]))));
    }
    refuse_steps_back(run.evaluations);
    order_steps(run.evaluations);
    result.runs.push_back(std::move(run));
  } catch (const std::exception& error) {
    result.left_out.push_back(metric + ": " + error.what() + "; the run is left out");
  }
  return result;
}

}  // namespace tutti::reports
