#include "suite/expand.hpp"

#include <algorithm>
#include <tuple>
#include <variant>

#include "suite/choices.hpp"
#include "suite/nearest.hpp"
#include "suite/section_reader.hpp"

namespace tutti::suite {
namespace {

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

// Two columns or rows of one name could not be distinguished. Equal labels are a problem of their own.
template <class Choice>
void check_titles(const std::vector<Choice>& choices, Problems& problems) {
  const auto shown = [](const Choice& choice) { return choice.title.empty() ? choice.label : choice.title; };
  for (std::size_t i = 0; i < choices.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (shown(choices[i]) != shown(choices[j])) continue;
      const Choice& titled = choices[i].title.empty() ? choices[j] : choices[i];
      if (titled.title.empty()) continue;
      problems.add(position_of(*titled.section, "title"), titled.section->path_of("title"),
                   "\"" + titled.title + "\" is what another one is called; give one of them another title");
    }
  }
}

void check_reserved_labels(const std::vector<Task>& tasks, Problems& problems) {
  // With the names under which files are written before they take their own.
  static const std::vector<std::string> kTaken = {"report",     "slurm",         "lock",          "plan.json",
                                                  "suite.toml", "plan.json.new", "suite.toml.new"};
  for (const Task& task : tasks) {
    if (std::ranges::count(kTaken, task.label.substr(0, task.label.find('/'))) == 0) continue;
    problems.add(position_of(*task.section, "label"), task.section->path_of("label"),
                 "\"" + task.label + "\" is where the suite keeps other things; choose another label");
  }
}

void check_reserved_labels(const std::vector<AlgorithmChoice>& algorithms, Problems& problems) {
  for (const AlgorithmChoice& algorithm : algorithms) {
    if (algorithm.label != "run" && algorithm.label != "evaluation") continue;
    const Section& section = *algorithm.section;
    problems.add(position_of(section, section.settings.contains("label") ? "label" : "name"), section.path_of("label"),
                 "\"" + algorithm.label + "\" is what --set calls the suite's own settings; choose another label");
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
    const auto is_setting = [](const auto& entry) { return entry.first != "task" && entry.first != "algorithm"; };
    const bool sets =
        std::ranges::any_of(section.settings, is_setting) || !section.tables.empty() || !section.lists.empty();
    if (!sets)
      problems.add(section.where, section.path, "sets nothing; expected a parameter beside task and algorithm");
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

// ---- pairs

// The algorithm's values for one task, its own settings of the run among them.
ResolvedValues resolve_pair(const Task& task, const AlgorithmChoice& algorithm, const std::vector<Section>& overrides,
                            const ResolvedValues& run_values, const Expansion& expansion) {
  Problems& problems = expansion.problems;
  const auto applicable = overrides_of(overrides, task, algorithm);
  std::string preset = algorithm.preset;
  for (const Section* section : applicable) {
    if (section->settings.contains("preset")) preset = text_setting(*section, "preset");
  }

  ResolvedValues values = defaults(algorithm.schema);
  for (const char* name : kOwnRunSettings) values[name] = run_values.at(name);
  apply_presets(preset, algorithm, task, values);
  SectionReader(*algorithm.section, problems).assign(algorithm.schema, "suite", values);
  for (const Section* section : applicable) {
    SectionReader read(*section, problems);
    (void)(read.take<std::string>("task"), read.take<std::string>("algorithm"), read.take<std::string>("preset"));
    read.assign(algorithm.schema, "override", values);
    read.finish(algorithm.label);
  }
  if (const auto found = expansion.command_line.find(algorithm.label); found != expansion.command_line.end()) {
    SectionReader read(found->second, problems);
    read.assign(algorithm.schema, "command line", values);
    read.finish();
  }
  // The suite-wide --set run.copies=... was meant for every run.
  for (const char* name : kOwnRunSettings) {
    const Resolved& of_all = run_values.at(name);
    if (of_all.origin == "command line" && values[name].origin != "command line") values[name] = of_all;
  }
  require_all(algorithm.schema, values, *algorithm.section, problems);
  return values;
}

const Section* section_of_run(const Section& document) {
  const auto run = document.tables.find("run");
  return run == document.tables.end() ? nullptr : &run->second;
}

// The section that says where an algorithm computes on a task: the last override, its own, or [run].
const Section& section_of_device(const Task& task, const AlgorithmChoice& algorithm,
                                 const std::vector<Section>& overrides, const Section& document) {
  const Section* found = &*algorithm.section;
  const Section* run = section_of_run(document);
  if (run != nullptr && run->settings.contains("device") && !found->settings.contains("device")) found = run;
  for (const Section* section : overrides_of(overrides, task, algorithm)) {
    if (section->settings.contains("device")) found = section;
  }
  return *found;
}

std::string no_device(const std::string& text, const std::string& expected) {
  return expected + " (is \"" + text + "\")";
}

// One that every algorithm replaces by its own is wrong all the same.
void check_device_of_run(const Section& document, Problems& problems) {
  const Section* run = section_of_run(document);
  const std::string text = run == nullptr ? "" : text_setting(*run, "device");
  if (text.empty()) return;
  if (const auto expected = device_problem(text)) {
    problems.add(position_of(*run, "device"), run->path_of("device"), no_device(text, *expected));
  }
}

// Refuses a device that is none, or that there is not, where `section` asks for it; settles "auto".
void settle_device(const AlgorithmChoice& algorithm, const Section& section, Resolved& device,
                   const Expansion& expansion) {
  const auto* wanted = std::get_if<std::string>(&device.value);
  if (wanted == nullptr || *wanted == "cpu") return;
  const auto refuse = [&](const std::string& problem) {
    const bool from_command_line = device.origin == "command line";
    expansion.problems.add(from_command_line ? Position{} : position_of(section, "device"),
                           from_command_line ? "device" : section.path_of("device"), problem);
    device.value = std::string("cpu");
  };
  if (const auto expected = device_problem(*wanted)) return refuse(no_device(*wanted, *expected));
  try {
    const std::string settled =
        settled_device(*wanted, algorithm.name, expansion.catalogue.devices(algorithm.name), expansion.machines);
    if (settled != *wanted) device = {settled, device.origin + ", " + *wanted};
  } catch (const Error& error) {
    refuse(error.what());
  }
}

Run make_run(const Plan& plan, const Task& task, const AlgorithmChoice& algorithm, ResolvedValues values) {
  ResolvedValues run_values = task.run_values;
  for (const char* name : kOwnRunSettings) {
    run_values[name] = values.at(name);
    values.erase(name);
  }
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
          .evaluation_values = task.evaluation_values};
}

Budget budget_of(const Task& task) {
  const auto integer = [](const ResolvedValues& values, const char* name) {
    return std::get<std::int64_t>(values.at(name).value);
  };
  return {integer(task.run_values, "environment_steps"), integer(task.evaluation_values, "interval"),
          integer(task.evaluation_values, "episodes")};
}

}  // namespace

void expand(const Section& document, const Expansion& expansion, Plan& plan) {
  Problems& problems = expansion.problems;
  SectionReader read(document, problems);
  const std::vector<Task> tasks = read_tasks(read.list("task"), expansion);
  const std::vector<AlgorithmChoice> algorithms = read_algorithms(read.list("algorithm"), expansion);
  const std::vector<Section>& overrides = read.list("override");
  if (!document.has("task")) read.problem("task", "missing; a suite needs at least one [[task]]");
  if (!document.has("algorithm")) read.problem("algorithm", "missing; a suite needs at least one [[algorithm]]");
  check_labels(tasks, problems);
  check_labels(algorithms, problems);
  check_titles(tasks, problems);
  check_titles(algorithms, problems);
  check_reserved_labels(tasks, problems);
  check_reserved_labels(algorithms, problems);
  check_overrides(overrides, tasks, algorithms, problems);
  check_device_of_run(document, problems);

  for (const Task& task : tasks)
    plan.tasks.push_back({task.label, task.environment, task.reference, task.title, budget_of(task)});
  std::vector<Run> pairs;
  for (const AlgorithmChoice& algorithm : algorithms) {
    plan.algorithms.push_back({algorithm.label, algorithm.name, algorithm.proposed, algorithm.title});
    if (algorithm.plugin == nullptr) continue;
    check_preset(algorithm.preset, *algorithm.section, algorithm, tasks, "suite", problems);
    for (const Section& section : overrides) {
      std::vector<Task> covered;
      std::ranges::copy_if(tasks, std::back_inserter(covered),
                           [&](const Task& task) { return matches(text_setting(section, "task"), task.label); });
      if (!covered.empty() && matches(text_setting(section, "algorithm"), algorithm.label))
        check_preset(text_setting(section, "preset"), section, algorithm, covered, "override", problems);
    }
  }
  for (const Task& task : tasks) {
    for (const AlgorithmChoice& algorithm : algorithms) {
      if (algorithm.plugin == nullptr || task.environment.empty()) continue;
      attempt(expansion, algorithm.section->where, algorithm.section->path, [&] {
        const std::size_t before = problems.size();
        ResolvedValues values = resolve_pair(task, algorithm, overrides, task.run_values, expansion);
        settle_device(algorithm, section_of_device(task, algorithm, overrides, document), values["device"], expansion);
        pairs.push_back(make_run(plan, task, algorithm, std::move(values)));
        if (problems.size() > before) return;
        const ParameterValues checked = values_of(pairs.back().algorithm_values);
        expansion.catalogue.try_check(algorithm.name, checked);
        algorithm.plugin->check(checked);
      });
    }
  }
  if (problems.empty()) {
    const auto evaluation = document.tables.find("evaluation");
    check_budgets(tasks, evaluation == document.tables.end() ? nullptr : &evaluation->second, problems);
  }
  for (const std::uint64_t seed : plan.seeds) {
    for (Run run : pairs) {
      run.seed = seed;
      plan.runs.push_back(std::move(run));
    }
  }
}

}  // namespace tutti::suite
