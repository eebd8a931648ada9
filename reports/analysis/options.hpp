// What can be chosen about a report: the `[report]` table of a suite, and options of `tutti report`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/statistics/curve.hpp"
#include "reports/statistics/estimate.hpp"
#include "tutti/parameters.hpp"

namespace tutti::reports {

/// Which number a run is reduced to.
struct Score {
  enum class Kind { kFinal, kAbsolute, kLast, kBest };
  Kind kind = Kind::kFinal;
  std::int64_t count = 10;  // evaluations that kLast averages over
};

struct ReportOptions {
  std::string score = "final";               // final, absolute, best, last-10 (any count)
  std::string aggregate_score = "absolute";  // the same choices; last-10 where no absolute evaluation was made
  std::string normalize = "minmax";          // minmax, pinned, reference, none
  std::string reference;                     // of normalize = "reference": label of the algorithm that is 1
  std::string reference_low = "random";      // label or plugin name of the algorithm that is 0
  std::string bounds;                        // "task low high; task low high"
  std::string failed = "exclude";            // exclude, worst
  bool ragged = false;
  bool mixed = false;

  double level = 0.95;
  std::int64_t bootstrap_seed = 0;
  std::int64_t replicates = 50'000;
  std::int64_t improvement_replicates = 2'000;
  std::int64_t profile_replicates = 2'000;
  std::int64_t efficiency_replicates = 5'000;
  std::int64_t curve_replicates = 10'000;
  bool task_bootstrap = false;
  std::string interval = "student";  // student, bootstrap: of one task
  std::string profile = "runs";      // runs, averages

  std::string threshold = "baseline-peak";  // baseline-peak, fraction, value
  double fraction = 0.9;
  std::string thresholds;  // "task value; task value"
  std::int64_t hold = 1;
  bool interpolate = true;

  std::string band = "ci";         // ci, sd, sem, minmax, none
  std::string smooth = "none";     // none, centered 3, trailing 3, ema 0.6
  bool runs = false;               // draw every run's line
  std::string mark = "welch";      // welch, overlap, bootstrap, second
  std::string spread = "sd";       // sd, sd0, sem, ci
  std::string ours = "last";       // last, first
  std::string latex = "plain";     // plain, siunitx
  std::string published = "omad";  // omad, none
  bool behaviour = false;          // film strips of the best runs

  bool include_initial = false;  // marl-eval export: the evaluation at step 0
  bool elapsed_time = false;     // marl-eval export

  // Not parameters: no suite file sets them.
  std::vector<std::filesystem::path> imports;  // files and folders of other harnesses to show beside ours
  std::string unit;                            // of imports whose format says none: sum, mean-over-agents, or empty
  unsigned threads = 0;                        // 0: all cores; never changes a number

  void declare(Parameters& parameter);

  /// Throws Error on a value that contradicts itself or another.
  void check() const;

  /// The texts above, read. All throw Error where the text cannot be read.
  std::map<std::string, Bounds> task_bounds() const;
  std::map<std::string, double> task_thresholds() const;
  Smoothing smoothing() const;
  static Score parse_score(std::string_view text);
};

/// The schema of the options, for the `[report]` table of suites, the command line and `describe`.
void declare_options(ParameterSchema& schema);

/// The options stored in the first folder's plan.json, but bounds and thresholds of the tasks of all folders, with
/// `overrides` on top. A folder without a readable plan gives the defaults. Throws Error where a value does not fit.
ReportOptions resolve_options(std::span<const std::filesystem::path> folders, const ParameterValues& overrides);

}  // namespace tutti::reports
