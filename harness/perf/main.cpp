// The program behind ./tutti perf: what the parts of a training loop cost for every loaded algorithm on one task,
// beside what this processor can reach. All times are processor time of one core, and so are the ceilings: ratios hold
// on a loaded machine, milliseconds on an idle one.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/catalogue.hpp"
#include "cli/text_table.hpp"
#include "launch/program_name.hpp"
#include "launch/say.hpp"
#include "loader/child.hpp"
#include "perf/clock.hpp"
#include "perf/measurements.hpp"
#include "process/temporary_folder.hpp"
#include "run/machine.hpp"
#include "run/preparation.hpp"
#include "suite/suite.hpp"
#include "tutti/error.hpp"

namespace tutti::perf {
namespace {

struct Options {
  std::string task = "mpe/coop-nav-n3";
  std::vector<std::string> algorithms;  // empty: all that are loaded
  std::vector<std::string> settings;
  double seconds = 2;
  std::string json, compare;
};

/// Everything that was measured: figures by subject, "mpe/coop-nav-n3" or the name of an algorithm.
using Results = std::map<std::string, Figures>;

/// One run for each algorithm, with its default values and ten copies.
suite::Plan plan_of(const Options& options, loader::Registry& registry, const std::filesystem::path& folder) {
  std::string text = fmt::format(
      "name = \"perf\"\nseeds = [1]\n[run]\nenvironment_steps = 1_000_000\ncopies = 10\n[evaluation]\ninterval = "
      "100_000\n[[task]]\nname = \"{}\"\n",
      options.task);
  const std::vector<std::string> names =
      options.algorithms.empty() ? registry.names(PluginKind::kAlgorithm) : options.algorithms;
  for (const std::string& name : names) text += fmt::format("[[algorithm]]\nname = \"{}\"\n", name);
  const std::filesystem::path file = folder / "perf.toml";
  std::ofstream(file) << text;
  return suite::read_suite(file, cli::catalogue_of(registry),
                           {.seeds = {}, .environment_steps = {}, .settings = options.settings});
}

std::string number(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.3g}", value);
}

/// One row for each subject that has one of the figures.
std::string table_of(const std::string& title, const Results& results, const std::vector<std::string>& figures) {
  std::vector<std::vector<std::string>> rows = {{title}};
  rows.front().insert(rows.front().end(), figures.begin(), figures.end());
  for (const auto& [subject, found] : results) {
    std::vector<std::string> row = {subject};
    bool any = false;
    for (const std::string& figure : figures) {
      const auto value = found.find(figure);
      row.push_back(value == found.end() ? "-" : number(value->second));
      any = any || value != found.end();
    }
    if (any) rows.push_back(row);
  }
  return rows.size() > 1 ? cli::text_table(rows) + '\n' : "";
}

void print(const Results& results) {
  launch::say(stdout, table_of("process", results, {"open plugins s", "copy GB/s"}));
  launch::say(stdout, table_of("task", results, {"step us", "step and look us"}));
  launch::say(stdout, table_of("algorithm", results,
                               {"act us", "observe us", "update ms", "floor ms", "update / floor", "GFLOP", "GFLOP/s",
                                "checkpoint ms", "checkpoint MB"}));
  launch::say(stdout,
              "open plugins: with the libraries that they bring; every run opens two of them.\n"
              "floor: the float32 matrix products of one update alone, each shape at its best in the same process.\n"
              "act, observe: ten copies together. Values are each algorithm's defaults; --set changes them.\n");
}

Results read_results(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(file.string() + ": cannot be read");
  try {
    return nlohmann::json::parse(in).at("figures").get<Results>();
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: not what --json writes: {}", file.string(), error.what()));
  }
}

void write_results(const std::filesystem::path& file, const Options& options, const Results& results) {
  const results::MachineRecord machine = run::this_machine(1);
  const nlohmann::json document = {{"task", options.task},
                                   {"processor", machine.processor},
                                   {"instruction_set", machine.instruction_set},
                                   {"time", run::utc_now()},
                                   {"figures", results}};
  std::ofstream out(file);
  out << document.dump(2) << '\n';
  out.close();
  if (!out) throw Error(file.string() + ": cannot be written");
}

/// New over old for every figure that both have.
void print_comparison(const Results& now, const Results& before) {
  std::vector<std::vector<std::string>> rows = {{"subject", "figure", "before", "now", "now / before"}};
  for (const auto& [subject, figures] : now) {
    const auto old = before.find(subject);
    if (old == before.end()) continue;
    for (const auto& [figure, value] : figures) {
      const auto earlier = old->second.find(figure);
      if (earlier == old->second.end() || earlier->second == 0) continue;
      rows.push_back(
          {subject, figure, number(earlier->second), number(value), fmt::format("{:.2f}", value / earlier->second)});
    }
  }
  launch::say(stdout, '\n' + cli::text_table(rows));
}

// The child's lines: a figure, or the error that ended it.
constexpr char kFigure = '=';
constexpr char kProblem = '!';

/// Measures in a process of its own: a plugin that fails, or changes what a library keeps for the whole process, costs
/// the others nothing. Throws Error.
Figures measure_in_child(loader::Registry& registry, const suite::Run& run, const std::filesystem::path& folder,
                         double seconds) {
  const auto write_figures = [&](int pipe) {
    try {
      for (const auto& [name, value] : measure_algorithm(registry, run, folder, seconds))
        loader::write_line(pipe, fmt::format("{}{} {}", kFigure, value, name));
    } catch (const std::exception& error) {
      loader::write_line(pipe, kProblem + std::string(error.what()));
    } catch (...) {
      loader::write_line(pipe, kProblem + std::string("throws something unknown"));
    }
  };
  const auto most = std::chrono::minutes(10) + std::chrono::seconds(static_cast<std::int64_t>(10 * seconds));
  const loader::ChildReport child = loader::call_in_child(write_figures, most);
  Figures figures;
  std::istringstream lines(child.text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kProblem)) throw Error(line.substr(1));
    char* name = nullptr;
    const double value = std::strtod(line.c_str() + 1, &name);
    if (line.starts_with(kFigure) && *name == ' ') figures[name + 1] = value;
  }
  if (!child.done) throw Error(child.how(most));
  return figures;
}

