#include "verify/verify.hpp"

#include <algorithm>

#include "loader/child.hpp"
#include "text/clean.hpp"
#include "tutti/error.hpp"
#include "verify/check.hpp"

namespace tutti::verify {
namespace {

constexpr std::chrono::minutes kMostTime{5};  // of one check

std::vector<TaskSpec> tasks_of(loader::Registry& registry, const std::string& environment) {
  std::vector<TaskSpec> tasks;
  registry.environment(environment).tasks(tasks);
  return tasks;
}

template <typename Maker>
std::vector<std::string> names_of(const std::vector<Check<Maker>>& checks, bool first) {
  std::vector<std::string> names;
  for (const auto& check : checks) {
    if (first || !check.once) names.emplace_back(check.name);
  }
  return names;
}

/// `set` with the types of its parameters. Throws Error for a value that fits none.
ParameterValues fitted(void (*declare)(ParameterSchema&), const ParameterValues& set) {
  ParameterSchema schema;
  declare(schema);
  ParameterValues values;
  for (const auto& [name, value] : set) {
    const auto spec = std::ranges::find(schema, name, &ParameterSpec::name);
    if (spec == schema.end()) throw Error("--set " + name + ": the plugin has no such parameter");
    const auto fit = tutti::fit(*spec, value);
    if (!fit) throw Error("--set " + name + " = " + to_text(value) + ": expected " + expectation(*spec));
    values[name] = *fit;
  }
  return values;
}

EnvironmentMaker maker_of(loader::Registry& registry, const std::string& environment, const std::string& subject,
                          const ParameterValues& set) {
  ParameterValues values = set;
  for (const TaskSpec& task : tasks_of(registry, environment)) {
    if (subject == "task " + environment + "/" + task.name) values.insert(task.values.begin(), task.values.end());
  }
  return {registry, environment, with_defaults(registry.environment(environment).declare, values)};
}

/// The child's line: the verdict's number and the text.
template <typename Maker>
void run_in_child(const Check<Maker>& check, Maker& maker, int pipe) {
  Result result;
  try {
    result = check.run(maker);
  } catch (const NoUpdateError& error) {
    result = skipped(error.what());
  } catch (const std::exception& error) {
    result = failed(std::string("throws: ") + error.what());
  } catch (...) {
    result = failed("throws something that is no std::exception");
  }
  loader::write_line(pipe, std::to_string(static_cast<int>(result.verdict)) + result.text);
}

template <typename Maker>
Result result_of(const std::vector<Check<Maker>>& checks, const std::string& name, Maker maker) {
  const auto check = std::ranges::find_if(checks, [&](const auto& candidate) { return name == candidate.name; });
  if (check == checks.end()) throw Error("no check is called \"" + name + '"');
  const loader::ChildReport child =
      loader::call_in_child([&](int pipe) { run_in_child(*check, maker, pipe); }, kMostTime);
  Result result = failed(child.how(kMostTime));
  if (child.done && !child.text.empty()) {
    result.verdict = static_cast<Verdict>(child.text.front() - '0');
    result.text = text::clean_text(std::string_view(child.text).substr(1, child.text.size() - 2));
  }
  if (result.verdict == Verdict::kFailed || result.verdict == Verdict::kNoted)
    result.text += std::string("; look at ") + check->look_at;
  return result;
}

}  // namespace

std::vector<Subject> subjects_of(loader::Registry& registry, const loader::Plugin& plugin) {
  if (plugin.kind == PluginKind::kAlgorithm) return {{"algorithm " + plugin.name, names_of(algorithm_checks(), true)}};
  std::vector<Subject> subjects;
  for (const TaskSpec& task : tasks_of(registry, plugin.name))
    subjects.push_back({"task " + plugin.name + "/" + task.name, names_of(environment_checks(), subjects.empty())});
  if (subjects.empty()) subjects.push_back({"environment " + plugin.name, names_of(environment_checks(), true)});
  return subjects;
}

Finding make_check(loader::Registry& registry, const loader::Plugin& plugin, const std::string& subject,
                   const std::string& check, const ParameterValues& set) {
  const auto values = [&](const auto& table) { return fitted(table.declare, set); };
  const Result result =
      plugin.kind == PluginKind::kAlgorithm
          ? result_of(algorithm_checks(), check,
                      AlgorithmMaker{registry, plugin.name, values(registry.algorithm(plugin.name))})
          : result_of(environment_checks(), check,
                      maker_of(registry, plugin.name, subject, values(registry.environment(plugin.name))));
  return {subject, check, result.verdict, result.text};
}

void verify(loader::Registry& registry, const loader::Plugin& plugin, const std::function<void(const Finding&)>& found,
            const ParameterValues& set) {
  if (plugin.kind == PluginKind::kAlgorithm) (void)registry.algorithm(plugin.name);  // opened once, here
  for (const Subject& subject : subjects_of(registry, plugin)) {
    for (const std::string& check : subject.checks) {
      const Finding finding = make_check(registry, plugin, subject.name, check, set);
      found(finding);
      // All others rest on the first.
      if (check == subject.checks.front() && finding.verdict == Verdict::kFailed) break;
    }
  }
}

}  // namespace tutti::verify
