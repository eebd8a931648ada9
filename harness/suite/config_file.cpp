#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "suite/device.hpp"
#include "suite/document.hpp"
#include "suite/plan.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

std::string line(std::string_view key, const ParameterValue& value) {
  return std::string(key) + " = " + to_text(value) + "\n";
}

std::string section_text(std::string_view title, const ResolvedValues& values) {
  std::size_t widest = 0;
  for (const auto& [name, entry] : values) widest = std::max(widest, line(name, entry.value).size());
  std::string result = "\n[" + std::string(title) + "]\n";
  for (const auto& [name, entry] : values) {
    std::string text = line(name, entry.value);
    text.pop_back();
    text.resize(widest, ' ');
    result += text + "# " + entry.origin + "\n";
  }
  return result;
}

// Takes what config_toml() wrote; anything else is a sentence that starts with `file`.
class ConfigReader {
 public:
  ConfigReader(const std::string& text, const std::filesystem::path& file)
      : file_(file), document_(parse_document(text, file)) {}

  template <class T>
  T value(const char* key) const {
    const auto found = document_.settings.find(key);
    const bool fits =
        found != document_.settings.end() && found->second.value && std::holds_alternative<T>(*found->second.value);
    if (!fits) throw Error(file_.string() + ": \"" + key + "\" is missing or of another type; plan the run again");
    return std::get<T>(*found->second.value);
  }

  ResolvedValues section(const char* title) const {
    const auto found = document_.tables.find(title);
    if (found == document_.tables.end())
      throw Error(file_.string() + ": section [" + title + "] is missing; plan the run again");
    const auto refuse = [&](const std::string& name) {
      throw Error(file_.string() + ": [" + title + "] has \"" + name + "\", which is no value; plan the run again");
    };
    for (const auto& [name, table] : found->second.tables) refuse(name);
    for (const auto& [name, tables] : found->second.lists) refuse(name);
    ResolvedValues result;
    for (const auto& [name, setting] : found->second.settings) {
      if (!setting.value) throw Error(file_.string() + ": value of \"" + name + "\" has a type that no parameter has");
      result.emplace(name, Resolved{*setting.value, ""});
    }
    return result;
  }

 private:
  std::filesystem::path file_;
  Section document_;
};

// Which of several GPUs a run is on changes no result; what kind they are is among the libraries in run.json.
bool same_device(const ResolvedValues& now, const ResolvedValues& before) {
  const auto on_cuda = [](const ResolvedValues& values) {
    const auto found = values.find("device");
    const auto* device = found == values.end() ? nullptr : std::get_if<std::string>(&found->second.value);
    return device != nullptr && uses_cuda(*device);
  };
  return on_cuda(now) == on_cuda(before);
}

void add_differences(const std::string& title, const ResolvedValues& now, const ResolvedValues& before,
                     std::vector<std::string>& result) {
  std::set<std::string> names;
  for (const auto& [name, entry] : now) names.insert(name);
  for (const auto& [name, entry] : before) names.insert(name);
  const auto text = [](const ResolvedValues& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string("absent") : to_text(found->second.value);
  };
  for (const std::string& name : names) {
    // When to save and when to give up change no result.
    if (name == "checkpoint_interval" || name == "stall_timeout") continue;
    if (title == "run" && name == "device" && same_device(now, before)) continue;
    if (text(now, name) == text(before, name)) continue;
    result.push_back(title + "." + name + ": " + text(now, name) + ", was " + text(before, name));
  }
}

ResolvedValues identity(const Run& run) {
  return {{"task_name", {run.task_name}},
          {"environment", {run.environment}},
          {"algorithm", {run.algorithm_name}},
          {"seed", {static_cast<std::int64_t>(run.seed)}}};
}

}  // namespace

std::string config_toml(const Run& run) {
  std::string text = "# Everything that decides this run. After each value: where it came from.\n";
  text += line("suite", run.suite) + line("task", run.task) + line("task_name", run.task_name) +
          line("environment", run.environment) + line("algorithm", run.algorithm) +
          line("algorithm_name", run.algorithm_name) + line("proposed", run.proposed) +
          line("seed", static_cast<std::int64_t>(run.seed));
  return text + section_text("run_values", run.run_values) + section_text("evaluation_values", run.evaluation_values) +
         section_text("task_values", run.task_values) + section_text("algorithm_values", run.algorithm_values);
}

Run read_config(const std::filesystem::path& file) {
  // A pipe would be waited for without end, a device read without end.
  if (!std::filesystem::is_regular_file(file)) throw Error(file.string() + ": is not a regular file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string() + ": cannot be read");
  std::stringstream text;
  text << stream.rdbuf();
  return parse_config(text.str(), file);
}

Run parse_config(const std::string& text, const std::filesystem::path& name) {
  const ConfigReader read(text, name);
  Run run{.suite = read.value<std::string>("suite"),
          .task = read.value<std::string>("task"),
          .task_name = read.value<std::string>("task_name"),
          .environment = read.value<std::string>("environment"),
          .task_values = read.section("task_values"),
          .algorithm = read.value<std::string>("algorithm"),
          .algorithm_name = read.value<std::string>("algorithm_name"),
          .proposed = read.value<bool>("proposed"),
          .algorithm_values = read.section("algorithm_values"),
          .seed = static_cast<std::uint64_t>(read.value<std::int64_t>("seed")),
          .run_values = read.section("run_values"),
          .evaluation_values = read.section("evaluation_values")};
  run.run_values.try_emplace("device", Resolved{std::string("cpu"), ""});  // earlier versions wrote none
  return run;
}

std::vector<std::string> differences(const Run& now, const Run& before) {
  std::vector<std::string> result;
  add_differences("run", identity(now), identity(before), result);
  add_differences("run", now.run_values, before.run_values, result);
  add_differences("evaluation", now.evaluation_values, before.evaluation_values, result);
  add_differences("task", now.task_values, before.task_values, result);
  add_differences("algorithm", now.algorithm_values, before.algorithm_values, result);
  return result;
}

}  // namespace tutti::suite
