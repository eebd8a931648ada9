// tutti list, tutti describe: what is loaded.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "cli/text_table.hpp"
#include "launch/program_name.hpp"
#include "launch/say.hpp"
#include "run/blas.hpp"
#include "run/journal.hpp"
#include "suite/nearest.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

constexpr unsigned kMostOpeningSeconds = 30;  // for opening all algorithms

using Row = std::vector<std::string>;
using Table = std::vector<Row>;

ParameterValues values_of_task(const EnvironmentPlugin& plugin, const TaskSpec& task) {
  ParameterSchema schema;
  plugin.declare(schema);
  ParameterValues values = task.values;
  for (const ParameterSpec& spec : schema) values.emplace(spec.name, spec.default_value);
  return values;
}

Row task_row(loader::Registry& registry, const std::string& environment, const TaskSpec& task) {
  const std::string name = environment + "/" + task.name;
  try {
    const auto copy = registry.create_environment(environment, values_of_task(registry.environment(environment), task));
    const EnvironmentSpec& spec = copy->spec();
    return {name,
            std::to_string(spec.agents.size()),
            run::joined_sizes(spec, &AgentSpec::observation_size),
            run::joined_sizes(spec, &AgentSpec::action_size),
            std::to_string(spec.state_size),
            std::to_string(spec.episode_limit),
            task.source};
  } catch (const std::exception& error) {
    return {name, "", "", "", "", "", std::string("cannot be made: ") + error.what()};
  }
}

/// The named tasks of an environment; none, with a warning, if its plugin cannot be used. The others still can.
std::vector<TaskSpec> tasks_of(loader::Registry& registry, const std::string& environment) {
  std::vector<TaskSpec> tasks;
  try {
    registry.environment(environment).tasks(tasks);
  } catch (const std::exception& error) {
    launch::say(stderr, fmt::format("warning: {}\n", error.what()));
    tasks.clear();
  }
  return tasks;
}

void print_tasks(loader::Registry& registry) {
  Table table = {{"task", "agents", "observation", "action", "state", "limit", "source"}};
  for (const std::string& environment : registry.names(PluginKind::kEnvironment)) {
    for (const TaskSpec& task : tasks_of(registry, environment)) table.push_back(task_row(registry, environment, task));
  }
  launch::say(stdout, text_table(table, terminal_width()));
}

void print_plugins(const loader::Registry& registry, PluginKind kind) {
  Table table = {{std::string(loader::to_text(kind)), "version", "summary", "source"}};
  for (const loader::Plugin& plugin : registry.plugins()) {
    if (plugin.kind == kind) table.push_back({plugin.name, plugin.version, plugin.summary, plugin.source});
  }
  launch::say(stdout, text_table(table, terminal_width()));
}

