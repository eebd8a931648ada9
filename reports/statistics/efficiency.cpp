#include "reports/statistics/efficiency.hpp"

#include <algorithm>
#include <cmath>

#include "reports/statistics/curve.hpp"
#include "reports/statistics/percentile.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

constexpr double kRestOfSums = 1e-12;  // of the largest number
constexpr double kNever = std::numeric_limits<double>::infinity();

// Sums of equal numbers may differ in their last bits.
bool is_as_high(double value, double other) {
  return value >= other - kRestOfSums * std::max(std::abs(value), std::abs(other));
}

// The first evaluation at the curve's highest point.
std::size_t peak_of(const std::vector<double>& curve) {
  const double highest = std::ranges::max(curve);
  return static_cast<std::size_t>(
      std::ranges::find_if(curve, [&](double value) { return is_as_high(value, highest); }) - curve.begin());
}

// The one with the highest peak; of several, whoever was there first.
std::optional<std::size_t> best_baseline(const std::vector<std::vector<double>>& curves,
                                         const std::vector<bool>& baseline) {
  std::optional<std::size_t> best;
  const auto better = [&](const std::vector<double>& curve, const std::vector<double>& other) {
    const std::size_t own = peak_of(curve), others = peak_of(other);
    if (!is_as_high(curve[own], other[others])) return false;
    return !is_as_high(other[others], curve[own]) || own < others;
  };
  for (std::size_t a = 0; a < curves.size(); ++a) {
    if (baseline[a] && !curves[a].empty() && (!best || better(curves[a], curves[*best]))) best = a;
  }
  return best;
}

// Mean return of the untrained policies over all algorithms.
double untrained_return(const std::vector<std::vector<double>>& curves) {
  std::vector<double> first;
  for (const auto& curve : curves) {
    if (!curve.empty()) first.push_back(curve.front());
  }
  return mean_of(first);
}

double threshold_of(const ThresholdRule& rule, double untrained, double peak) {
  switch (rule.kind) {
    case ThresholdRule::Kind::kBaselinePeak:
      return peak;
    case ThresholdRule::Kind::kFraction:
      return untrained + rule.fraction * (peak - untrained);
    case ThresholdRule::Kind::kValue:
      break;
  }
  return rule.value;
}

// The first evaluation counts as that of the untrained policy, whatever its step.
SpeedUp compare_steps(double baseline_steps, double steps, double start, double horizon) {
  SpeedUp result;
  if (std::isnan(steps) || std::isnan(baseline_steps)) return result;
  if (steps <= start) {
    result.kind = SpeedUp::Kind::kAtStart;
  } else if (baseline_steps <= start) {
    result.kind = SpeedUp::Kind::kBaselineAtStart;
  } else if (baseline_steps == kNever) {
    result.kind = steps == kNever ? SpeedUp::Kind::kNobody : SpeedUp::Kind::kBaselineNever;
    if (steps != kNever) result.bound = horizon / steps;
  } else if (steps == kNever) {
    result.kind = SpeedUp::Kind::kCensored;
    result.bound = baseline_steps / horizon;
  } else {
    result.kind = SpeedUp::Kind::kReached;
    result.value = baseline_steps / steps;
  }
  return result;
}

// Orders replicates: censored ones below all others, those at the start or that only the algorithm reached above.
double sortable(const SpeedUp& speed_up) {
  switch (speed_up.kind) {
    case SpeedUp::Kind::kReached:
    case SpeedUp::Kind::kSelf:
      return speed_up.value;
    case SpeedUp::Kind::kAtStart:
    case SpeedUp::Kind::kBaselineNever:
      return kNever;
    default:
      return -kNever;
  }
}

// Only these have a place among ratios.
bool has_interval(SpeedUp::Kind kind) {
  return kind == SpeedUp::Kind::kReached || kind == SpeedUp::Kind::kCensored || kind == SpeedUp::Kind::kAtStart;
}

void resampled_mean_curve(const std::vector<std::vector<double>>& runs, SplitMix64& random, std::vector<double>& mean) {
  std::ranges::fill(mean, 0);
  for (std::size_t slot = 0; slot < runs.size(); ++slot) {
    const std::vector<double>& run = runs[random.index(runs.size())];
    for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += run[k];
  }
  for (double& value : mean) value /= static_cast<double>(runs.size());
}

void set_interval(SpeedUp& speed_up, std::vector<double>& replicates, double level) {
  const Interval interval = percentile_interval(replicates, level);
  speed_up.interval = interval;
  speed_up.low_censored = interval.low == -kNever;
  speed_up.high_censored = interval.high == -kNever;
}

// There is no ratio; a threshold that was given can be reached all the same.
void without_baseline(std::span<const double> steps, const std::vector<std::vector<double>>& mean_curves,
                      const ThresholdRule& rule, const Crossing& crossing, SpeedUps& result) {
  if (rule.kind == ThresholdRule::Kind::kValue) result.threshold = rule.value;
  for (std::size_t a = 0; a < mean_curves.size(); ++a) {
    if (mean_curves[a].empty()) continue;
    result.algorithms[a].kind = SpeedUp::Kind::kNoBaseline;
    if (!std::isnan(result.threshold)) result.steps[a] = steps_to(steps, mean_curves[a], result.threshold, crossing);
  }
}

}  // namespace

