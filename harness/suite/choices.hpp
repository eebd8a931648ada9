// What a suite's [[task]] and [[algorithm]] tables stand for, before they are paired.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "suite/document.hpp"
#include "suite/suite.hpp"

namespace tutti::suite {

/// What reading the tables needs besides the tables.
struct Expansion {
  const Catalogue& catalogue;
  Problems& problems;
  const std::map<std::string, Section>& command_line;  // settings by "run", "evaluation" or algorithm label
  const ResolvedValues& run_values;                    // the suite's
  const ResolvedValues& evaluation_values;
  Machines machines = Machines::kThis;
};

/// Keys of [[task]] that take the place of run.environment_steps, evaluation.interval and evaluation.episodes.
inline constexpr const char* kOwnSteps = "environment_steps";
inline constexpr const char* kOwnInterval = "evaluation_interval";
inline constexpr const char* kOwnEpisodes = "evaluation_episodes";

struct Task {
  const Section* section = nullptr;
  std::string label;
  std::string title;  // as reports show it; empty: the label
  std::string name;   // what presets match
  std::string environment;
  ResolvedValues values;
  ResolvedValues run_values;         // the suite's, but for what the task has of its own
  ResolvedValues evaluation_values;  // the same
  std::optional<ReferenceRange> reference;
};

struct AlgorithmChoice {
  const Section* section = nullptr;
  std::string label;
  std::string title;  // as reports show it; empty: the label
  std::string name;
  std::string preset;  // empty: none
  bool proposed = false;
  const AlgorithmPlugin* plugin = nullptr;
  ParameterSchema schema;  // and the settings of a run that are each algorithm's own: "copies", "device"
  std::vector<Preset> presets;
};

/// The settings of `[run]` that an algorithm may have otherwise.
inline constexpr const char* kOwnRunSettings[] = {"copies", "device"};

/// The tasks in order; those with problems (added) are among them, as far as they could be read.
std::vector<Task> read_tasks(const std::vector<Section>& sections, const Expansion& expansion);

/// Adds a problem for each task whose budget and evaluations do not go together. All values have to fit.
void check_budgets(const std::vector<Task>& tasks, const Section* evaluation, Problems& problems);

/// The algorithms in order, like the tasks. Without a `plugin`: unknown.
std::vector<AlgorithmChoice> read_algorithms(const std::vector<Section>& sections, const Expansion& expansion);

/// Adds a problem if the algorithm has no preset `name`, or none for the tasks of the `whole`: the "suite", or the
/// "override" that names it. "" is no preset and no problem.
void check_preset(const std::string& name, const Section& section, const AlgorithmChoice& algorithm,
                  const std::vector<Task>& tasks, const std::string& whole, Problems& problems);

/// Puts the preset's values for `task` on top of `values`; "" stands for the preset "default", if the plugin has one.
/// Throws Error if the plugin contradicts itself.
void apply_presets(const std::string& named, const AlgorithmChoice& algorithm, const Task& task,
                   ResolvedValues& values);

/// Whether a pattern with "*" and "?" stands for `text`.
bool matches(const std::string& pattern, const std::string& text);

/// Where the value of `key` stands, or the section if it is absent.
Position position_of(const Section& section, const std::string& key);

/// Throws Error unless every declared parameter can stand in a suite and comes back from a run's config.toml: its name
/// is a bare key of TOML, declared once and no word of suites, and its default fits.
void check_schema(const std::string& plugin, const ParameterSchema& schema);

/// Runs plugin code; what it throws becomes a problem at `where`.
template <class Function>
void attempt(const Expansion& expansion, Position where, const std::string& path, const Function& function) {
  try {
    function();
  } catch (const std::exception& error) {
    expansion.problems.add(where, path, error.what());
  } catch (...) {
    expansion.problems.add(where, path, "the plugin throws something that is no exception of the standard library");
  }
}

}  // namespace tutti::suite
