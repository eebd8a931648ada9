#include "suite/expand.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "suite/nearest.hpp"
#include "suite/section_reader.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

struct Task {
  const Section* section = nullptr;
  std::string label;
  std::string name;  // what presets match
  std::string environment;
  ResolvedValues values;
};

struct AlgorithmChoice {
  const Section* section = nullptr;
  std::string label;
  std::string name;
  std::string preset;  // empty: none
  bool proposed = false;
  const AlgorithmPlugin* plugin = nullptr;
  ParameterSchema schema;  // and "copies"
  std::vector<Preset> presets;
};

// Keys of a suite that a plugin's parameters cannot have.
const std::vector<std::string> kReserved = {"name",      "label",  "environment", "task",
                                            "algorithm", "preset", "proposed",    "copies"};

bool matches(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

ParameterSpec copies_spec() {
  ParameterSchema schema;
  declare_parameters<RunSettings>(schema);
  return *std::ranges::find(schema, "copies", &ParameterSpec::name);
}

void check_schema(const std::string& plugin, const ParameterSchema& schema) {
  for (const ParameterSpec& spec : schema) {
    if (std::ranges::count(kReserved, spec.name) > 0) {
      throw Error("plugin \"" + plugin + "\" declares a parameter \"" + spec.name +
                  "\", a word that suites use themselves");
    }
    if (std::ranges::count(schema, spec.name, &ParameterSpec::name) > 1) {
      throw Error("plugin \"" + plugin + "\" declares its parameter \"" + spec.name + "\" twice");
    }
  }
}

// Runs plugin code; what it throws becomes a problem at `where`.
template <class Function>
bool attempt(const Expansion& expansion, Position where, const std::string& path, const Function& function) {
  try {
    function();
    return true;
  } catch (const std::exception& error) {
    expansion.problems.add(where, path, error.what());
    return false;
  }
}

Position position_of(const Section& section, const std::string& key) {
  const auto found = section.settings.find(key);
  return found == section.settings.end() ? section.where : found->second.where;
}

// ---- tasks

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
  const std::string& key = named ? *named : *environment;
  task.environment = key.substr(0, key.find('/'));
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

// ---- algorithms

void read_algorithm(const Section& section, const Expansion& expansion, AlgorithmChoice& choice) {
  choice.section = &section;
  SectionReader read(section, expansion.problems);
  const auto name = read.take<std::string>("name");
  choice.label = read.take<std::string>("label").value_or(name.value_or(""));
  choice.preset = read.take<std::string>("preset").value_or("");
  choice.proposed = read.take<bool>("proposed").value_or(false);
  if (!name) {
    if (!section.settings.contains("name")) read.problem("name", "missing; expected the name of an algorithm");
    return;
  }
  choice.name = *name;
  if (const auto problem = label_problem(choice.label, 0)) read.problem("label", *problem);
  const auto& known = expansion.catalogue.algorithms;
  if (std::ranges::count(known, *name) == 0) {
    read.problem("name", "unknown algorithm \"" + *name + "\"; " + suggestion(*name, known));
    return;
  }
  const AlgorithmPlugin& plugin = expansion.catalogue.algorithm(*name);
  plugin.declare(choice.schema);
  check_schema(*name, choice.schema);
  choice.schema.push_back(copies_spec());
  plugin.presets(choice.presets);
  choice.plugin = &plugin;
  ResolvedValues ignored;
  read.assign(choice.schema, "suite", ignored);
  read.finish();
}

std::vector<AlgorithmChoice> read_algorithms(const std::vector<Section>& sections, const Expansion& expansion) {
  std::vector<AlgorithmChoice> choices;
  for (const Section& section : sections) {
    AlgorithmChoice choice;
    attempt(expansion, section.where, section.path, [&] { read_algorithm(section, expansion, choice); });
    choices.push_back(std::move(choice));
  }
  return choices;
}

// ---- labels

template <class Choice>
std::vector<std::string> labels_of(const std::vector<Choice>& choices) {
  std::vector<std::string> labels;
  for (const Choice& choice : choices) {
    if (!choice.label.empty()) labels.push_back(choice.label);
  }
  return labels;
}

template <class Choice>
void check_labels(const std::vector<Choice>& choices, Problems& problems) {
  for (std::size_t i = 0; i < choices.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto& [later, earlier] = std::tie(choices[i].label, choices[j].label);
      const Section& section = *choices[i].section;
      const Position where = position_of(section, section.settings.contains("label") ? "label" : "name");
      if (later.empty() || earlier.empty()) continue;
      if (later == earlier) {
        problems.add(where, section.path_of("label"),
                     "\"" + later + "\" is used twice; give one of them another label");
      } else if (later.starts_with(earlier + "/") || earlier.starts_with(later + "/")) {
        problems.add(where, section.path_of("label"),
                     "\"" + later + "\" and \"" + earlier + "\" would share a folder; give one of them another label");
      }
    }
  }
}

