#include "reports/statistics/profile.hpp"

#include <algorithm>

#include "reports/statistics/percentile.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

struct Weighted {
  double value;
  double weight;
};

// For each threshold the weight of what lies strictly above it, over the whole weight.
std::vector<double> fraction_above(std::vector<Weighted> values, const std::vector<double>& thresholds) {
  std::ranges::sort(values, std::greater{}, &Weighted::value);
  double total = 0;
  for (const Weighted& item : values) total += item.weight;
  std::vector<double> result(thresholds.size());
  std::size_t next = 0;
  double above = 0;
  for (std::size_t index = thresholds.size(); index-- > 0;) {
    for (; next < values.size() && values[next].value > thresholds[index]; ++next) above += values[next].weight;
    result[index] = above / total;
  }
  return result;
}

// The mean over tasks, of runs or of task means.
double clipped_mean(Strata strata, bool averages, bool weighted) {
  for (auto& runs : strata) {
    if (averages) runs = {mean_of(runs)};
    for (double& value : runs) value = std::clamp(value, 0.0, 1.0);
  }
  return AggregateMetrics(strata, weighted).values().mean;
}

double first_below_half(const std::vector<double>& fraction, const std::vector<double>& thresholds) {
  const auto found = std::ranges::find_if(fraction, [](double value) { return value <= 0.5; });
  return found == fraction.end() ? kMissing : thresholds[static_cast<std::size_t>(found - fraction.begin())];
}

}  // namespace

std::vector<double> even_thresholds(double low, double high, std::size_t count) {
  std::vector<double> result;
  const auto last = static_cast<double>(count - 1);
  for (std::size_t i = 0; i < count; ++i) result.push_back(low + (high - low) * (static_cast<double>(i) / last));
  return result;
}

std::vector<double> run_profile(const Strata& strata, const std::vector<double>& thresholds, bool weighted) {
  std::vector<Weighted> values;
  for (const auto& runs : strata) {
    const double weight = weighted ? 1 / static_cast<double>(runs.size()) : 1;
    for (const double value : runs) values.push_back({value, weight});
  }
  return fraction_above(std::move(values), thresholds);
}

std::vector<double> average_profile(const Strata& strata, const std::vector<double>& thresholds) {
  std::vector<Weighted> means;
  for (const auto& runs : strata) means.push_back({mean_of(runs), 1});
  return fraction_above(std::move(means), thresholds);
}

Profile bootstrap_profile(const Strata& strata, const std::vector<double>& thresholds, bool averages,
                          const Bootstrap& bootstrap, bool weighted) {
  const auto profile = [&](const Strata& sample) {
    return averages ? average_profile(sample, thresholds) : run_profile(sample, thresholds, weighted);
  };
  Profile result;
  result.fraction = profile(strata);
  result.median = first_below_half(result.fraction, thresholds);
  result.area = clipped_mean(strata, averages, weighted);
  if (!can_resample(strata)) return result;

  std::vector<std::vector<double>> replicates(thresholds.size(),
                                              std::vector<double>(static_cast<std::size_t>(bootstrap.replicates)));
  for_each_replicate(bootstrap, [&] {
    return [&](std::size_t b, SplitMix64 random) {
      const std::vector<double> fraction = profile(draw_replicate(strata, bootstrap.tasks, random));
      for (std::size_t t = 0; t < thresholds.size(); ++t) replicates[t][b] = fraction[t];
    };
  });
  for (std::vector<double>& values : replicates) {
    const Interval interval = percentile_interval(values, bootstrap.level);
    result.low.push_back(interval.low);
    result.high.push_back(interval.high);
  }
  return result;
}

}  // namespace tutti::reports
