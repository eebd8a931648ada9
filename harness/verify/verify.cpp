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
std::vector<std::string> names_of(const std::vector<Check<Maker>>& checks) {
  std::vector<std::string> names;
  for (const auto& check : checks) names.emplace_back(check.name);
  return names;
}

EnvironmentMaker maker_of(loader::Registry& registry, const std::string& environment, const std::string& subject) {
  ParameterValues values;
  for (const TaskSpec& task : tasks_of(registry, environment)) {
    if (subject == "task " + environment + "/" + task.name) values = task.values;
  }
  return {registry, environment, with_defaults(registry.environment(environment).declare, values)};
}

/// The child's line: the verdict's number and the text.
template <typename Maker>
void run_in_child(const Check<Maker>& check, Maker& maker, int pipe) {
  Result result;
  try {
    result = check.run(maker);
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
  if (plugin.kind == PluginKind::kAlgorithm) return {{"algorithm " + plugin.name, names_of(algorithm_checks())}};
  std::vector<Subject> subjects;
  for (const TaskSpec& task : tasks_of(registry, plugin.name))
    subjects.push_back({"task " + plugin.name + "/" + task.name, names_of(environment_checks())});
  if (subjects.empty()) subjects.push_back({"environment " + plugin.name, names_of(environment_checks())});
  return subjects;
}

Finding make_check(loader::Registry& registry, const loader::Plugin& plugin, const std::string& subject,
                   const std::string& check) {
  const Result result = plugin.kind == PluginKind::kAlgorithm
                            ? result_of(algorithm_checks(), check, AlgorithmMaker{registry, plugin.name})
                            : result_of(environment_checks(), check, maker_of(registry, plugin.name, subject));
  return {subject, check, result.verdict, result.text};
}

void verify(loader::Registry& registry, const loader::Plugin& plugin,
            const std::function<void(const Finding&)>& found) {
  if (plugin.kind == PluginKind::kAlgorithm) (void)registry.algorithm(plugin.name);  // opened once, here
  for (const Subject& subject : subjects_of(registry, plugin)) {
    for (const std::string& check : subject.checks) {
      const Finding finding = make_check(registry, plugin, subject.name, check);
      found(finding);
      // All others rest on the first.
      if (check == subject.checks.front() && finding.verdict == Verdict::kFailed) break;
    }
  }
}

}  // namespace tutti::verify