double steps_to(std::span<const double> steps, std::span<const double> curve, double threshold,
                const Crossing& crossing) {
  // Sums of equal numbers may differ in their last bits, and a threshold is such a sum, too.
  double size = std::abs(threshold);
  for (const double value : curve) size = std::fmax(size, std::abs(value));
  const double reached = threshold - kRestOfSums * size;
  std::int64_t held = 0;
  for (std::size_t k = 0; k < curve.size(); ++k) {
    held = curve[k] >= reached ? held + 1 : 0;
    if (held < crossing.hold) continue;
    const std::size_t first = k + 1 - static_cast<std::size_t>(crossing.hold);
    if (first == 0 || !crossing.interpolate) return steps[first];
    const double share = (threshold - curve[first - 1]) / (curve[first] - curve[first - 1]);
    return steps[first - 1] + (steps[first] - steps[first - 1]) * std::clamp(share, 0.0, 1.0);
  }
  return kNever;
}

double restricted_mean(const std::vector<double>& steps, double horizon) {
  std::vector<double> cut;
  for (const double value : steps) cut.push_back(std::min(value, horizon));
  return mean_of(cut);
}

SpeedUps speed_ups(std::span<const double> steps, const std::vector<std::vector<double>>& mean_curves,
                   const std::vector<bool>& baseline, const ThresholdRule& rule, const Crossing& crossing) {
  SpeedUps result;
  result.algorithms.resize(mean_curves.size());
  result.steps.assign(mean_curves.size(), kMissing);
  result.baseline = best_baseline(mean_curves, baseline);
  if (!result.baseline) {
    without_baseline(steps, mean_curves, rule, crossing, result);
    return result;
  }
  const std::vector<double>& best = mean_curves[*result.baseline];
  result.threshold = threshold_of(rule, untrained_return(mean_curves), std::ranges::max(best));
  if (std::isnan(result.threshold)) return result;
  result.baseline_steps = rule.kind == ThresholdRule::Kind::kBaselinePeak
                              ? steps[peak_of(best)]
                              : steps_to(steps, best, result.threshold, crossing);
  for (std::size_t a = 0; a < mean_curves.size(); ++a) {
    if (mean_curves[a].empty()) continue;
    result.steps[a] = steps_to(steps, mean_curves[a], result.threshold, crossing);
    result.algorithms[a] = compare_steps(result.baseline_steps, result.steps[a], steps.front(), steps.back());
  }
  const bool reached = std::isfinite(result.baseline_steps);
  if (reached) result.algorithms[*result.baseline] = {.kind = SpeedUp::Kind::kSelf, .value = 1, .interval = {}};
  return result;
}

SpeedUps bootstrap_speed_ups(const TaskCurves& curves, const ThresholdRule& rule, const Crossing& crossing,
                             const Bootstrap& bootstrap) {
  std::vector<std::vector<double>> means;
  for (const auto& runs : curves.runs) means.push_back(mean_curve(runs));
  SpeedUps result = speed_ups(curves.steps, means, curves.baseline, rule, crossing);
  if (!result.baseline || curves.runs[*result.baseline].size() < 2) return result;

  std::vector<std::vector<double>> ratios(means.size(),
                                          std::vector<double>(static_cast<std::size_t>(bootstrap.replicates)));
  for_each_replicate(bootstrap, [&] {
    return [&, sample = means](std::size_t b, SplitMix64 random) mutable {
      for (std::size_t a = 0; a < sample.size(); ++a) resampled_mean_curve(curves.runs[a], random, sample[a]);
      const SpeedUps replicate = speed_ups(curves.steps, sample, curves.baseline, rule, crossing);
      for (std::size_t a = 0; a < sample.size(); ++a) ratios[a][b] = sortable(replicate.algorithms[a]);
    };
  });
  for (std::size_t a = 0; a < means.size(); ++a) {
    if (!has_interval(result.algorithms[a].kind) || curves.runs[a].size() < 2) continue;
    set_interval(result.algorithms[a], ratios[a], bootstrap.level);
    result.algorithms[a].bound = result.baseline_steps / curves.steps.back();
  }
  return result;
}

SpeedUpSummary summarize_speed_ups(const std::vector<SpeedUp>& tasks) {
  SpeedUpSummary summary;
  std::vector<double> values, logarithms;
  for (const SpeedUp& speed_up : tasks) {
    summary.tasks += speed_up.kind == SpeedUp::Kind::kNone ? 0 : 1;
    summary.not_reached += speed_up.kind == SpeedUp::Kind::kCensored ? 1 : 0;
    summary.at_start += speed_up.kind == SpeedUp::Kind::kAtStart ? 1 : 0;
    summary.no_ratio += speed_up.kind >= SpeedUp::Kind::kBaselineAtStart ? 1 : 0;
    if (std::isfinite(speed_up.value)) {
      values.push_back(speed_up.value);
      logarithms.push_back(std::log(speed_up.value));
    }
  }
  summary.finite = static_cast<std::int64_t>(values.size());
  if (values.empty()) return summary;
  summary.geometric_mean = std::exp(ascending_sum(logarithms) / static_cast<double>(logarithms.size()));
  summary.min = std::ranges::min(values);
  summary.max = std::ranges::max(values);
  return summary;
}

}  // namespace tutti::reports
