// What a suite comes down to: runs whose every value is resolved. Plain data; `run` executes one Run, `launch` many.
//
//   const suite::Plan plan = suite::read_suite(file, catalogue);                      // suite.hpp
//   for (const suite::Run& run : plan.runs) write(folder / run.folder() / "config.toml", suite::config_toml(run));
//   const suite::Run run = suite::read_config(folder / "config.toml");                // in the worker
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tutti/environment.hpp"
#include "tutti/parameters.hpp"

namespace tutti::suite {

/// A value and where it came from: "default", "preset harl", "task", "suite", "override" or "command line".
struct Resolved {
  ParameterValue value;
  std::string origin = "default";
};

/// Resolved values by name, one for every declared parameter.
using ResolvedValues = std::map<std::string, Resolved, std::less<>>;

/// The values alone, as plugins take them.
ParameterValues values_of(const ResolvedValues& resolved);

/// `[run]`: the same for every run of a suite, except `copies`, `device`, and the budget of a task that has its own.
struct RunSettings {
  std::int64_t environment_steps = 0;     // budget, all copies together
  std::int64_t copies = 1;                // environment copies stepped in turn
  std::int64_t training_interval = 1000;  // environment steps between rows of training.csv
  std::int64_t checkpoint_interval = 0;   // environment steps; 0: about every two minutes
  double stall_timeout = 600;             // seconds without progress after which a run counts as hanging; 0: never
  std::string device = "cpu";             // or "cuda", "cuda:N", "auto"; a plan's run has settled "auto"
  void declare(Parameters& parameter);
  void check() const {}
};

/// `[evaluation]`: the same for every run of a suite, except what a task has of its own.
struct EvaluationSettings {
  std::int64_t interval = 0;           // environment steps
  std::int64_t episodes = 32;          // of one evaluation
  std::string mode = "deterministic";  // or "sampled"
  std::string seeds = "fresh";         // or "fixed": the same initial states at every evaluation
  bool absolute = true;                // evaluate the best policy again over ten times the episodes, at the end
  void declare(Parameters& parameter);
  void check() const {}
};

/// `[slurm]`: options of `--launcher slurm`. Empty or zero: leave it to the cluster.
struct SlurmSettings {
  std::string partition;
  std::string time_limit;     // "HH:MM:SS" or "D-HH:MM:SS"
  std::string memory;         // for each run, "4G"
  std::int64_t throttle = 0;  // runs at once; 0: no limit
  std::int64_t gpus = 0;      // for each run
  std::string extra;          // more options of sbatch, separated by spaces
  void declare(Parameters& parameter);
  void check() const {}

  /// By key, what was expected of a value that cannot stand in a script.
  std::map<std::string, std::string> problems() const;
};

/// One (task, algorithm, seed).
struct Run {
  std::string suite;  // name of the suite

  std::string task;         // label; may contain one slash
  std::string task_name;    // "mpe/coop-nav-n3": what presets match and AlgorithmContext::task gets
  std::string environment;  // name of the environment plugin
  ResolvedValues task_values;

  std::string algorithm;       // label
  std::string algorithm_name;  // name of the algorithm plugin
  bool proposed = false;       // the method that the suite is about
  ResolvedValues algorithm_values;

  std::uint64_t seed = 0;
  ResolvedValues run_values;
  ResolvedValues evaluation_values;

  RunSettings run_settings() const;
  EvaluationSettings evaluation_settings() const;

  /// Folder below the suite's: "<task>/<algorithm>/seed-<k>".
  std::filesystem::path folder() const;
};

/// What a task may have of its own instead of the suite's.
struct Budget {
  std::int64_t environment_steps = 0;
  std::int64_t evaluation_interval = 0;  // environment steps
  std::int64_t evaluation_episodes = 0;
  bool operator==(const Budget&) const = default;
};

/// A column or row of the report, in the suite's order.
struct TaskEntry {
  std::string label;
  std::string environment;
  std::optional<ReferenceRange> reference = {};
  std::string title = {};  // as reports show it; empty: the label
  Budget budget = {};      // of each of its runs
};
struct AlgorithmEntry {
  std::string label;
  std::string name;
  bool proposed = false;
  std::string title = {};
};

/// `[report]`, kept for the report: options by name and figures by task label.
struct ReportSettings {
  ParameterValues options;                                  // only those that the suite sets
  std::map<std::string, std::pair<double, double>> bounds;  // lo, hi
  std::map<std::string, double> thresholds;
};

struct Plan {
  std::string name;            // of the suite
  std::filesystem::path file;  // the suite file
  std::string text;            // its content
  std::string digest;          // SHA-256 of its content
  std::vector<std::uint64_t> seeds;
  std::vector<TaskEntry> tasks;
  std::vector<AlgorithmEntry> algorithms;
  RunSettings run;                // the suite's; `copies` and `device` are each run's own, the budget each task's
  EvaluationSettings evaluation;  // the suite's; interval and episodes are each task's own
  ReportSettings report;
  SlurmSettings slurm;
  std::vector<Run> runs;  // seed by seed, so that an early stop leaves comparable results; tasks, algorithms within
};

/// Every value with its origin as a comment; read_config() gives the same Run back.
std::string config_toml(const Run& run);

/// Reads what config_toml() wrote. Throws Error naming file, line and column.
Run read_config(const std::filesystem::path& file);

/// The same of its text; errors name `name`.
Run parse_config(const std::string& text, const std::filesystem::path& name);

/// What differs between two configurations of the same run, one line each ("algorithm.discount: 0.99, was 0.95");
/// origins do not count. Empty: the same results.
std::vector<std::string> differences(const Run& now, const Run& before);

}  // namespace tutti::suite
