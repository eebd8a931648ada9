#include <algorithm>

#include "suite/choices.hpp"
#include "suite/nearest.hpp"
#include "suite/section_reader.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

void add_run_settings(ParameterSchema& schema) {
  ParameterSchema all;
  declare_parameters<RunSettings>(all);
  for (const char* name : kOwnRunSettings) schema.push_back(*std::ranges::find(all, name, &ParameterSpec::name));
}

void read_algorithm(const Section& section, const Expansion& expansion, AlgorithmChoice& choice) {
  choice.section = &section;
  SectionReader read(section, expansion.problems);
  const auto name = read.take<std::string>("name");
  choice.label = read.take<std::string>("label").value_or(name.value_or(""));
  choice.title = read_title(read);
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
    expansion.problems.note_unknown_plugin();
    return;
  }
  const AlgorithmPlugin& plugin = expansion.catalogue.algorithm(*name);
  plugin.declare(choice.schema);
  check_schema(*name, choice.schema);
  add_run_settings(choice.schema);
  plugin.presets(choice.presets);
  choice.plugin = &plugin;
  ResolvedValues ignored;
  read.assign(choice.schema, "suite", ignored);
  read.finish();
}

std::vector<std::string> preset_names(const AlgorithmChoice& algorithm) {
  std::vector<std::string> names;
  for (const Preset& preset : algorithm.presets) {
    if (std::ranges::count(names, preset.name) == 0) names.push_back(preset.name);
  }
  return names;
}

}  // namespace

std::vector<AlgorithmChoice> read_algorithms(const std::vector<Section>& sections, const Expansion& expansion) {
  std::vector<AlgorithmChoice> choices;
  for (const Section& section : sections) {
    AlgorithmChoice choice;
    attempt(expansion, section.where, section.path, [&] { read_algorithm(section, expansion, choice); });
    choices.push_back(std::move(choice));
  }
  return choices;
}

void check_preset(const std::string& name, const Section& section, const AlgorithmChoice& algorithm,
                  const std::vector<Task>& tasks, const std::string& whole, Problems& problems) {
  if (!section.settings.contains("preset")) return;
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
    problems.add(where, section.path_of("preset"), "preset \"" + name + "\" has values for no task of this " + whole);
}

void apply_presets(const std::string& named, const AlgorithmChoice& algorithm, const Task& task,
                   ResolvedValues& values) {
  const std::string name = named.empty() ? "default" : named;
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

}  // namespace tutti::suite
