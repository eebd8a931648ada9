#include "loader/checks.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "text/clean.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

constexpr std::int64_t kMostValues = std::int64_t{1} << 24;  // of one agent or one state
constexpr std::size_t kMostNameLength = 200;
// The columns of training.csv that every algorithm has.
constexpr std::string_view kTrainingColumns[] = {"step",    "updates",          "episodes",          "episode_return",
                                                 "seconds", "steps_per_second", "updates_per_second"};

[[noreturn]] void refuse(const Plugin& plugin, const std::string& problem) {
  throw Error(plugin.file.string() + ": " + std::string(to_text(plugin.kind)) + " \"" + plugin.name + "\": " + problem);
}

std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

/// A name that stands in tables and file names: UTF-8, not empty, not long, without separators and control characters.
bool is_word(const std::string& name) {
  return !name.empty() && name.size() <= kMostNameLength && text::clean_text(name) == name &&
         std::ranges::none_of(name, [](unsigned char c) {
           return c <= 0x20 || c == 0x7F || c == ',' || c == '"' || c == '/' || c == '\\';
         });
}

void check_names(const Plugin& plugin, const std::vector<std::string>& names, const std::string& what) {
  for (const std::string& name : names) {
    if (!is_word(name)) {
      refuse(plugin,
             what + ' ' + in_quotes(name) + " is no word; expected UTF-8 without spaces, commas, slashes and quotes");
    }
    if (std::ranges::count(names, name) > 1)
      refuse(plugin, what + ' ' + in_quotes(name) + " is there twice; expected each once");
  }
}

/// `owner` is what sets the values: "task \"short\"".
void check_values(const Plugin& plugin, const std::string& owner, const ParameterValues& values,
                  const ParameterSchema& schema) {
  for (const auto& [name, value] : values) {
    const auto spec = std::ranges::find(schema, name, &ParameterSpec::name);
    if (spec == schema.end()) {
      std::string known;
      for (const ParameterSpec& parameter : schema) known += (known.empty() ? "" : ", ") + parameter.name;
      refuse(plugin, owner + " sets " + in_quotes(name) + ", which is none of its parameters: " + known);
    }
    const auto* words = std::get_if<std::string>(&value);
    if (words != nullptr && text::clean_text(*words) != *words)
      refuse(plugin, owner + " sets " + name + " to a text that is not UTF-8, or has control characters");
    if (!fit(*spec, value)) {
      refuse(plugin, owner + " sets " + name + " = " + tutti::to_text(value) + "; expected " + expectation(*spec));
    }
  }
}

void check_size(const Plugin& plugin, const std::string& what, std::int64_t size, std::int64_t least) {
  if (size >= least && size <= kMostValues) return;
  refuse(plugin, what + " is " + std::to_string(size) + "; expected at least " + std::to_string(least) +
                     (size > kMostValues ? " and at most " + std::to_string(kMostValues) : ""));
}

void check_facts(const Plugin& plugin, const EnvironmentSpec& spec) {
  std::vector<std::string> names;
  for (const auto& [name, value] : spec.facts) {
    if (name.empty() || text::clean_text(name) != name || text::clean_text(value) != value)
      refuse(plugin,
             "the name or the text of fact " + in_quotes(name) + " is empty, not UTF-8, or has control characters");
    if (std::ranges::find(kOwnFacts, name) != std::end(kOwnFacts) || name.starts_with(kLibraryFact))
      refuse(plugin, "fact " + in_quotes(name) + " has a name that the host uses itself; rename it");
    names.push_back(name);
  }
  for (const std::string& name : names) {
    if (std::ranges::count(names, name) > 1)
      refuse(plugin, "fact " + in_quotes(name) + " is there twice; expected each once");
  }
}

/// What `call` of the plugin lists.
template <class List>
List listed(const Plugin& plugin, const std::string& what, void (*call)(List&)) {
  List list;
  try {
    call(list);
  } catch (const std::exception& error) {
    refuse(plugin, "throws while it lists its " + what + ": " + error.what());
  } catch (...) {
    refuse(plugin, "throws something unknown while it lists its " + what);
  }
  return list;
}

}  // namespace

