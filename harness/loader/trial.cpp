#include "loader/trial.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "loader/child.hpp"
#include "loader/plugin_library.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

// Lines that the child writes: what it is about to do, and why it is refused.
constexpr char kStage = '>';
constexpr char kRefused = '!';

/// Calls the plugin; that it throws is no reason to refuse it.
template <class Call>
void attempt(int pipe, const std::string& stage, const Call& call) {
  write_line(pipe, kStage + stage);
  try {
    call();
  } catch (...) {
    // The host calls it again, and says where it was.
  }
}

ParameterValues defaults_of(const ParameterSchema& schema) {
  ParameterValues values;
  for (const ParameterSpec& spec : schema) values.emplace(spec.name, spec.default_value);
  return values;
}

void call_environment(int pipe, const EnvironmentPlugin& table, const Plugin& plugin) {
  ParameterSchema schema;
  std::vector<TaskSpec> tasks;
  attempt(pipe, "while it declared its parameters", [&] { table.declare(schema); });
  attempt(pipe, "while it listed its tasks", [&] { table.tasks(tasks); });
  attempt(pipe, "while it listed its libraries", [&] {
    std::vector<LibraryVersion> libraries;
    table.libraries(libraries);
  });
  for (const TaskSpec& task : tasks) {
    attempt(pipe, "while it made the task \"" + task.name + "\"", [&] {
      ParameterValues values = task.values;
      values.merge(defaults_of(schema));
      const auto environment = table.create({values, plugin.file.parent_path()});
      if (environment) (void)environment->spec().agents.size();
    });
  }
}

void call_algorithm(int pipe, const AlgorithmPlugin& table) {
  ParameterSchema schema;
  attempt(pipe, "while it declared its parameters", [&] { table.declare(schema); });
  attempt(pipe, "while it listed its presets", [&] {
    std::vector<Preset> presets;
    table.presets(presets);
  });
  attempt(pipe, "while it listed its libraries", [&] {
    std::vector<LibraryVersion> libraries;
    table.libraries(libraries);
  });
  const ParameterValues values = defaults_of(schema);
  attempt(pipe, "while it checked its default values", [&] { table.check(values); });
  EnvironmentSpec spec;
  spec.agents = {{"first", 4, 2}, {"second", 4, 2}};
  spec.state_size = 8;
  spec.episode_limit = 25;
  attempt(pipe, "while it said what it needs",
          [&] { (void)table.resources({.environment = spec, .task = "trial/trial", .values = values, .folder = {}}); });
}

void try_in_child(const Plugin& plugin, int pipe) {
  try {
    boost::dll::shared_library library;
    write_line(pipe, kStage + std::string("while it was opened"));
    if (plugin.kind == PluginKind::kEnvironment) {
      call_environment(pipe, environment_table(library, plugin), plugin);
    } else {
      call_algorithm(pipe, algorithm_table(library, plugin));
    }
    write_line(pipe, kStage + std::string("while it was closed"));
    library.unload();
  } catch (const std::exception& error) {
    write_line(pipe, kRefused + std::string(error.what()));
  } catch (...) {
    write_line(pipe, kRefused + plugin.file.string() + ": throws something unknown while it is tried");
  }
}

struct Report {
  std::string stage = "before it was opened";
  std::string refusal;
};

Report report_from(std::string_view text) {
  Report report;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(kStage)) report.stage = line.substr(1);
    if (line.starts_with(kRefused)) report.refusal = line.substr(1);
    text.remove_prefix(end + 1);
  }
  return report;
}

// Lines in which a child writes Devices: a letter for the member, then its value.
constexpr char kBuilt = 'b', kProblem = 'p', kDevice = 'd', kLibrary = 'l';

void write_devices(const Devices& devices, int pipe) {
  if (devices.built_with_cuda) write_line(pipe, std::string(1, kBuilt));
  if (!devices.problem.empty()) write_line(pipe, kProblem + devices.problem);
  for (const CudaDevice& device : devices.cuda) {
    write_line(pipe, kDevice + std::to_string(device.memory_bytes) + ' ' + device.name);
  }
  for (const LibraryVersion& library : devices.libraries) {
    write_line(pipe, kLibrary + library.name + '\t' + library.version);
  }
}

Devices devices_from(const std::string& text) {
  Devices devices;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const char member = line.empty() ? ' ' : line.front();
    const std::string value = line.empty() ? "" : line.substr(1);
    if (member == kBuilt) devices.built_with_cuda = true;
    if (member == kProblem) devices.problem = value;
    if (member == kDevice) {
      std::istringstream words(value);
      CudaDevice device;
      words >> device.memory_bytes >> std::ws;
      std::getline(words, device.name);
      devices.cuda.push_back(std::move(device));
    }
    const std::size_t tab = std::min(value.find('\t'), value.size());
    if (member == kLibrary)
      devices.libraries.push_back({value.substr(0, tab), value.substr(std::min(tab + 1, value.size()))});
  }
  return devices;
}

}  // namespace

Devices devices_in_child(const Plugin& plugin, const AlgorithmPlugin& table) {
  const ChildReport child = call_in_child(
      [&](int pipe) {
        Devices devices;
        table.devices(devices);
        write_devices(devices, pipe);
      },
      kTrialTime);
  if (child.done) return devices_from(child.text);
  throw Error(plugin.file.string() + ": algorithm \"" + plugin.name + "\" was asked for its devices in a process " +
              "that " + child.how(kTrialTime) + "; expected a list of them: build it again, or use \"cpu\"");
}

void try_call(const std::string& what, const std::function<void()>& call) {
  const ChildReport child = call_in_child(
      [&](int) {
        try {
          call();
        } catch (...) {
          // The host calls it again, and reports it.
        }
      },
      kTrialTime);
  if (!child.done) {
    throw Error(what + " " + child.how(kTrialTime) + " in a trial in a process of its own; give it other values, or " +
                "mend and build it again");
  }
}

std::optional<std::string> try_plugin(const Plugin& plugin, std::chrono::milliseconds most) {
  ChildReport child;
  try {
    child = call_in_child([&](int pipe) { try_in_child(plugin, pipe); }, most);
  } catch (const Error& error) {
    return plugin.file.string() + ": cannot be tried: " + error.what();
  }
  const Report report = report_from(child.text);
  if (!report.refusal.empty()) return report.refusal;
  if (child.done) return std::nullopt;
  return plugin.file.string() + ": cannot be used as " + std::string(to_text(plugin.kind)) + " \"" + plugin.name +
         "\": a trial in a process of its own " + child.how(most) + " " + report.stage +
         "; build it again, or take it off the path";
}

}  // namespace tutti::loader
