#include "reports/analysis/differences.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "results/run_identity.hpp"
#include "text/quantities.hpp"

namespace tutti::reports {
namespace {

constexpr std::size_t kExamples = 5;

using Properties = std::map<std::string, std::string>;

std::string flag(bool value) { return value ? "yes" : "no"; }

std::string modified(const results::CodeRecord& code) {
  return flag(code.modified) + (code.changes.empty() ? "" : ", changes with sha256 " + code.changes);
}

Properties code_of(const results::RunRecord& record) {
  Properties result = {{"version", record.code.version},    {"revision", record.code.revision},
                       {"modified", modified(record.code)}, {"build type", record.code.build_type},
                       {"compiler", record.code.compiler},  {"flags", record.code.flags}};
  for (const results::PluginRecord& plugin : record.plugins) {
    result[plugin.kind + " " + plugin.name] = plugin.version + ", sha256 " + plugin.sha256;
    result["plugins built for"] = plugin.build_tag;  // of one program all have the same
  }
  return result;
}

Properties machine_of(const results::MachineRecord& machine) {
  return {{"processor", machine.processor},
          {"instruction set", machine.instruction_set},
          {"cores", std::to_string(machine.cores)},
          {"memory", text::bytes_text(static_cast<double>(machine.memory_bytes))},
          {"kernel", machine.kernel},
          {"distribution", machine.distribution},
          {"container", flag(machine.container)},
          {"runs at once", std::to_string(machine.jobs)}};
}

// What every task may have of its own.
Properties budget_of(const results::Protocol& protocol) {
  return {{"environment steps", std::to_string(protocol.environment_steps)},
          {"evaluation interval", std::to_string(protocol.interval)},
          {"episodes", std::to_string(protocol.episodes)}};
}

Properties protocol_of(const results::Protocol& protocol) {
  return {{"mode", protocol.mode}, {"seeds", protocol.seeds}, {"absolute evaluation", flag(protocol.absolute)}};
}

// What may differ between seeds, or changes no result.
bool is_identity(const std::string& key) {
  return key == "seed" || key == "suite" || key == "proposed" || key.ends_with(".checkpoint_interval") ||
         key.ends_with(".stall_timeout");
}

// Whether the run ended before its plugins were open, so that it could not record what it would be made with.
bool never_began(const results::RunRecord& record) {
  return record.status != RunState::kFinished && record.plugins.empty() && record.libraries.empty() &&
         record.task_facts.empty();
}

// What has to agree: all runs of the report, or those of each task alone.
enum class Scope { kReport, kTask };

// The values of one property and the runs that have each. A run that lacks a property which another run of its task
// and algorithm has counts with the empty value, not recorded, unless it never began.
class Collector {
 public:
  void add(const std::string& prefix, const Properties& properties, const Run& run, bool refused,
           Scope scope = Scope::kReport) {
    const Pair pair{run.task, run.algorithm};
    runs_[prefix][pair].push_back(&run);
    for (const auto& [name, value] : properties) {
      auto& property = properties_[prefix + name];
      property.prefix = prefix;
      property.refused = refused;
      property.scope = scope;
      property.values[value].push_back(&run);
      property.pairs[pair].insert(&run);
    }
  }

  std::vector<Difference> differences() {
    std::vector<Difference> result;
    for (auto& [name, property] : properties_) {
      add_unrecorded(property);
      if (property.scope == Scope::kTask) leave_out_agreeing_tasks(property);
      if (property.values.size() < 2) continue;
      Difference difference{.property = name, .refused = property.refused, .values = {}};
      for (const auto& [value, runs] : property.values) {
        difference.values.push_back({value, static_cast<std::int64_t>(runs.size()), examples(runs)});
      }
      result.push_back(std::move(difference));
    }
    std::ranges::stable_partition(result, &Difference::refused);
    return result;
  }

 private:
  using Pair = std::pair<std::size_t, std::size_t>;  // task, algorithm
  using Runs = std::vector<const Run*>;
  struct Property {
    std::string prefix;
    bool refused = true;
    Scope scope = Scope::kReport;
    std::map<std::string, Runs> values;
    std::map<Pair, std::set<const Run*>> pairs;  // the runs that have it
  };

