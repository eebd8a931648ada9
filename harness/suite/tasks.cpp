#include <algorithm>
#include <cmath>
#include <optional>

#include "suite/choices.hpp"
#include "suite/nearest.hpp"
#include "suite/section_reader.hpp"

namespace tutti::suite {
namespace {

std::vector<TaskSpec> tasks_of(const Catalogue& catalogue, const std::string& environment) {
  std::vector<TaskSpec> tasks;
  catalogue.environment(environment).tasks(tasks);
  return tasks;
}

std::vector<std::string> task_names(const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const std::string& environment : catalogue.environments) {
    try {
      for (const TaskSpec& task : tasks_of(catalogue, environment)) names.push_back(environment + "/" + task.name);
    } catch (const std::exception&) {
      // A suite may name any task but those of an environment that cannot be used.
    }
  }
  return names;
}

// `name` is "mpe/coop-nav-n3"; nothing if there is no such task.
std::optional<TaskSpec> find_task(const Catalogue& catalogue, const std::string& environment, const std::string& name) {
  for (TaskSpec& candidate : tasks_of(catalogue, environment)) {
    if (environment + "/" + candidate.name == name) return std::move(candidate);
  }
  return std::nullopt;
}

// What has a known task's name is that task: published figures stand beside it.
void check_name(const Section& section, const TaskSpec* named, const Catalogue& catalogue, const Task& task,
                SectionReader& read) {
  const std::vector<std::string> known = task_names(catalogue);
  if (std::ranges::count(known, task.label) == 0) return;
  if (named == nullptr || task.label != task.name) {
    read.problem("label", "\"" + task.label + "\" is the name of a task; expected a name of its own");
    return;
  }
  for (const auto& [key, value] : named->values) {
    if (section.settings.contains(key)) {
      read.problem(key, "is what makes it " + task.name + "; a task with another value needs a label of its own");
    }
  }
}

// Decides which environment and which named values a [[task]] stands for; false with a problem added if it cannot.
bool identify_task(SectionReader& read, const Expansion& expansion, Task& task) {
  const auto named = read.take<std::string>("name");
  const auto environment = read.take<std::string>("environment");
  const auto label = read.take<std::string>("label");
  task.label = label.value_or(named.value_or(""));
  task.title = read_title(read);
  if (named.has_value() == environment.has_value()) {
    const bool wrong = task.section->settings.contains("name") || task.section->settings.contains("environment");
    if (named || !wrong) read.problem("name", "expected either the name of a task, or environment and label");
    return false;
  }
  if (environment && !task.section->settings.contains("label"))
    read.problem("label", "missing; a task given by its environment needs a label");
  task.environment = named ? named->substr(0, named->find('/')) : *environment;
  if (std::ranges::count(expansion.catalogue.environments, task.environment) == 0) {
    if (environment) {
      read.problem("environment", "unknown environment \"" + task.environment + "\"; " +
                                      suggestion(task.environment, expansion.catalogue.environments));
    } else {
      read.problem("name", "unknown task \"" + *named + "\"; " + suggestion(*named, task_names(expansion.catalogue)));
    }
    expansion.problems.note_unknown_plugin();
    return false;
  }
  if (label || named) {
    if (const auto problem = label_problem(task.label, 1)) read.problem("label", *problem);
  }
  // Presets match the environment that there is, whatever the label begins with.
  const bool qualified = task.label.starts_with(task.environment + "/");
  task.name = named ? *named : (qualified ? task.label : task.environment + "/" + task.label);
  return true;
}

// The task's own value of the suite's `name`. The command line means every task.
template <class Settings>
void read_own(SectionReader& read, const char* key, const std::string& name, ResolvedValues& values) {
  ParameterSchema schema;
  declare_parameters<Settings>(schema);
  const auto own = read.take<std::int64_t>(key, std::ranges::find(schema, name, &ParameterSpec::name)->constraint);
  if (own && values.at(name).origin != "command line") values.at(name) = {*own, "suite"};
}

void read_budget(SectionReader& read, const Expansion& expansion, Task& task) {
  task.run_values = expansion.run_values;
  task.evaluation_values = expansion.evaluation_values;
  read_own<RunSettings>(read, kOwnSteps, "environment_steps", task.run_values);
  read_own<EvaluationSettings>(read, kOwnInterval, "interval", task.evaluation_values);
  read_own<EvaluationSettings>(read, kOwnEpisodes, "episodes", task.evaluation_values);
}

void read_task(const Section& section, const Expansion& expansion, Task& task) {
  task.section = &section;
  SectionReader read(section, expansion.problems);
  read_budget(read, expansion, task);
  if (!identify_task(read, expansion, task)) return;

  ParameterSchema schema;
  expansion.catalogue.environment(task.environment).declare(schema);
  check_schema(task.environment, schema);
  task.values = defaults(schema);
  std::optional<TaskSpec> named;
  if (section.settings.contains("name")) {
    named = find_task(expansion.catalogue, task.environment, task.name);
    if (!named) {
      read.problem("name",
                   "unknown task \"" + task.name + "\"; " + suggestion(task.name, task_names(expansion.catalogue)));
      return;
    }
    for (const auto& [key, value] : named->values) task.values[key] = {value, "task " + named->name};
  }
  check_name(section, named ? &*named : nullptr, expansion.catalogue, task, read);
  read.assign(schema, "suite", task.values);
  read.finish();
  require_all(schema, task.values, section, expansion.problems);
}

// Throws Error if the plugin declares a range that cannot be one.
std::optional<ReferenceRange> reference_of(const Environment* environment) {
  if (environment == nullptr || !environment->spec().reference) return std::nullopt;
  const ReferenceRange& range = *environment->spec().reference;
  if (std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high) return range;
  throw Error("its plugin declares the reference range " + to_text(range.low) + " to " + to_text(range.high) +
              "; expected two numbers, the lower one first");
}

// Where a value of the budget stands, and what it is called there.
struct Origin {
  Position where;
  std::string path;
  bool own = false;  // in the [[task]]
};

Origin origin_of(const Task& task, const char* own, const Resolved& value, const Section* suite_wide,
                 const std::string& section, const std::string& key) {
  const std::string path = section + "." + key;
  if (value.origin == "command line") return {{}, path};
  if (task.section->settings.contains(own)) return {position_of(*task.section, own), task.section->path_of(own), true};
  return {suite_wide == nullptr ? Position{} : position_of(*suite_wide, key), path};
}

void check_budget(const Task& task, const Section* evaluation, Problems& problems) {
  // Sums of evaluation steps over all runs have to stay whole numbers of 64 bits.
  constexpr std::int64_t kMostEvaluations = 1'000'000;
  const Resolved& steps = task.run_values.at("environment_steps");
  const Resolved& interval = task.evaluation_values.at("interval");
  const auto budget = std::get<std::int64_t>(steps.value);
  const auto between = std::get<std::int64_t>(interval.value);
  const Origin from = origin_of(task, kOwnInterval, interval, evaluation, "evaluation", "interval");
  const Origin to = origin_of(task, kOwnSteps, steps, nullptr, "run", "environment_steps");
  if (budget / between > kMostEvaluations) {
    problems.add(from.where, from.path,
                 std::to_string(between) + " makes more than " + std::to_string(kMostEvaluations) +
                     " evaluations of each run; evaluate less often");
  }
  if (between <= budget) return;
  problems.add(from.where, from.path,
               std::to_string(between) + " is more than " + to.path + " (" + std::to_string(budget) +
                   "); no run would be evaluated after training" +
                   (to.own && !from.own ? "; give this task an " + std::string(kOwnInterval) : ""));
}

}  // namespace

void check_budgets(const std::vector<Task>& tasks, const Section* evaluation, Problems& problems) {
  for (const Task& task : tasks) check_budget(task, evaluation, problems);
}

std::vector<Task> read_tasks(const std::vector<Section>& sections, const Expansion& expansion) {
  std::vector<Task> tasks;
  for (const Section& section : sections) {
    Task task;
    const std::size_t before = expansion.problems.size();
    attempt(expansion, section.where, section.path, [&] { read_task(section, expansion, task); });
    // Values that contradict each other show when a copy is made.
    if (expansion.problems.size() == before) {
      attempt(expansion, section.where, section.path, [&] {
        const auto copy = expansion.catalogue.create_environment(task.environment, values_of(task.values));
        task.reference = reference_of(copy.get());
      });
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace tutti::suite
