// The program behind ./tutti.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.hpp"
#include "launch/say.hpp"
#include "launch/slurm.hpp"
#include "run/worker.hpp"
#include "tutti/plugin.hpp"

namespace tutti::cli {
namespace {

constexpr int kWrongUsage = 2;

// Commands of the launcher, listed here so that --help shows every command.
void add_launcher_command(CLI::App& app, int& status, const char* name, const char* description) {
  auto* command = app.add_subcommand(name, description);
  command->allow_extras();
  command->callback([name, &status] {
    fmt::print(stderr, "start it through the launcher at the root of the sources: ./tutti {}\n", name);
    status = kWrongUsage;
  });
}

void print_version() { fmt::print("tutti {}\nplugins have to be built for: {}\n", TUTTI_VERSION, kBuildTag); }

// Commands that people never type: a worker is started by the host for each run, a task by Slurm for each worker.
bool is_hidden(int argc, char** argv, std::string_view name) { return argc > 1 && argv[1] == name; }

int main(int argc, char** argv) {
  CLI::App app(
      "Benchmarks for cooperative multi-agent reinforcement learning: suites of runs, and honest reports of them",
      "tutti");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  app.footer(
      "Exit status: 0 done, 1 some runs failed, 2 wrong usage or suite.\n`tutti COMMAND --help` says more about a "
      "command.");
  int status = 0;
  add_run(app, status);
  add_check(app, status);
  add_status(app, status);
  add_cancel(app, status);
  add_report(app, status);
  add_compare(app, status);
  add_list(app, status);
  add_describe(app, status);
  add_launcher_command(app, status, "test", "Build and run every test; arguments go to ctest");
  add_launcher_command(app, status, "perf", "Build and run the benchmarks; arguments go to Google Benchmark");
  app.add_subcommand("version", "Show the version, and what plugins have to be built for")->callback(print_version);
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (is_hidden(argc, argv, "worker")) run::work(run::worker_options(arguments));
    if (is_hidden(argc, argv, "slurm-task")) return launch::run_slurm_task(arguments);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  } catch (const std::exception& error) {
    launch::say(stderr, error.what());
    launch::say(stderr, "\n");
    return kWrongUsage;
  }
  return status;
}

}  // namespace
}  // namespace tutti::cli

int main(int argc, char** argv) { return tutti::cli::main(argc, argv); }
