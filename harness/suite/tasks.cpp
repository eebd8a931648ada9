#include <algorithm>
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
    for (const TaskSpec& task : tasks_of(catalogue, environment)) names.push_back(environment + "/" + task.name);
  }
  return names;
}

// The environment's defaults with the named task's values on top; nothing if there is no such task.
std::optional<ResolvedValues> values_of_task(const Catalogue& catalogue, const ParameterSchema& schema,
                                             const std::string& environment, const std::string& task) {
  for (const TaskSpec& candidate : tasks_of(catalogue, environment)) {
    if (candidate.name != task) continue;
    ResolvedValues values = defaults(schema);
    for (const auto& [name, value] : candidate.values) values[name] = {value, "task " + task};
    return values;
  }
  return std::nullopt;
}

// Decides which environment and which named values a [[task]] stands for; false with a problem added if it cannot.
bool identify_task(SectionReader& read, const Expansion& expansion, Task& task) {
  const auto named = read.take<std::string>("name");
  const auto environment = read.take<std::string>("environment");
  task.label = read.take<std::string>("label").value_or(named.value_or(""));
  if (named.has_value() == environment.has_value()) {
    const bool wrong = task.section->settings.contains("name") || task.section->settings.contains("environment");
    if (named || !wrong) read.problem("name", "expected either the name of a task, or environment and label");
    return false;
  }
  if (environment && task.label.empty())
    read.problem("label", "missing; a task given by its environment needs a label");
  task.environment = named ? named->substr(0, named->find('/')) : *environment;
  if (std::ranges::count(expansion.catalogue.environments, task.environment) == 0) {
    if (environment) {
      read.problem("environment", "unknown environment \"" + task.environment + "\"; " +
                                      suggestion(task.environment, expansion.catalogue.environments));
    } else {
      read.problem("name", "unknown task \"" + *named + "\"; " + suggestion(*named, task_names(expansion.catalogue)));
    }
    return false;
  }
  const bool qualified = task.label.find('/') != std::string::npos;
  task.name = named ? *named : (qualified ? task.label : task.environment + "/" + task.label);
  return true;
}

void read_task(const Section& section, const Expansion& expansion, Task& task) {
  task.section = &section;
  SectionReader read(section, expansion.problems);
  if (!identify_task(read, expansion, task)) return;
  if (const auto problem = label_problem(task.label, 1); problem && !task.label.empty())
    read.problem("label", *problem);

  ParameterSchema schema;
  expansion.catalogue.environment(task.environment).declare(schema);
  check_schema(task.environment, schema);
  task.values = defaults(schema);
  if (section.settings.contains("name")) {
    const std::size_t slash = task.name.find('/');
    const std::string short_name = slash == std::string::npos ? "" : task.name.substr(slash + 1);
    const auto values = values_of_task(expansion.catalogue, schema, task.environment, short_name);
    if (!values) {
      read.problem("name",
                   "unknown task \"" + task.name + "\"; " + suggestion(task.name, task_names(expansion.catalogue)));
      return;
    }
    task.values = *values;
  }
  read.assign(schema, "suite", task.values);
  read.finish();
  require_all(schema, task.values, section, expansion.problems);
}

}  // namespace

std::vector<Task> read_tasks(const std::vector<Section>& sections, const Expansion& expansion) {
  std::vector<Task> tasks;
  for (const Section& section : sections) {
    Task task;
    const std::size_t before = expansion.problems.size();
    attempt(expansion, section.where, section.path, [&] { read_task(section, expansion, task); });
    // Values that contradict each other show when a copy is made.
    if (expansion.problems.size() == before) {
      attempt(expansion, section.where, section.path,
              [&] { (void)expansion.catalogue.create_environment(task.environment, values_of(task.values)); });
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace tutti::suite
