#include "loader/trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "loader/plugin_library.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

using Clock = std::chrono::steady_clock;

// Lines that the child writes: what it is about to do, and its verdict.
constexpr char kStage = '>';
constexpr std::string_view kPassed = "=passed";
constexpr char kRefused = '!';
constexpr std::size_t kMostText = 1 << 16;  // a child that writes more is not ours any more

void write_line(int pipe, std::string line) {
  std::ranges::replace(line, '\n', ' ');
  line += '\n';
  (void)!::write(pipe, line.data(), line.size());
}

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

/// Nothing of the host's: its handlers would write stack traces, and what the plugin prints is nobody's.
void become_child() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGTERM, SIGINT, SIGALRM})
    ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
}

[[noreturn]] void be_child(const Plugin& plugin, int pipe) {
  become_child();
  std::string verdict(kPassed);
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
    verdict = kRefused + std::string(error.what());
  } catch (...) {
    verdict = kRefused + plugin.file.string() + ": throws something unknown when it is opened; build it again";
  }
  write_line(pipe, verdict);
  ::_exit(0);
}

/// What the child wrote until it ended, or until its time was over; whether it ended.
bool read_until(Clock::time_point deadline, int pipe, std::string& text) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || text.size() > kMostText) return false;
    pollfd waiting{pipe, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 1000)));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    char block[4096];
    const ssize_t count = ::read(pipe, block, sizeof block);
    if (count == 0) return true;
    if (count > 0) text.append(block, static_cast<std::size_t>(count));
    // Something that the plugin started may keep the pipe open.
    if (text.ends_with("\n" + std::string(kPassed) + "\n")) return true;
  }
}

struct Report {
  std::string stage = "before it was opened";
  std::string refusal;
  bool passed = false;
};

Report report_from(std::string_view text) {
  Report report;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(kStage)) report.stage = line.substr(1);
    if (line.starts_with(kRefused)) report.refusal = line.substr(1);
    if (line == kPassed) report.passed = true;
    text.remove_prefix(end + 1);
  }
  return report;
}

std::string ending_text(int status) {
  if (WIFEXITED(status)) return "ended the process with exit status " + std::to_string(WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return std::string("crashed with SIG") + (name == nullptr ? "?" : name);
}

}  // namespace

std::optional<std::string> try_plugin(const Plugin& plugin, std::chrono::milliseconds most) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return plugin.file.string() + ": cannot be tried: " + std::strerror(errno);
  std::fflush(nullptr);  // what is in a buffer would be written twice
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_child(plugin, ends[1]);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return plugin.file.string() + ": cannot be tried: " + std::strerror(errno);
  }
  std::string text;
  const bool ended = read_until(Clock::now() + most, ends[0], text);
  if (!ended) ::kill(child, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const Report report = report_from(text);
  if (!report.refusal.empty()) return report.refusal;
  if (report.passed && WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  const std::string how =
      ended ? ending_text(status) : "gave no answer for " + std::to_string(most.count() / 1000) + " s";
  return plugin.file.string() + ": cannot be used as " + std::string(to_text(plugin.kind)) + " \"" + plugin.name +
         "\": a trial in a process of its own " + how + " " + report.stage +
         "; build it again, or take it off the path";
}

}  // namespace tutti::loader
