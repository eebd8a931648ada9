// From runs to scores, and from scores to [0, 1].
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/options.hpp"
#include "reports/data/dataset.hpp"
#include "reports/statistics/strata.hpp"

namespace tutti::reports {

/// One number for a run. NaN if the run does not have it.
double score_of(const Run& run, const Score& score);

/// How many of its evaluations a run's last-`count` averages, as a share of all but that of the untrained policy.
double share_of_last(const Run& run, std::int64_t count);

/// How many times as large the largest of such shares may be where scores count as alike: a run may have an evaluation
/// more or less than others.
inline constexpr double kAlikeShares = 1.1;

/// What the score is, in one sentence, of each of `runs`; none: of any run.
std::string definition_of(const Score& score, const std::vector<const Run*>& runs = {});

/// Mean return of every evaluation. A failed run that counts as worst stays flat from its failure to its last planned
/// evaluation.
std::vector<double> curve_of(const Run& run);

/// Nominal environment steps of the same evaluations.
std::vector<double> steps_of(const Run& run);

/// The nominal steps at which every one of `runs` was evaluated. Runs of different intervals have few in common.
std::vector<double> common_steps(const std::vector<const Run*>& runs);

/// The same of runs of several tasks: steps in units of axis_units().
std::vector<double> common_points(const std::vector<const Run*>& runs, const std::vector<double>& units);

/// What `curve` of the run is at `steps`, in units of `unit` steps; nothing if the run was not evaluated at one of
/// them.
std::vector<double> at_steps(const Run& run, const std::vector<double>& curve, const std::vector<double>& steps,
                             double unit = 1);

/// True for runs that statistics may use: complete ones, and failed ones that count as worst.
bool is_usable(const Run& run);

/// Gives every failed run the lowest mean return of an evaluation, or of an absolute evaluation, that any algorithm had
/// on its task in any of `data`.
void count_failures_as_worst(const std::vector<Dataset*>& data);

/// What the option kAuto stands for: kReference if each of `tasks`, those that aggregates cover, has bounds in the
/// suite or a reference range, else kMinmax.
Normalization normalization_of(const Dataset& data, const ReportOptions& options,
                               const std::vector<std::size_t>& tasks);

/// Where normalised scores are 0 and 1, for each task; NaN where there is none. `tasks` are those that aggregates
/// cover, which need bounds. `warnings` names tasks whose bounds coincide. Throws Error if a task has no bounds though
/// they were asked for.
std::vector<TaskBounds> bounds_of(const Dataset& data, const ReportOptions& options, Normalization normalization,
                                  const std::vector<std::size_t>& tasks, std::vector<std::string>& warnings);

/// (x - low) / (high - low); 0 where the bounds coincide.
double normalize(double value, const Bounds& bounds);

/// Usable runs by [task][algorithm], each in the order of seeds.
using RunTable = std::vector<std::vector<std::vector<const Run*>>>;
RunTable usable_runs(const Dataset& data);

/// The runs of one task that this harness made, or all where it made none: they say at which steps to compare.
std::vector<const Run*> own_or_all_runs(const std::vector<std::vector<const Run*>>& algorithms);

/// The runs behind an aggregate of one algorithm.
struct Selection {
  std::vector<std::vector<const Run*>> runs;  // [task][run]; the same seeds on every task unless ragged
  std::vector<std::int64_t> seeds;
  std::vector<std::int64_t> left_out;  // without the score on some of the tasks
};

/// The seeds of `algorithm` that have the score on all of `tasks`; ragged keeps every run that has it. Empty runs if
/// there is no such seed, or, ragged, if a task has no run.
Selection select(const RunTable& table, const std::vector<std::size_t>& tasks, std::size_t algorithm,
                 const Score& score, bool ragged);

/// Scores of a selection; normalised by `bounds`, which has one for every task of the data, unless it is null.
Strata scores_of(const Selection& selection, const std::vector<std::size_t>& tasks, const Score& score,
                 const std::vector<TaskBounds>* bounds);

}  // namespace tutti::reports
