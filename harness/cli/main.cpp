// The program behind ./tutti.
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/catalogue.hpp"
#include "cli/commands.hpp"
#include "launch/program_name.hpp"
#include "launch/say.hpp"
#include "launch/slurm.hpp"
#include "run/worker.hpp"
#include "suite/nearest.hpp"
#include "tutti/plugin.hpp"

namespace tutti::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// Commands of the launcher, listed here so that --help shows every command.
void add_launcher_command(CLI::App& app, int& status, const char* name, const char* description) {
  auto* command = app.add_subcommand(name, description);
  command->allow_extras();
  command->callback([name, &status] {
    launch::say(stderr, fmt::format("start it through the launcher at the root of the sources: ./tutti {}\n", name));
    status = kWrongUsage;
  });
}

std::string version_text() {
  return fmt::format("tutti {}\nplugins have to be built for: {}", TUTTI_VERSION, kBuildTag);
}

// Commands that people never type: a worker is started by the host for each run, a task by Slurm for each worker.
bool is_hidden(int argc, char** argv, std::string_view name) { return argc > 1 && argv[1] == name; }

/// Where one of the three standard streams was closed, the next file opened would take its number, and what the program
/// prints would end up in that file. A closed output becomes one that takes nothing, so that it is noticed.
void fill_standard_streams() {
  const auto is_closed = [](int descriptor) { return ::fcntl(descriptor, F_GETFD) < 0; };
  if (is_closed(STDIN_FILENO)) (void)::open("/dev/null", O_RDONLY);
  if (is_closed(STDOUT_FILENO)) (void)::open("/dev/null", O_RDONLY);
  if (is_closed(STDERR_FILENO)) (void)::open("/dev/null", O_WRONLY);
}

/// exit() in a plugin would end a command without a word and with the plugin's status; this program leaves by _exit().
void refuse_exit() {
  static const pid_t host = ::getpid();  // a child in which a plugin is tried ends as the plugin wants it
  std::atexit([] {
    if (::getpid() != host) return;
    constexpr std::string_view kText = "a plugin called exit(), so the command ends here\n";
    (void)!::write(STDERR_FILENO, kText.data(), kText.size());
    ::_exit(kWrongUsage);
  });
}

/// Whoever read the output has gone away, as `head` does when it has seen enough.
bool reader_is_gone() {
  pollfd reader{::fileno(launch::output()), 0, 0};
  return ::poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0;
}

/// `status`, unless the output was lost: then nobody may take it for done.
int status_with_output(int status) {
  if (std::fflush(launch::output()) == 0 && std::ferror(launch::output()) == 0) return status;
  if (reader_is_gone()) return status == 0 ? kFailed : status;
  launch::say(stderr, "standard output: cannot be written; is it closed, or its disk full?\n");
  return status == 0 ? kFailed : status;
}

/// The word that was meant as a command and is none.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  const std::string word = argv[1];
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::count(names, word) > 0) return "";
  return fmt::format("unknown command \"{}\"; {}; `{} --help` says more\n", word, suite::suggestion(word, names),
                     app.get_name());
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// A sentence about the first option that neither the command nor the program has; empty if there is none.
std::string unknown_option(const CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> names = option_names(app);
  std::string command = app.get_name();
  for (const CLI::App* parsed : app.get_subcommands()) {
    command += ' ' + parsed->get_name();
    for (const std::string& name : option_names(*parsed)) {
      if (std::ranges::count(names, name) == 0) names.push_back(name);
    }
  }
  for (const std::string& argument : arguments) {
    const std::string word = argument.substr(0, argument.find('='));
    if (word == "--") break;
    if (!word.starts_with("--") || std::ranges::count(names, word) > 0) continue;
    return fmt::format("unknown option \"{}\"; {}; `{} --help` says more\n", word, suite::suggestion(word, names),
                       command);
  }
  return "";
}

/// CLI11 would take the next word for the value of "--results=", which a shell makes of --results=$UNSET.
void refuse_empty_values(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (!argument.starts_with("--") || argument.find('=') != argument.size() - 1) continue;
    throw Error(fmt::format("{} has no value; write it after the \"=\", or leave the option out", argument));
  }
}

// The folders are those of the moment, --plugins included.
std::string footer() {
  return fmt::format(
      "Exit status: 0 done, 1 some runs failed, the report or the output was lost, 2 wrong usage or suite, "
      "or Slurm refused.\n{}.\n"
      "`{} COMMAND --help` says more about a command.",
      search_path_text(), launch::program_name());
}

int show_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = app.exit(error, out, err);
  launch::say(stdout, out.str());
  launch::say(stderr, err.str());
  return status == 0 ? 0 : kWrongUsage;
}

int main(int argc, char** argv) {
  fill_standard_streams();
  refuse_exit();
  ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk
  ::signal(SIGPIPE, SIG_IGN);  // so is output that nobody reads: it costs no report
  launch::set_program_name(argc > 0 ? argv[0] : nullptr);
  CLI::App app(
      "Benchmarks for cooperative multi-agent reinforcement learning: suites of runs, and honest reports of them",
      launch::program_name());
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  app.footer(footer);
  app.set_version_flag("--version", version_text, "Show the version, and what plugins have to be built for");
  // At once, because a command's callback looks for plugins.
  app.add_option_function<std::string>("--plugins", add_plugin_folder, "a further folder of plugins, or one library")
      ->trigger_on_parse()
      ->type_name("DIR");
  app.fallthrough();
  int status = 0;
  add_run(app, status);
  add_check(app, status);
  add_status(app, status);
  add_cancel(app, status);
  add_report(app, status);
  add_compare(app, status);
  add_watch(app, status);
  add_list(app, status);
  add_describe(app, status);
  add_verify(app, status);
  add_new(app, status);
  add_launcher_command(app, status, "test", "Build and run every test; arguments go to ctest");
  add_launcher_command(app, status, "perf", "Measure what the parts of training cost, for every loaded algorithm");
  add_launcher_command(app, status, "install", "Build, and install into a folder: --prefix FOLDER");
  add_launcher_command(app, status, "package", "Build a Debian package");
  app.add_subcommand("version", "Show the version, and what plugins have to be built for")->callback([] {
    launch::say(stdout, version_text() + "\n");
  });
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  try {
    if (is_hidden(argc, argv, "worker")) run::work(run::worker_options(arguments));
    if (is_hidden(argc, argv, "slurm-task")) return launch::run_slurm_task(arguments);
    refuse_empty_values(arguments);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::string unknown = unknown_command(app, argc, argv);
    if (unknown.empty() && error.get_exit_code() != 0) unknown = unknown_option(app, arguments);
    if (unknown.empty()) return status_with_output(show_usage(app, error));
    launch::say(stderr, unknown);
    return kWrongUsage;
  } catch (const std::exception& error) {
    launch::say(stderr, error.what());
    launch::say(stderr, "\n");
    return kWrongUsage;
  }
  return status_with_output(status);
}

}  // namespace
}  // namespace tutti::cli

// Leaves without the destructors of plugins' libraries, which stay open to the end and may be damaged: their status
// would take the place of this one.
int main(int argc, char** argv) {
  const int status = tutti::cli::main(argc, argv);
  (void)std::fflush(nullptr);
  ::_exit(status);
}
