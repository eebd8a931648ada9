#include "reports/statistics/bootstrap.hpp"

#include <algorithm>
#include <numeric>

#include "reports/statistics/percentile.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

Strata select_tasks(const Strata& strata, const std::vector<std::size_t>& tasks) {
  Strata selected;
  for (const std::size_t task : tasks) selected.push_back(strata[task]);
  return selected;
}

double resampled_mean(const std::vector<double>& runs, SplitMix64& random) {
  double sum = 0;
  for (std::size_t slot = 0; slot < runs.size(); ++slot) sum += runs[random.index(runs.size())];
  return sum / static_cast<double>(runs.size());
}

}  // namespace

bool can_resample(const Strata& strata) {
  return std::ranges::all_of(strata, [](const auto& runs) { return runs.size() >= 2; });
}

std::vector<std::size_t> draw_tasks(std::size_t count, bool resample, SplitMix64& random) {
  std::vector<std::size_t> tasks(count);
  std::iota(tasks.begin(), tasks.end(), std::size_t{0});
  if (!resample) return tasks;
  for (std::size_t& task : tasks) task = random.index(count);
  return tasks;
}

Strata draw_replicate(const Strata& strata, bool tasks, SplitMix64& random) {
  // A task that is drawn twice gives two independent columns.
  const Strata drawn = select_tasks(strata, draw_tasks(strata.size(), tasks, random));
  Indices indices;
  draw_indices(drawn, random, indices);
  return resample(drawn, indices);
}

std::vector<AggregateValues> aggregate_replicates(const Strata& strata, const Bootstrap& bootstrap, bool weighted) {
  std::vector<AggregateValues> replicates(static_cast<std::size_t>(bootstrap.replicates));
  const AggregateMetrics metrics(strata, weighted);
  for_each_replicate(bootstrap, [&] {
    return [&, indices = Indices(), scratch = AggregateMetrics::Scratch()](std::size_t b, SplitMix64 random) mutable {
      if (bootstrap.tasks) {
        replicates[b] = AggregateMetrics(draw_replicate(strata, true, random), weighted).values();
        return;
      }
      draw_indices(strata, random, indices);
      replicates[b] = metrics.resampled(indices, scratch);
    };
  });
  return replicates;
}

AggregateEstimates bootstrap_aggregates(const Strata& strata, const Bootstrap& bootstrap, bool weighted) {
  const AggregateValues point = AggregateMetrics(strata, weighted).values();
  AggregateEstimates result{{point.median, {}}, {point.iqm, {}}, {point.mean, {}}, {point.gap, {}}};
  if (!can_resample(strata)) return result;
  const std::vector<AggregateValues> replicates = aggregate_replicates(strata, bootstrap, weighted);
  std::vector<double> values(replicates.size());
  const auto interval = [&](double AggregateValues::*member) {
    std::ranges::transform(replicates, values.begin(),
                           [&](const AggregateValues& replicate) { return replicate.*member; });
    return percentile_interval(values, bootstrap.level);
  };
  result.median.interval = interval(&AggregateValues::median);
  result.iqm.interval = interval(&AggregateValues::iqm);
  result.mean.interval = interval(&AggregateValues::mean);
  result.gap.interval = interval(&AggregateValues::gap);
  return result;
}

Interval bootstrap_mean(const std::vector<double>& runs, const Bootstrap& bootstrap) {
  std::vector<double> means(static_cast<std::size_t>(bootstrap.replicates));
  for_each_replicate(
      bootstrap, [&] { return [&](std::size_t b, SplitMix64 random) { means[b] = resampled_mean(runs, random); }; });
  return percentile_interval(means, bootstrap.level);
}

Interval bootstrap_difference(const std::vector<double>& x, const std::vector<double>& y, const Bootstrap& bootstrap) {
  std::vector<double> differences(static_cast<std::size_t>(bootstrap.replicates));
  for_each_replicate(bootstrap, [&] {
    return [&](std::size_t b, SplitMix64 random) {
      const double mean_x = resampled_mean(x, random);
      differences[b] = resampled_mean(y, random) - mean_x;
    };
  });
  return percentile_interval(differences, bootstrap.level);
}

std::vector<Estimate> bootstrap_iqm_curve(const std::vector<Strata>& curves, const Bootstrap& bootstrap,
                                          bool weighted) {
  std::vector<Estimate> result;
  std::vector<AggregateMetrics> metrics;
  for (const Strata& strata : curves) {
    metrics.emplace_back(strata, weighted);
    result.push_back({metrics.back().values().iqm, {}});
  }
  if (curves.empty() || !can_resample(curves[0])) return result;
  std::vector<std::vector<double>> replicates(curves.size(),
                                              std::vector<double>(static_cast<std::size_t>(bootstrap.replicates)));
  for_each_replicate(bootstrap, [&] {
    return [&, indices = Indices(), scratch = AggregateMetrics::Scratch()](std::size_t b, SplitMix64 random) mutable {
      if (!bootstrap.tasks) {
        draw_indices(curves[0], random, indices);
        for (std::size_t k = 0; k < metrics.size(); ++k) replicates[k][b] = metrics[k].resampled_iqm(indices, scratch);
        return;
      }
      const std::vector<std::size_t> tasks = draw_tasks(curves[0].size(), true, random);
      draw_indices(select_tasks(curves[0], tasks), random, indices);
      for (std::size_t k = 0; k < curves.size(); ++k) {
        replicates[k][b] = AggregateMetrics(resample(select_tasks(curves[k], tasks), indices), weighted).values().iqm;
      }
    };
  });
  for (std::size_t k = 0; k < curves.size(); ++k) {
    result[k].interval = percentile_interval(replicates[k], bootstrap.level);
  }
  return result;
}

std::vector<Interval> bootstrap_mean_curve(const std::vector<std::vector<double>>& runs, const Bootstrap& bootstrap) {
  const std::size_t points = runs[0].size();
  std::vector<std::vector<double>> replicates(points,
                                              std::vector<double>(static_cast<std::size_t>(bootstrap.replicates)));
  for_each_replicate(bootstrap, [&] {
    return [&, sums = std::vector<double>()](std::size_t b, SplitMix64 random) mutable {
      sums.assign(points, 0);
      for (std::size_t slot = 0; slot < runs.size(); ++slot) {
        const std::vector<double>& run = runs[random.index(runs.size())];
        for (std::size_t k = 0; k < points; ++k) sums[k] += run[k];
      }
      for (std::size_t k = 0; k < points; ++k) replicates[k][b] = sums[k] / static_cast<double>(runs.size());
    };
  });
  std::vector<Interval> result;
  for (std::vector<double>& values : replicates) result.push_back(percentile_interval(values, bootstrap.level));
  return result;
}

}  // namespace tutti::reports