  void add_unrecorded(Property& property) const {
    for (const auto& [pair, having] : property.pairs) {
      for (const Run* run : runs_.at(property.prefix).at(pair)) {
        if (!having.contains(run) && !never_began(*run->record)) property.values[""].push_back(run);
      }
    }
  }

  // Keeps the runs of those tasks that have more than one value.
  static void leave_out_agreeing_tasks(Property& property) {
    std::map<std::size_t, std::set<std::string>> of_task;
    for (const auto& [value, runs] : property.values) {
      for (const Run* run : runs) of_task[run->task].insert(value);
    }
    for (auto& [value, runs] : property.values)
      std::erase_if(runs, [&](const Run* run) { return of_task.at(run->task).size() == 1; });
    std::erase_if(property.values, [](const auto& entry) { return entry.second.empty(); });
  }

  // The first names, each once.
  static std::vector<std::string> examples(const Runs& runs) {
    std::vector<std::string> names;
    for (const Run* run : runs) {
      if (names.size() < kExamples && std::ranges::find(names, run->name) == names.end()) names.push_back(run->name);
    }
    return names;
  }

  std::map<std::string, std::map<Pair, Runs>> runs_;  // by prefix
  std::map<std::string, Property> properties_;
};

std::vector<Fact> joined(const std::map<std::string, std::set<std::string>>& values) {
  std::vector<Fact> result;
  for (const auto& [name, distinct] : values) {
    Fact fact{name, ""};
    for (const std::string& value : distinct) fact.value += (fact.value.empty() ? "" : "; ") + value;
    result.push_back(std::move(fact));
  }
  return result;
}

}  // namespace

std::vector<Difference> differences_between(const std::vector<const Run*>& runs, const Dataset& data) {
  Collector collector;
  for (const Run* run : runs) {
    if (!run->record) continue;
    const results::RunRecord& record = *run->record;
    const std::string& task = data.tasks[run->task].label;
    collector.add("code: ", code_of(record), *run, true);
    // What one algorithm is computed with says nothing of another's; the task's libraries are among its facts.
    Properties libraries = record.libraries;
    std::erase_if(libraries, [](const auto& entry) { return !results::decides_numbers(entry.first); });
    collector.add("library of " + data.algorithms[run->algorithm].label + ": ", libraries, *run, true);
    collector.add("protocol: ", protocol_of(record.protocol), *run, true);
    collector.add("protocol: ", budget_of(record.protocol), *run, true, Scope::kTask);
    collector.add("task " + task + ": ", record.task_facts, *run, true);
    Properties configuration = run->configuration;
    std::erase_if(configuration, [](const auto& entry) { return is_identity(entry.first); });
    if (!configuration.empty()) {
      collector.add("configuration of " + data.algorithms[run->algorithm].label + " on " + task + ": ", configuration,
                    *run, true);
    }
    collector.add("machine: ", machine_of(record.machine), *run, false);
    collector.add("numerics: ", record.numerics, *run, false);
  }
  return collector.differences();
}

std::string describe_differences(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) {
    if (!difference.refused) continue;
    text += "\n  " + difference.property + ":";
    for (const Difference::Value& value : difference.values) {
      text += "\n    " + (value.value.empty() ? std::string("not recorded") : value.value) + " in " +
              std::to_string(value.runs) + (value.runs == 1 ? " run, " : " runs, such as ") + value.examples[0];
    }
  }
  return text;
}

Facts facts_of(const std::vector<const Run*>& runs) {
  std::map<std::string, std::set<std::string>> code, libraries, machine, numerics;
  const auto add = [](auto& values, const Properties& properties) {
    for (const auto& [name, value] : properties) values[name].insert(value);
  };
  for (const Run* run : runs) {
    if (!run->record) continue;
    add(code, code_of(*run->record));
    add(libraries, run->record->libraries);
    add(machine, machine_of(run->record->machine));
    add(numerics, run->record->numerics);
  }
  return {joined(code), joined(libraries), joined(machine), joined(numerics)};
}

}  // namespace tutti::reports