// Whether an algorithm uses libblas.so.3, which shows when it is opened: in a process of its own, because opening one
// runs code that may crash or hang.
bool algorithms_use_blas(loader::Registry& registry) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kMostOpeningSeconds);
    for (const std::string& name : registry.names(PluginKind::kAlgorithm)) {
      try {
        registry.algorithm(name);
      } catch (const std::exception&) {
        continue;  // a command that uses it says what is wrong
      }
      if (run::blas_in_use()) ::_exit(0);
    }
    ::_exit(1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string warning_about_blas(loader::Registry& registry) {
  const std::string warning = run::warning_about(run::installed_blas());
  return warning.empty() || !algorithms_use_blas(registry) ? "" : warning;
}

void list(const std::string& what) {
  loader::Registry registry = load_plugins();
  if (what == "algorithms" || what.empty()) print_plugins(registry, PluginKind::kAlgorithm);
  if (what.empty()) launch::say(stdout, "\n");
  if (what == "environments" || what.empty()) print_plugins(registry, PluginKind::kEnvironment);
  if (what.empty()) launch::say(stdout, "\n");
  if (what == "tasks" || what.empty()) print_tasks(registry);
  if (what.empty()) {
    launch::say(stdout, '\n' + search_path_text() + '\n');
  }
  if (what == "algorithms" || what.empty()) {
    if (const std::string warning = warning_about_blas(registry); !warning.empty())
      launch::say(stderr, "warning: " + warning + "\n");
  }
}

void print_parameters(const ParameterSchema& schema) {
  Table table = {{"parameter", "default", "expected", "meaning"}};
  for (const ParameterSpec& spec : schema) {
    table.push_back({spec.name, fit(spec, spec.default_value) ? to_text(spec.default_value) : "required",
                     expectation(spec), spec.description});
  }
  launch::say(stdout, fmt::format("\n{}", text_table(table, terminal_width())));
}

std::string values_text(const ParameterValues& values) {
  std::string text;
  for (const auto& [name, value] : values) text += (text.empty() ? "" : ", ") + name + " = " + to_text(value);
  return text;
}

// "Release, gcc 12.2.0, revision 0123456789ab".
std::string build_text(const loader::BuildRecord& build) {
  if (build.compiler.empty()) return "how is not recorded; tutti_plugin() records it";
  return fmt::format("{}, {}, revision {}; {}", build.build_type, build.compiler, build.revision.substr(0, 12),
                     build.flags);
}

void print_head(const loader::Plugin& plugin) {
  launch::say(stdout, fmt::format("{} {} {}\n{}\nsource: {}\nfile: {}\nbuilt: {}\n", loader::to_text(plugin.kind),
                                  plugin.name, plugin.version, plugin.summary, plugin.source, plugin.file.string(),
                                  build_text(plugin.build)));
}

void describe_algorithm(loader::Registry& registry, const loader::Plugin& plugin) {
  const AlgorithmPlugin& functions = registry.algorithm(plugin.name);
  ParameterSchema schema;
  std::vector<Preset> presets;
  functions.declare(schema);
  functions.presets(presets);
  print_head(plugin);
  print_parameters(schema);
  if (presets.empty()) return;
  Table table = {{"preset", "tasks", "values", "source"}};
  for (const Preset& preset : presets)
    table.push_back({preset.name, preset.tasks, values_text(preset.values), preset.source});
  launch::say(stdout, fmt::format("\n{}", text_table(table, terminal_width())));
}

void describe_environment(loader::Registry& registry, const loader::Plugin& plugin) {
  const EnvironmentPlugin& functions = registry.environment(plugin.name);
  ParameterSchema schema;
  std::vector<TaskSpec> tasks;
  functions.declare(schema);
  functions.tasks(tasks);
  print_head(plugin);
  print_parameters(schema);
  Table table = {{"task", "summary", "values"}};
  for (const TaskSpec& task : tasks)
    table.push_back({plugin.name + "/" + task.name, task.summary, values_text(task.values)});
  launch::say(stdout, fmt::format("\n{}", text_table(table, terminal_width())));
}

void describe_task(loader::Registry& registry, const std::string& environment, const TaskSpec& task) {
  const EnvironmentPlugin& functions = registry.environment(environment);
  const auto copy = registry.create_environment(environment, values_of_task(functions, task));
  const EnvironmentSpec& spec = copy->spec();
  launch::say(stdout, fmt::format("task {}/{}\n{}\nsource: {}\n\n", environment, task.name, task.summary, task.source));
  Table agents = {{"agent", "observation", "action"}};
  for (const AgentSpec& agent : spec.agents) {
    agents.push_back({agent.name, std::to_string(agent.observation_size), std::to_string(agent.action_size)});
  }
  launch::say(stdout, fmt::format("{}\nstate: {} values\nepisode limit: {} environment steps\n",
                                  text_table(agents, terminal_width()), spec.state_size, spec.episode_limit));
  if (spec.reference) {
    launch::say(stdout, fmt::format("a score of 0: return {}, {}\na score of 1: return {}, {}\n", spec.reference->low,
                                    spec.reference->low_source, spec.reference->high, spec.reference->high_source));
  }
  for (const auto& [name, value] : spec.facts) launch::say(stdout, fmt::format("{}: {}\n", name, value));
  ParameterSchema schema;
  functions.declare(schema);
  for (ParameterSpec& parameter : schema) {
    if (const auto found = task.values.find(parameter.name); found != task.values.end())
      parameter.default_value = found->second;
  }
  print_parameters(schema);
}

// Everything that describe can be asked about.
std::vector<std::string> known_names(loader::Registry& registry) {
  std::vector<std::string> names;
  for (const loader::Plugin& plugin : registry.plugins()) names.push_back(plugin.name);
  for (const std::string& environment : registry.names(PluginKind::kEnvironment)) {
    for (const TaskSpec& task : tasks_of(registry, environment)) names.push_back(environment + "/" + task.name);
  }
  return names;
}

bool describe_if_task(loader::Registry& registry, const std::string& name) {
  const std::string environment = name.substr(0, name.find('/'));
  const auto environments = registry.names(PluginKind::kEnvironment);
  if (environment == name || std::ranges::count(environments, environment) == 0) return false;
  std::vector<TaskSpec> tasks;
  registry.environment(environment).tasks(tasks);
  for (const TaskSpec& task : tasks) {
    if (environment + "/" + task.name != name) continue;
    describe_task(registry, environment, task);
    return true;
  }
  return false;
}

// Outside of `code`, what looks like HTML is none; a bar would end the cell everywhere.
std::string markdown_cell(std::string_view cell) {
  std::string text;
  bool is_code = false;
  for (const char c : cell) {
    if (c == '`') is_code = !is_code;
    if (c == '|') {
      text += "\\|";
    } else if (!is_code && (c == '<' || c == '&')) {
      text += c == '<' ? "&lt;" : "&amp;";
    } else {
      text += c;
    }
  }
  return text;
}

// A table of Markdown. Its cells are one line each.
std::string markdown_table(const Table& table) {
  std::string text;
  for (const Row& row : table) {
    text += '|';
    for (const std::string& cell : row) text += ' ' + markdown_cell(cell) + " |";
    text += '\n';
    if (&row != &table.front()) continue;
    text += '|';
    for (std::size_t column = 0; column < row.size(); ++column) text += "---|";
    text += '\n';
  }
  return text;
}

std::string quoted(const std::string& text) { return text.empty() ? "" : '`' + text + '`'; }

std::string markdown_of(const ParameterSchema& schema) {
  if (schema.empty()) return "No parameters.\n";
  Table table = {{"parameter", "default", "expected", "meaning"}};
  for (const ParameterSpec& spec : schema) {
    const bool has_default = fit(spec, spec.default_value).has_value();
    table.push_back({quoted(spec.name), has_default ? quoted(to_text(spec.default_value)) : "required",
                     expectation(spec), spec.description});
  }
  return markdown_table(table);
}

std::string markdown_of(const AlgorithmPlugin& functions) {
  ParameterSchema schema;
  std::vector<Preset> presets;
  functions.declare(schema);
  functions.presets(presets);
  if (presets.empty()) return markdown_of(schema);
  Table table = {{"preset", "tasks", "values", "source"}};
  for (const Preset& preset : presets)
    table.push_back({quoted(preset.name), quoted(preset.tasks), quoted(values_text(preset.values)), preset.source});
  return markdown_of(schema) + '\n' + markdown_table(table);
}

std::string markdown_of(const EnvironmentPlugin& functions, const std::string& name) {
  ParameterSchema schema;
  std::vector<TaskSpec> tasks;
  functions.declare(schema);
  functions.tasks(tasks);
  Table table = {{"task", "summary", "values"}};
  for (const TaskSpec& task : tasks)
    table.push_back({quoted(name + '/' + task.name), task.summary, quoted(values_text(task.values))});
  return markdown_of(schema) + '\n' + markdown_table(table);
}

/// What plugins declare, as a page; nothing of it depends on where or how they were built.
void print_reference(const std::string& name) {
  loader::Registry registry = load_plugins();
  std::string text;
  for (const PluginKind kind : {PluginKind::kAlgorithm, PluginKind::kEnvironment}) {
    for (const std::string& plugin : registry.names(kind)) {
      if (!name.empty() && plugin != name) continue;
      const loader::Plugin& head = *std::ranges::find_if(
          registry.plugins(), [&](const loader::Plugin& one) { return one.kind == kind && one.name == plugin; });
      text += fmt::format("\n## {} `{}` {}\n\n{} Source: {}.\n\n{}", loader::to_text(kind), plugin, head.version,
                          head.summary, head.source,
                          kind == PluginKind::kAlgorithm ? markdown_of(registry.algorithm(plugin))
                                                         : markdown_of(registry.environment(plugin), plugin));
    }
  }
  if (text.empty()) throw Error("no plugin is named \"" + name + "\"\n" + search_path_text());
  launch::say(stdout,
              fmt::format("# Plugin reference\n\nWhat plugins declare, written by `tutti describe --markdown{}`.\n{}",
                          name.empty() ? "" : ' ' + name, text));
}

void describe(const std::string& name) {
  loader::Registry registry = load_plugins();
  bool found = describe_if_task(registry, name);
  for (const loader::Plugin& plugin : registry.plugins()) {
    if (plugin.name != name) continue;
    if (found) launch::say(stdout, "\n");
    plugin.kind == PluginKind::kAlgorithm ? describe_algorithm(registry, plugin)
                                          : describe_environment(registry, plugin);
    found = true;
  }
  if (!found) {
    throw Error("nothing is named \"" + name + "\"; " + suite::suggestion(name, known_names(registry)) + '\n' +
                search_path_text());
  }
}

}  // namespace

void add_list(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("list", "Show the algorithms, environments and tasks that are loaded");
  auto what = std::make_shared<std::string>();
  command->add_option("WHAT", *what, "algorithms, environments or tasks; everything if left out")
      ->check(CLI::IsMember({"algorithms", "environments", "tasks"}));
  command->callback([what, &status] {
    list(*what);
    status = 0;
  });
}

void add_describe(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("describe", "Show what an algorithm, environment or task is and its parameters");
  auto name = std::make_shared<std::string>();
  auto markdown = std::make_shared<bool>(false);
  command->add_option("NAME", *name, fmt::format("such as a name that `{} list` shows", launch::program_name()));
  command->add_flag("--markdown", *markdown,
                    "write a page of Markdown about a plugin, or about all if NAME is left out");
  command->callback([name, markdown, &status] {
    if (name->empty() && !*markdown) throw CLI::RequiredError("NAME");
    *markdown ? print_reference(*name) : describe(*name);
    status = 0;
  });
}

}  // namespace tutti::cli
