// The stratified bootstrap: runs are resampled with replacement within each task. A pure function of the data, the
// seed and the number of replicates.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "reports/statistics/aggregates.hpp"
#include "reports/statistics/estimate.hpp"
#include "reports/statistics/parallel.hpp"
#include "reports/statistics/strata.hpp"

namespace tutti::reports {

struct Bootstrap {
  std::uint64_t seed = 0;
  std::int64_t replicates = 50'000;
  double level = 0.95;
  bool tasks = false;    // resample tasks as well
  unsigned threads = 0;  // 0: all cores
};

/// Calls worker(b, its generator) for every replicate b; each thread makes a worker of its own by make_worker().
template <class MakeWorker>
void for_each_replicate(const Bootstrap& bootstrap, const MakeWorker& make_worker) {
  parallel_ranges(static_cast<std::size_t>(bootstrap.replicates), bootstrap.threads,
                  [&](std::size_t begin, std::size_t end) {
                    auto worker = make_worker();
                    for (std::size_t b = begin; b < end; ++b) worker(b, SplitMix64::of_replicate(bootstrap.seed, b));
                  });
}

/// Whether every task has the two runs that an interval takes.
bool can_resample(const Strata& strata);

/// The metrics with their intervals; none where a task has fewer than two runs.
struct AggregateEstimates {
  Estimate median, iqm, mean, gap;
};
AggregateEstimates bootstrap_aggregates(const Strata& strata, const Bootstrap& bootstrap, bool weighted = false);

/// One replicate's runs. With bootstrap.tasks the tasks are drawn first, then runs for each place.
Strata draw_replicate(const Strata& strata, bool tasks, SplitMix64& random);

/// The tasks of one replicate: all in order, or, with `resample`, as many drawn with replacement.
std::vector<std::size_t> draw_tasks(std::size_t count, bool resample, SplitMix64& random);

/// One replicate's value of each metric, in order.
std::vector<AggregateValues> aggregate_replicates(const Strata& strata, const Bootstrap& bootstrap,
                                                  bool weighted = false);

/// Interval of the mean of one task's runs.
Interval bootstrap_mean(const std::vector<double>& runs, const Bootstrap& bootstrap);

/// Interval of mean(y) - mean(x), both resampled.
Interval bootstrap_difference(const std::vector<double>& x, const std::vector<double>& y, const Bootstrap& bootstrap);

/// Interquartile mean of every evaluation with its interval: `curves` is [evaluation] of strata of one shape. One set
/// of run indices serves all evaluations of a replicate, which keeps each run's curve whole.
std::vector<Estimate> bootstrap_iqm_curve(const std::vector<Strata>& curves, const Bootstrap& bootstrap,
                                          bool weighted = false);

/// Interval of the mean curve of one task: `runs` is [run][evaluation], all of one length.
std::vector<Interval> bootstrap_mean_curve(const std::vector<std::vector<double>>& runs, const Bootstrap& bootstrap);

}  // namespace tutti::reports
