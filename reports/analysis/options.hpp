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
#include "results/plan_record.hpp"
#include "tutti/parameters.hpp"

namespace tutti::reports {

/// Which number a run is reduced to.
struct Score {
  enum class Kind { kFinal, kAbsolute, kLast, kBest };
  Kind kind = Kind::kFinal;
  std::int64_t count = 10;  // evaluations that kLast averages over
};

/// "final", "absolute", "best" or "last-<count>".
std::string to_text(const Score& score);

/// Throws Error if `text` names no score.
Score parse_score(std::string_view text);

/// "none", "centered <odd number>", "trailing <number>" or "ema <weight>".
std::string to_text(const Smoothing& smoothing);

/// Throws Error if `text` is no smoothing.
Smoothing parse_smoothing(std::string_view text);

/// What maps the returns of a task to [0, 1].
enum class Normalization {
  kAuto,       // kReference where every task that is aggregated has a range, else kMinmax
  kReference,  // the suite's bounds, or the task's reference range
  kMinmax,     // smallest and largest return of an episode
  kPinned,     // the suite's bounds
  kNone
};

enum class FailedRuns { kExcluded, kWorst };
enum class MeanInterval { kStudent, kBootstrap };
enum class ProfileOf { kRuns, kAverages };
enum class ThresholdKind { kBaselinePeak, kFraction, kValue };
enum class Band { kInterval, kDeviation, kError, kRange, kNone };
enum class Underline { kWelch, kOverlap, kBootstrap, kSecond };
enum class SpreadKind { kDeviation, kDeviationN, kError, kInterval };
enum class LatexStyle { kPlain, kSiunitx };

struct ReportOptions {
  Score score;
  Score aggregate_score{.kind = Score::Kind::kAbsolute};  // last-10 where no absolute evaluation was made
  Normalization normalize = Normalization::kAuto;
  FailedRuns failed = FailedRuns::kExcluded;
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
  MeanInterval interval = MeanInterval::kStudent;  // of one task
  ProfileOf profile = ProfileOf::kRuns;

  ThresholdKind threshold = ThresholdKind::kBaselinePeak;
  double fraction = 0.9;
  std::int64_t hold = 1;
  bool interpolate = true;

  Band band = Band::kInterval;
  Smoothing smooth;   // of drawn curves only
  bool runs = false;  // draw every run's line
  Underline mark = Underline::kWelch;
  SpreadKind spread = SpreadKind::kDeviation;
  bool ours_first = false;  // proposed algorithms stand first in tables, not last
  LatexStyle latex = LatexStyle::kPlain;
  std::string published = "auto";  // auto, omad, none, or a file
  bool behaviour = false;          // film strips of the best runs

  bool include_initial = false;  // marl-eval export: the evaluation at step 0
  bool elapsed_time = false;     // marl-eval export

  // By task: tables of a suite, and options of the command line with several words.
  std::map<std::string, Bounds> bounds;
  std::map<std::string, double> thresholds;

  // Not parameters: no suite file sets them.
  std::vector<std::filesystem::path> imports;  // files and folders of other harnesses to show beside ours
  std::string unit;                            // of imports whose format says none: sum, mean-over-agents, or empty
  unsigned threads = 0;                        // 0: all cores; never changes a number

  void declare(Parameters& parameter);
  void check() const {}

  /// By option, what is wrong: a choice needs bounds or thresholds that are not there, or bounds are in the wrong
  /// order.
  std::map<std::string, std::string> problems_by_task() const;

  /// Throws Error with the first of them.
  void check_values_by_task() const;
};

/// The schema of the options, for the `[report]` table of suites, the command line and `describe`.
void declare_options(ParameterSchema& schema);

/// What the command line changes about the options of the folders.
struct OptionOverrides {
  ParameterValues values = {};
  std::map<std::string, Bounds> bounds = {};
  std::map<std::string, double> thresholds = {};
};

/// The options that a plan stores. Throws Error where a value does not fit.
ReportOptions planned_options(const results::PlanRecord& plan);

/// The options stored in the first folder's plan.json, with the bounds and thresholds of all folders, and `overrides`
/// on top. A folder without a readable plan gives the defaults. Throws Error where a value does not fit, or where two
/// folders give a task different bounds or thresholds.
ReportOptions resolve_options(std::span<const std::filesystem::path> folders, const OptionOverrides& overrides = {});

}  // namespace tutti::reports