void check_declarations(const Plugin& plugin, const EnvironmentPlugin& table) {
  const ParameterSchema schema = listed(plugin, "parameters", table.declare);
  const std::vector<TaskSpec> tasks = listed(plugin, "tasks", table.tasks);
  (void)listed(plugin, "libraries", table.libraries);
  std::vector<std::string> names;
  for (const TaskSpec& task : tasks) names.push_back(task.name);
  check_names(plugin, names, "task");
  for (const TaskSpec& task : tasks) check_values(plugin, "task " + in_quotes(task.name), task.values, schema);
}

void check_declarations(const Plugin& plugin, const AlgorithmPlugin& table) {
  const ParameterSchema schema = listed(plugin, "parameters", table.declare);
  std::vector<Preset> presets = listed(plugin, "presets", table.presets);
  (void)listed(plugin, "libraries", table.libraries);
  for (Preset& preset : presets) {
    preset.values.erase("copies");  // a setting of the run
    check_values(plugin, "preset " + in_quotes(preset.name) + " for " + in_quotes(preset.tasks), preset.values, schema);
  }
}

void check_spec(const Plugin& plugin, const EnvironmentSpec& spec) {
  if (spec.agents.empty()) refuse(plugin, "it has no agents; expected at least one");
  std::vector<std::string> agents;
  for (const AgentSpec& agent : spec.agents) {
    agents.push_back(agent.name);
    check_size(plugin, "observation_size of agent " + in_quotes(agent.name), agent.observation_size, 1);
    check_size(plugin, "action_size of agent " + in_quotes(agent.name), agent.action_size, 1);
  }
  check_names(plugin, agents, "agent");
  check_facts(plugin, spec);
  check_size(plugin, "state_size", spec.state_size, 0);
  if (spec.state_is_joint_observation && spec.state_size != spec.joint_observation_size()) {
    refuse(plugin, "its state is the joint observation, but state_size is " + std::to_string(spec.state_size) +
                       "; expected the sum of the observation sizes, " + std::to_string(spec.joint_observation_size()));
  }
  if (spec.episode_limit < 1) {
    refuse(plugin, "episode_limit is " + std::to_string(spec.episode_limit) + "; expected at least 1");
  }
  check_names(plugin, spec.reward_terms, "reward term");
  std::vector<std::string> dimensions;
  for (const CoverageDimension& dimension : spec.coverage) dimensions.push_back(dimension.name);
  check_names(plugin, dimensions, "coverage dimension");
  if (!spec.coverage.empty()) check_size(plugin, "coverage_points", spec.coverage_points, 1);
  if (spec.reference) {
    const auto [low, high] = std::pair(spec.reference->low, spec.reference->high);
    if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
      refuse(plugin, "its reference range is " + tutti::to_text(low) + " to " + tutti::to_text(high) +
                         "; expected two finite numbers, the smaller first");
    }
  }
}

bool is_alike(const EnvironmentSpec& one, const EnvironmentSpec& other) {
  const auto agent = [](const AgentSpec& a, const AgentSpec& b) {
    return a.observation_size == b.observation_size && a.action_size == b.action_size;
  };
  return one.state_size == other.state_size && one.state_is_joint_observation == other.state_is_joint_observation &&
         one.episode_limit == other.episode_limit && one.coverage_points == other.coverage_points &&
         one.coverage.size() == other.coverage.size() && std::ranges::equal(one.agents, other.agents, agent) &&
         one.reward_terms == other.reward_terms && one.facts == other.facts;
}

void check_same_spec(const EnvironmentSpec& made, const Environment& environment) {
  if (is_alike(made, environment.spec())) return;
  throw Error(
      "the environment's spec() has other sizes, another episode_limit, other reward terms or other facts than when it "
      "was made; it has to stay as it is");
}

void check_metrics(const Plugin& plugin, const std::vector<std::string>& names) {
  check_names(plugin, names, "metric");
  for (const std::string& name : names) {
    if (std::ranges::find(kTrainingColumns, name) != std::end(kTrainingColumns)) {
      refuse(plugin, "metric " + in_quotes(name) + " has the name of a column that every algorithm has");
    }
  }
}

}  // namespace tutti::loader
