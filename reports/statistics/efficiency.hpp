// Sample efficiency: environment steps until a threshold is reached, and how many times fewer of them one algorithm
// needs than the best baseline. A curve that never gets there is censored: its steps are infinite, never left out.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

/// How many times fewer steps than the best baseline needs for its own peak.
struct SpeedUp {
  enum class Kind {
    kNone,             // nothing to compare: no runs or no threshold
    kReached,          // value
    kCensored,         // not reached: below bound, the baseline's steps / horizon
    kAtStart,          // above the threshold untrained
    kSelf,             // the best baseline: 1
    kBaselineAtStart,  // the baseline never improved on its untrained policy
    kBaselineNever,    // reached, but not by the baseline: above bound, horizon / steps
    kNobody,           // neither the algorithm nor the baseline reached the threshold
    kNoBaseline,       // every algorithm with runs is a proposed one
  };
  Kind kind = Kind::kNone;
  double value = kMissing;  // of kReached and kSelf
  double bound = kMissing;
  std::optional<Interval> interval;
  bool low_censored = false, high_censored = false;  // that limit is "< bound"
};

struct Crossing {
  std::int64_t hold = 1;    // successive evaluations that must reach the threshold
  bool interpolate = true;  // between the evaluations before and at the crossing
};

/// The first steps at which the curve reaches the threshold; infinity if it never does.
double steps_to(std::span<const double> steps, std::span<const double> curve, double threshold,
                const Crossing& crossing = {});

/// Mean of min(steps, horizon).
double restricted_mean(const std::vector<double>& steps, double horizon);

/// Curves of one task: [algorithm][run][evaluation], all cut to the same evaluations. An algorithm may have no runs.
struct TaskCurves {
  std::vector<double> steps;
  std::vector<std::vector<std::vector<double>>> runs;
  std::vector<bool> baseline;  // for each algorithm
};

/// Which return has to be reached.
struct ThresholdRule {
  enum class Kind { kBaselinePeak, kFraction, kValue };
  Kind kind = Kind::kBaselinePeak;
  double fraction = 0.9;  // of the way from the untrained policies to the peak
  double value = 0;
};

/// What one set of mean curves says of every algorithm.
struct SpeedUps {
  double threshold = kMissing;
  std::optional<std::size_t> baseline;  // with the highest peak
  double baseline_steps = kMissing;     // at its peak; for the other rules where it crosses the threshold
  std::vector<double> steps;            // for each algorithm; NaN without runs
  std::vector<SpeedUp> algorithms;      // without intervals
};

/// From mean curves; an empty curve stands for an algorithm without runs.
SpeedUps speed_ups(std::span<const double> steps, const std::vector<std::vector<double>>& mean_curves,
                   const std::vector<bool>& baseline, const ThresholdRule& rule, const Crossing& crossing);

/// With intervals: every algorithm's runs are resampled, and the best baseline, threshold and steps are found again in
/// every replicate. The draws of a replicate go through the algorithms in order.
SpeedUps bootstrap_speed_ups(const TaskCurves& curves, const ThresholdRule& rule, const Crossing& crossing,
                             const Bootstrap& bootstrap);

/// One algorithm's speed-ups over all tasks.
struct SpeedUpSummary {
  double geometric_mean = kMissing, min = kMissing, max = kMissing;  // over the finite ones
  std::int64_t finite = 0, not_reached = 0, at_start = 0, tasks = 0;
  std::int64_t no_ratio = 0;  // the baseline has no number of steps to compare with
};

/// Geometric mean and range of the finite speed-ups of one algorithm over tasks, and how many were not finite.
SpeedUpSummary summarize_speed_ups(const std::vector<SpeedUp>& tasks);

}  // namespace tutti::reports
