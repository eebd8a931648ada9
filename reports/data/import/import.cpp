#include "reports/data/import/import.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/data/names.hpp"
#include "reports/statistics/summary.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using nlohmann::json;

enum class Writer { kMarlEval, kBenchMarl, kMava };

const char* name_of(Writer writer) {
  switch (writer) {
    case Writer::kBenchMarl:
      return "BenchMARL";
    case Writer::kMava:
      return "Mava";
    case Writer::kMarlEval:
      break;
  }
  return "marl-eval";
}

// BenchMARL writes "<group>_return" beside "return"; Mava writes "mean_episode_return" and no "return".
Writer writer_of(const json& metrics) {
  if (!metrics.contains("return")) return Writer::kMava;
  for (const auto& [name, value] : metrics.items()) {
    if (name.ends_with("_return")) return Writer::kBenchMarl;
  }
  return Writer::kMarlEval;
}

const char* metric_of(Writer writer) { return writer == Writer::kMava ? "mean_episode_return" : "return"; }

// A list of episodes, or one number that is already a mean. Throws Error on anything else.
std::vector<double> numbers(const json& value) {
  std::vector<double> result;
  const auto add = [&](const json& item) {
    if (!item.is_number() || !std::isfinite(item.get<double>())) throw Error("a return is not a finite number");
    result.push_back(item.get<double>());
  };
  if (value.is_array()) {
    for (const json& item : value) add(item);
  } else {
    add(value);
  }
  if (result.empty()) throw Error("an evaluation has no episode");
  return result;
}

Evaluation evaluation_of(const json& metrics, const char* metric) {
  const auto found = metrics.find(metric);
  if (found == metrics.end()) throw Error(std::string("has no metric \"") + metric + '"');
  Evaluation evaluation;
  evaluation.returns = numbers(*found);
  evaluation.mean = mean_of(evaluation.returns);
  return evaluation;
}

void add_step(const json& step, const char* metric, Run& run) {
  Evaluation evaluation = evaluation_of(step, metric);
  const auto count = step.find("step_count");
  if (count == step.end() || !count->is_number()) throw Error("a step has no step_count");
  const auto steps = count->get<double>();
  if (!(steps >= 0 && steps < 1e15)) throw Error("a step_count is impossible");
  evaluation.step = evaluation.actual_step = static_cast<std::int64_t>(steps);
  run.evaluations.push_back(std::move(evaluation));
}

void order_steps(Run& run) {
  std::ranges::stable_sort(run.evaluations, {}, &Evaluation::step);
  for (std::size_t k = 0; k < run.evaluations.size(); ++k) {
    if (k > 0 && run.evaluations[k].step == run.evaluations[k - 1].step)
      throw Error("two steps have the same step_count");
    run.evaluations[k].index = static_cast<std::int64_t>(k);
  }
}

// Throws Error if the run cannot be understood.
Writer read_run(const json& entries, Run& run) {
  if (!entries.is_object()) throw Error("is not an object of steps");
  const json* absolute = nullptr;
  Writer writer = Writer::kMarlEval;
  for (const auto& [key, value] : entries.items()) {
    if (!value.is_object()) throw Error("\"" + key + "\" is not an object of metrics");
    if (lower_case(key).find("absolute") != std::string::npos) {
      absolute = &value;
      continue;
    }
    writer = writer_of(value);
    add_step(value, metric_of(writer), run);
  }
  if (run.evaluations.empty()) throw Error("has no steps");
  order_steps(run);
  if (absolute == nullptr) return writer;
  const Evaluation last = evaluation_of(*absolute, metric_of(writer));
  if (writer == Writer::kBenchMarl) {
    run.best_single_episode = std::ranges::max(last.returns);
  } else {
    run.absolute = last;
  }
  return writer;
}

// "seed_3" and "3" are seed 3; any other name counts from the place in the file.
std::int64_t seed_of(const std::string& name, std::int64_t place) {
  const std::size_t digits = name.find_last_not_of("0123456789");
  const std::string number = name.substr(digits == std::string::npos ? 0 : digits + 1);
  return number.empty() || number.size() > 15 ? place : std::stoll(number);
}