/// False if an algorithm could not be measured; the figures of the others are printed and kept.
bool measure(const Options& options) {
  std::optional<Results> before;  // read first: a wrong name is found at once
  if (!options.compare.empty()) before = read_results(options.compare);
  const TemporaryFolder folder("tutti-perf");
  loader::Registry registry = cli::load_plugins();
  const double start = processor_seconds();
  const suite::Plan plan = plan_of(options, registry, folder.path());
  Results results;
  std::vector<std::string> problems;
  results["process"] = {{"open plugins s", processor_seconds() - start}};
  results["process"].merge(ceilings());
  results[options.task] = measure_environment(registry, plan.runs.front(), options.seconds / 4);
  for (const suite::Run& run : plan.runs) {
    launch::say(stderr, run.algorithm_name + '\n');
    const std::filesystem::path of_run = folder.path() / run.algorithm_name;
    std::filesystem::create_directory(of_run);
    try {
      results[run.algorithm_name] = measure_in_child(registry, run, of_run, options.seconds);
    } catch (const std::exception& error) {
      problems.push_back(fmt::format("{}: {}\n", run.algorithm_name, error.what()));
    }
    std::filesystem::remove_all(of_run);
  }
  print(results);
  if (!options.json.empty()) write_results(options.json, options, results);
  if (before) print_comparison(results, *before);
  for (const std::string& problem : problems) launch::say(stderr, problem);
  return problems.empty();
}

int main(int argc, char** argv) {
  run::prepare_to_compute();
  Options options;
  const bool launched = std::getenv("TUTTI_STARTED_AS") != nullptr;
  launch::set_program_name(argc > 0 ? argv[0] : nullptr);
  CLI::App app("What the parts of a training loop cost, for every loaded algorithm on one task",
               launch::program_name() + (launched ? " perf" : ""));
  app.add_option("--task", options.task, "Named task")->capture_default_str();
  app.add_option("--algorithm", options.algorithms, "These algorithms; otherwise all that are loaded")->delimiter(',');
  app.add_option("--set", options.settings, "A value, as suites take it: hasac.batch_size=1000");
  app.add_option("--seconds", options.seconds, "Processor time for each algorithm")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--json", options.json, "Writes the figures to this file");
  app.add_option("--compare", options.compare, "A file of --json: prints ratios to it");
  try {
    app.parse(argc, argv);
    return measure(options) ? 0 : 1;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    launch::say(stderr, fmt::format("{}\n", error.what()));
    return 2;
  }
}

}  // namespace
}  // namespace tutti::perf

// Leaves without the destructors of plugins' libraries.
int main(int argc, char** argv) {
  const int status = tutti::perf::main(argc, argv);
  (void)std::fflush(nullptr);
  ::_exit(status);
}
