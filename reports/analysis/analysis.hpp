// Everything that a report shows, as plain numbers: computed once, then rendered as tables, figures, a page and JSON.
//
// A missing number is NaN. Indices into `tasks` and `algorithms` are used throughout; a matrix [task][algorithm] has
// a cell for every pair, empty (n = 0) where nothing was measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reports/analysis/options.hpp"
#include "reports/analysis/training_clock.hpp"
#include "reports/data/dataset.hpp"
#include "reports/statistics/efficiency.hpp"
#include "reports/statistics/estimate.hpp"
#include "reports/statistics/profile.hpp"
#include "reports/statistics/rounding.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {

template <class T>
using Matrix = std::vector<std::vector<T>>;  // [task][algorithm] unless said otherwise

// ---- what was run ----

/// One property whose value is not the same in all runs.
struct Difference {
  struct Value {
    std::string value;
    std::int64_t runs = 0;
    std::vector<std::string> examples;  // up to five runs
  };
  std::string property;  // "code.revision", "libraries.MuJoCo"
  bool refused = true;   // aggregation needs --mixed
  std::vector<Value> values;
};

struct FailedRun {
  std::string task, algorithm;
  std::int64_t seed = 0;
  std::int64_t environment_steps = 0;  // reached
  results::Failure failure;
};

/// A planned run that neither finished nor failed.
struct MissingRun {
  std::string task, algorithm;
  std::int64_t seed = 0;
  RunState state = RunState::kWaiting;
};

struct Fact {
  std::string name;
  std::string value;  // several distinct values are joined with "; "
};

// ---- scores ----

/// One score over the runs of one algorithm on one task.
struct Cell : Summary {
  std::vector<std::int64_t> seeds;  // of the runs below
  std::vector<double> runs;         // one score for each run
  std::int64_t failed = 0;          // runs that failed, also where they count as worst
  std::int64_t missing = 0;         // planned runs without a score that did not fail
  std::int64_t without_update = 0;  // runs that never learned; such a cell is never best
  double spread = kMissing;         // by options.spread; "ci" is half the interval's width
  bool best = false;                // bold
  bool underlined = false;          // by options.mark
  double p = kMissing;              // Welch against the best cell of the row
  double p_holm = kMissing;         // after Holm's correction
  bool untested = false;            // too few runs for the rule of options.mark
};

struct ScoreTable {
  std::string score;       // "final"
  std::string definition;  // one sentence
  Matrix<Cell> cells;
  std::vector<RowDigits> digits;                    // for each task
  std::vector<Estimate> iqm;                        // footer, for each algorithm; empty where aggregates are refused
  std::vector<std::vector<std::int64_t>> left_out;  // seeds that have no part in it
  std::vector<double> mean_rank;  // among the algorithms that have a score on every task; missing of the others
  std::vector<std::int64_t> best_count;
};

// ---- aggregates across tasks ----

struct Aggregate {
  std::int64_t n = 0;     // runs per task; of ragged aggregates the smallest
  std::int64_t most = 0;  // of ragged aggregates the largest
  std::vector<std::int64_t> seeds;
  std::vector<std::int64_t> left_out;  // seeds without the score on some of the tasks
  Estimate median, iqm, mean, gap;
  double mean_rank = kMissing;
  std::int64_t best_count = 0;
};

/// The chance that a random run of x beats a random run of y on a random task.
struct Improvement {
  std::size_t x = 0, y = 0;  // algorithms
  Estimate probability;
  std::vector<double> per_task;  // for each of Aggregates::tasks
  bool marked = false;           // the interval excludes 0.5
  bool meaningful = false;       // and its upper limit exceeds 0.75
  double p_value = kMissing;     // of the permutation test; missing where there is no interval
};

struct Aggregates {
  bool available = false;
  std::string reason;  // why not
  std::string score;
  std::string definition;
  std::vector<std::size_t> tasks;  // over which it was aggregated
  std::vector<Aggregate> algorithms;
  std::vector<double> thresholds;         // of the profiles
  std::vector<Profile> profiles;          // for each algorithm
  std::vector<Improvement> improvements;  // every ordered pair; proposed against baselines first, then descending
};