std::string task_label(const Dataset& data, const std::string& environment, const std::string& task) {
  const std::string label = environment + "/" + task;
  for (const TaskInfo& known : data.tasks) {
    if (lower_case(known.label) == lower_case(label) || lower_case(known.label) == lower_case(task)) return known.label;
  }
  return label;
}

class Importer {
 public:
  Importer(std::string file, Dataset& data) : file_(std::move(file)), data_(data) {}

  void read(const json& root) {
    each(root, "", [&](const std::string& environment, const json& tasks) {
      each(tasks, environment, [&](const std::string& task, const json& algorithms) {
        each(algorithms, environment + "/" + task, [&](const std::string& algorithm, const json& runs) {
          std::int64_t place = 0;
          each(runs, algorithm, [&](const std::string& name, const json& run) {
            add(environment, task, algorithm, name, place++, run);
          });
        });
      });
    });
    if (runs_ == 0) throw Error(file_ + ": holds no run in marl-eval's format");
  }

 private:
  template <class Visit>
  void each(const json& object, const std::string& where, const Visit& visit) {
    if (!object.is_object()) {
      data_.damage.push_back({file_, (where.empty() ? "the file" : where) + " is not an object; it is left out"});
      return;
    }
    for (const auto& [key, value] : object.items()) visit(key, value);
  }

  void add(const std::string& environment, const std::string& task, const std::string& algorithm,
           const std::string& name, std::int64_t place, const json& entries) {
    Run run;
    Writer writer;
    try {
      writer = read_run(entries, run);
    } catch (const std::exception& error) {
      data_.damage.push_back({file_, environment + "/" + task + ", " + algorithm + ", " + name + " " + error.what() +
                                         "; the run is left out"});
      return;
    }
    run.task = data_.task_index(task_label(data_, environment, task), environment);
    const std::string label = label_of(algorithm, name_of(writer));
    run.algorithm = data_.algorithm_index({.label = label, .name = name_of(writer), .imported = true});
    run.seed = seed_of(name, place);
    run.name = file_ + ": " + environment + "/" + task + "/" + algorithm + "/" + name;
    run.state = RunState::kComplete;
    run.status = "imported";
    run.imported = true;
    if (is_known(run)) {
      data_.damage.push_back({file_, run.name + " is there already; this one is left out"});
      return;
    }
    if (run.best_single_episode) note_best_episode(label);
    data_.runs.push_back(std::move(run));
    ++runs_;
  }

  bool is_known(const Run& run) const {
    return std::ranges::any_of(data_.runs, [&](const Run& other) {
      return other.task == run.task && other.algorithm == run.algorithm && other.seed == run.seed;
    });
  }

  // Runs of one algorithm may come from several files, but not from several harnesses, and never join our own.
  std::string label_of(const std::string& algorithm, const std::string& writer) const {
    const auto taken = [&](const std::string& label, bool imported) {
      return std::ranges::any_of(data_.algorithms, [&](const AlgorithmInfo& other) {
        return lower_case(other.label) == lower_case(label) && other.imported == imported &&
               (!imported || other.name != writer);
      });
    };
    if (taken(algorithm, true)) return algorithm + " (" + writer + ")";
    return taken(algorithm, false) ? algorithm + " (imported)" : algorithm;
  }

  void note_best_episode(const std::string& label) {
    const std::string note = label +
                             ": BenchMARL's absolute_metrics is the largest single episode seen; it is kept as "
                             "\"best single episode\" and is no absolute evaluation";
    if (std::ranges::find(data_.notes, note) == data_.notes.end()) data_.notes.push_back(note);
  }

  std::string file_;
  Dataset& data_;
  std::int64_t runs_ = 0;
};

}  // namespace

void import_results(const std::filesystem::path& file, Dataset& data) {
  json root;
  try {
    root = json::parse(results::read_file(file));
  } catch (const json::exception& error) {
    throw Error(file.string() + ": " + error.what());
  }
  Importer(file.filename().string(), data).read(root);
  data.notes.push_back(file.filename().string() + ": imported; its numbers were not measured by this harness");
  data.sort_runs();
}

}  // namespace tutti::reports