void check_reserved_labels(const std::vector<Task>& tasks, Problems& problems) {
  static const std::vector<std::string> kTaken = {"report", "lock", "plan.json", "suite.toml"};
  for (const Task& task : tasks) {
    if (std::ranges::count(kTaken, task.label.substr(0, task.label.find('/'))) == 0) continue;
    problems.add(position_of(*task.section, "label"), task.section->path_of("label"),
                 "\"" + task.label + "\" is where the suite keeps other things; choose another label");
  }
}

// ---- overrides

void check_overrides(const std::vector<Section>& overrides, const std::vector<Task>& tasks,
                     const std::vector<AlgorithmChoice>& algorithms, Problems& problems) {
  for (const Section& section : overrides) {
    SectionReader read(section, problems);
    for (const std::string key : {"task", "algorithm"}) {
      const auto value = read.take<std::string>(key);
      const auto labels = key == "task" ? labels_of(tasks) : labels_of(algorithms);
      if (!value) {
        if (!section.settings.contains(key))
          read.problem(key, "missing; expected the label of one of the suite's " + key + "s");
      } else if (std::ranges::none_of(labels, [&](const std::string& label) { return matches(*value, label); })) {
        read.problem(key, "\"" + *value + "\" matches no " + key + " of this suite; " + suggestion(*value, labels));
      }
    }
  }
}

std::string text_setting(const Section& section, const std::string& key) {
  const auto found = section.settings.find(key);
  if (found == section.settings.end() || !found->second.value) return "";
  const auto* text = std::get_if<std::string>(&*found->second.value);
  return text == nullptr ? "" : *text;
}

std::vector<const Section*> overrides_of(const std::vector<Section>& overrides, const Task& task,
                                         const AlgorithmChoice& algorithm) {
  std::vector<const Section*> result;
  for (const Section& section : overrides) {
    const bool applies = matches(text_setting(section, "task"), task.label) &&
                         matches(text_setting(section, "algorithm"), algorithm.label);
    if (applies) result.push_back(&section);
  }
  return result;
}

// ---- presets

std::vector<std::string> preset_names(const AlgorithmChoice& algorithm) {
  std::vector<std::string> names;
  for (const Preset& preset : algorithm.presets) {
    if (std::ranges::count(names, preset.name) == 0) names.push_back(preset.name);
  }
  return names;
}

void check_preset(const std::string& name, const Section& section, const AlgorithmChoice& algorithm,
                  const std::vector<Task>& tasks, Problems& problems) {
  if (name.empty()) return;
  const Position where = position_of(section, "preset");
  const auto known = preset_names(algorithm);
  if (std::ranges::count(known, name) == 0) {
    problems.add(where, section.path_of("preset"), "unknown preset \"" + name + "\"; " + suggestion(name, known));
    return;
  }
  const bool useful = std::ranges::any_of(algorithm.presets, [&](const Preset& preset) {
    return preset.name == name &&
           std::ranges::any_of(tasks, [&](const Task& task) { return matches(preset.tasks, task.name); });
  });
  if (!useful)
    problems.add(where, section.path_of("preset"), "preset \"" + name + "\" has values for no task of this suite");
}

void apply_presets(const std::string& name, const AlgorithmChoice& algorithm, const Task& task,
                   ResolvedValues& values) {
  for (const Preset& preset : algorithm.presets) {
    if (preset.name != name || !matches(preset.tasks, task.name)) continue;
    for (const auto& [key, value] : preset.values) {
      const auto spec = std::ranges::find(algorithm.schema, key, &ParameterSpec::name);
      const auto fitted = spec == algorithm.schema.end() ? std::nullopt : fit(*spec, value);
      if (!fitted) {
        throw Error("preset \"" + name + "\" of plugin \"" + algorithm.name + "\" has " + key + " = " + to_text(value) +
                    ", which its own parameters do not allow");
      }
      values[key] = {*fitted, "preset " + name};
    }
  }
}

// ---- pairs