// ---- curves ----

/// Mean over runs at each x, with the band of options.band.
struct Curve {
  std::vector<double> x;  // environment steps, seconds, or a fraction
  std::vector<double> mean;
  std::vector<double> low, high;  // empty: no band
  std::vector<std::int64_t> seeds;
  Matrix<double> runs;    // [run][x]
  std::int64_t n = 0;     // of ragged aggregates the runs of the task with the fewest
  std::int64_t most = 0;  // of ragged aggregates the runs of the task with the most
};

struct Curves {
  std::string caption;                      // "mean over runs"
  std::string band;                         // what is shaded, where it is: "95 % interval (Student t)"
  std::string smoothing;                    // of each run; empty: none
  Matrix<Curve> steps;                      // x in environment steps, raw return
  Matrix<Curve> wall_clock;                 // x in training seconds
  std::vector<Curve> aggregate;             // for each algorithm; mean holds the normalised IQM; empty if refused
  bool by_share = false;                    // x of `aggregate` is the share of each task's budget: they differ
  std::vector<Curve> aggregate_wall_clock;  // x as a fraction of the task's largest training time
};

// ---- sample efficiency ----

struct EfficiencyCell {
  std::int64_t n = 0;
  std::int64_t reached = 0;                       // runs that reached the threshold
  double median_steps = kMissing;                 // infinity: more than half are censored
  double restricted_mean = kMissing;              // mean of min(steps, horizon)
  double curve_steps = kMissing;                  // of the mean curve; infinity: censored
  SpeedUp speed_up;                               // at options.threshold, or the best baseline's peak
  SpeedUp speed_up_half, speed_up_most;           // both sides by first crossing at 50 and 90 % of the way
  double auc_mean = kMissing, auc_sd = kMissing;  // average return during training
  std::optional<Interval> auc_interval;           // bootstrap
  double normalized_auc = kMissing;
};

struct EfficiencyRow {
  double threshold = kMissing;
  std::optional<std::size_t> baseline;  // the best one
  double baseline_steps = kMissing;     // where its mean curve peaks
  double horizon = kMissing;            // last step of the shortest curve
  std::vector<EfficiencyCell> cells;    // for each algorithm
};

struct SampleEfficiency {
  std::vector<EfficiencyRow> rows;                                  // for each task
  std::vector<SpeedUpSummary> summary, summary_half, summary_most;  // for each algorithm
};

struct Milestones {
  std::vector<int> percent{10, 25, 50, 100};
  std::vector<Matrix<Spread>> cells;       // [milestone][task][algorithm], return
  std::vector<std::vector<double>> steps;  // [milestone][task] the evaluation used
  bool of_shared_steps = false;            // some run ends early: percents are of the steps that all runs have
};

struct CoverageCell {
  Spread visited, coverage, entropy, outside;
};

struct Coverage {
  bool available = false;
  std::vector<int> percent{25, 50, 100};
  std::vector<double> bins;                 // for each task; NaN where not declared
  std::vector<Matrix<CoverageCell>> cells;  // [percent][task][algorithm]
  std::vector<std::vector<double>> shares;  // [percent][task] of the budget, in environment steps
  std::vector<std::vector<double>> steps;   // [percent][task] the rows used: the last that all runs have; NaN: none
  Matrix<Curve> visited;                    // bins visited against environment steps
};

// ---- resources ----

struct RuntimeCell {
  std::int64_t n = 0;
  double environment_steps = kMissing, updates = kMissing;
  double train_seconds = kMissing;  // means over runs; wall-clock time
  double train_cpu_seconds = kMissing;
  double environment_seconds = kMissing, act_seconds = kMissing, update_seconds = kMissing;
  double evaluate_seconds = kMissing, checkpoint_seconds = kMissing, cpu_seconds = kMissing;
  double steps_per_second = kMissing;
  double peak_memory_bytes = kMissing;  // largest
  std::int64_t segments = 0;            // most; more than 1 means resumed
};