// The algorithm's values for one task, "copies" among them.
ResolvedValues resolve_pair(const Task& task, const AlgorithmChoice& algorithm, const std::vector<Section>& overrides,
                            const Resolved& copies, const Expansion& expansion) {
  Problems& problems = expansion.problems;
  const auto applicable = overrides_of(overrides, task, algorithm);
  std::string preset = algorithm.preset;
  for (const Section* section : applicable) {
    if (section->settings.contains("preset")) preset = text_setting(*section, "preset");
  }

  ResolvedValues values = defaults(algorithm.schema);
  values["copies"] = copies;
  apply_presets(preset, algorithm, task, values);
  SectionReader(*algorithm.section, problems).assign(algorithm.schema, "suite", values);
  for (const Section* section : applicable) {
    SectionReader read(*section, problems);
    (void)(read.take<std::string>("task"), read.take<std::string>("algorithm"), read.take<std::string>("preset"));
    read.assign(algorithm.schema, "override", values);
    read.finish();
  }
  if (const auto found = expansion.command_line.find(algorithm.label); found != expansion.command_line.end()) {
    SectionReader read(found->second, problems);
    read.assign(algorithm.schema, "command line", values);
    read.finish();
  }
  // The suite-wide --set run.copies=... was meant for every run.
  if (copies.origin == "command line" && values["copies"].origin != "command line") values["copies"] = copies;
  require_all(algorithm.schema, values, *algorithm.section, problems);
  return values;
}

Run make_run(const Plan& plan, const Task& task, const AlgorithmChoice& algorithm, ResolvedValues values,
             ResolvedValues run_values, const ResolvedValues& evaluation_values) {
  run_values["copies"] = values.at("copies");
  values.erase("copies");
  return {.suite = plan.name,
          .task = task.label,
          .task_name = task.name,
          .environment = task.environment,
          .task_values = task.values,
          .algorithm = algorithm.label,
          .algorithm_name = algorithm.name,
          .proposed = algorithm.proposed,
          .algorithm_values = std::move(values),
          .seed = 0,
          .run_values = std::move(run_values),
          .evaluation_values = evaluation_values};
}

}  // namespace

void expand(const Section& document, const ResolvedValues& run_values, const ResolvedValues& evaluation_values,
            const Expansion& expansion, Plan& plan) {
  Problems& problems = expansion.problems;
  SectionReader read(document, problems);
  const std::vector<Task> tasks = read_tasks(read.list("task"), expansion);
  const std::vector<AlgorithmChoice> algorithms = read_algorithms(read.list("algorithm"), expansion);
  const std::vector<Section>& overrides = read.list("override");
  if (tasks.empty()) read.problem("task", "missing; a suite needs at least one [[task]]");
  if (algorithms.empty()) read.problem("algorithm", "missing; a suite needs at least one [[algorithm]]");
  check_labels(tasks, problems);
  check_labels(algorithms, problems);
  check_reserved_labels(tasks, problems);
  check_overrides(overrides, tasks, algorithms, problems);

  for (const Task& task : tasks) plan.tasks.push_back({task.label, task.environment});
  std::vector<Run> pairs;
  for (const AlgorithmChoice& algorithm : algorithms) {
    plan.algorithms.push_back({algorithm.label, algorithm.name, algorithm.proposed});
    if (algorithm.plugin == nullptr) continue;
    check_preset(algorithm.preset, *algorithm.section, algorithm, tasks, problems);
    for (const Section& section : overrides) {
      if (matches(text_setting(section, "algorithm"), algorithm.label)) {
        check_preset(text_setting(section, "preset"), section, algorithm, tasks, problems);
      }
    }
  }
  for (const Task& task : tasks) {
    for (const AlgorithmChoice& algorithm : algorithms) {
      if (algorithm.plugin == nullptr || task.environment.empty()) continue;
      attempt(expansion, algorithm.section->where, algorithm.section->path, [&] {
        const std::size_t before = problems.size();
        ResolvedValues values = resolve_pair(task, algorithm, overrides, run_values.at("copies"), expansion);
        pairs.push_back(make_run(plan, task, algorithm, std::move(values), run_values, evaluation_values));
        if (problems.size() == before) algorithm.plugin->check(values_of(pairs.back().algorithm_values));
      });
    }
  }
  for (const std::uint64_t seed : plan.seeds) {
    for (Run run : pairs) {
      run.seed = seed;
      plan.runs.push_back(std::move(run));
    }
  }
}

}  // namespace tutti::suite