struct Runtime {
  Matrix<RuntimeCell> cells;
  double total_cpu_seconds = 0;
  std::int64_t most_jobs = 0;  // runs at once on one machine
  std::string machine;         // whose processors and devices, and how many runs at once, for captions
  TrainingClock clock = TrainingClock::kWall;
};

// ---- published figures ----

struct PublishedFigure {
  std::size_t task = 0;
  std::string algorithm;
  std::string mean_text, spread_text;  // as published, digit by digit
  std::string note;
  double mean = kMissing, spread = kMissing;  // the same as numbers
};

struct MeasuredCoverage {
  std::size_t algorithm = 0;
  Spread fraction;
};

/// Share of the bins that the first `step` environment steps visited.
struct PublishedCoverage {
  std::size_t task = 0;
  std::string algorithm;
  double fraction = kMissing;
  std::int64_t bins = 0;  // that share as a number of bins
  std::int64_t step = 0;
  std::string note;
  std::vector<MeasuredCoverage> measured;  // by every measured algorithm that the figure is about
};

struct Published {
  std::string title, source;
  std::vector<std::string> algorithms;   // columns, in order
  std::vector<PublishedFigure> figures;  // of the report's tasks only
  std::vector<PublishedCoverage> coverage;
  std::vector<std::string> caveats;
  std::int64_t environment_steps = 0;  // the largest budget behind them; 0: not said
};

struct Analysis {
  std::string suite;
  std::vector<std::string> suite_digests;
  std::string version;  // of the harness that makes the report
  std::vector<TaskInfo> tasks;
  std::vector<AlgorithmInfo> algorithms;  // in suite order; render with proposed ones last or first
  std::vector<std::int64_t> seeds;
  Protocol protocol;                                   // of the first task; those of others may differ in budget
  Normalization normalization = Normalization::kNone;  // never kAuto
  std::vector<Fact> code, libraries, machine, numerics;
  std::vector<Difference> differences;  // refused ones first
  std::vector<Damage> damage;
  std::vector<FailedRun> failures;
  std::vector<MissingRun> missing;
  std::vector<std::string> warnings;         // sentences, in order of weight
  bool budgets_differ_within_tasks = false;  // a warning says where
  bool units_differ_within_tasks = false;    // the same

  ScoreTable main;
  Aggregates aggregates;
  Curves curves;
  SampleEfficiency efficiency;
  Milestones milestones;
  Coverage coverage;
  Runtime runtime;
  std::optional<Published> published;

  std::shared_ptr<const Dataset> data;  // for the exports; without it there are none
};

/// Reads the suites' result folders and computes every number. Damaged files are named in the result and left out.
/// Throws Error when there is nothing to report, and when runs differ in code, libraries, task facts or protocol and
/// `options.mixed` is not set; the message then lists the differences.
Analysis analyse(std::span<const std::filesystem::path> folders, const ReportOptions& options);

// ---- the same suite under two builds ----

struct ComparisonRow {
  std::string task, algorithm;
  Cell a, b;
  Estimate difference;  // mean of b minus mean of a; Welch interval
  double p = kMissing, p_holm = kMissing;
};

struct Comparison {
  std::string score;
  double level = 0.95;  // of the intervals
  std::vector<ComparisonRow> rows;
  std::vector<Difference> differences;  // within or between the folders; their examples are "A", "B" or both
  std::vector<Damage> damage;
  std::vector<std::string> warnings;
};

/// Compares two folders of the same suite pair by pair. Differences in code, libraries and configuration are what it
/// is for, and listed. Throws Error when the folders share no pair, and when protocol or task facts differ and
/// `options.mixed` is not set.
Comparison compare(const std::filesystem::path& a, const std::filesystem::path& b, const ReportOptions& options);

}  // namespace tutti::reports
