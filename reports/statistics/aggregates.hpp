// Aggregate metrics over tasks and runs (Agarwal et al. 2021): mean, median of task means, interquartile mean and
// optimality gap.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/statistics/strata.hpp"

namespace tutti::reports {

struct AggregateValues {
  double median = 0;
  double iqm = 0;
  double mean = 0;
  double gap = 0;  // lower is better
};

/// Computes the metrics of a matrix and of its resamples. The values are sorted once; a resample is a count for each
/// rank, walked in ascending order: linear in the number of runs, and every sum ascends by construction.
///
/// Weighted: a run of task m weighs 1 / (M N_m), and the interquartile mean covers the middle half of the weight. That
/// is for strata of different size; otherwise floor(N M / 4) values are dropped from each end.
class AggregateMetrics {
 public:
  explicit AggregateMetrics(const Strata& strata, bool weighted = false, double gamma = 1);

  /// Of the matrix itself.
  AggregateValues values() const;

  /// Working memory of resamples; one for each thread.
  struct Scratch {
    std::vector<std::uint32_t> counts;  // for each rank
    std::vector<double> sums;           // for each task
  };

  /// Of the runs that `indices` select.
  AggregateValues resampled(const Indices& indices, Scratch& scratch) const;

  /// The interquartile mean alone.
  double resampled_iqm(const Indices& indices, Scratch& scratch) const;

 private:
  void count(const Indices& indices, Scratch& scratch) const;
  AggregateValues from_counts(Scratch& scratch) const;
  double iqm(const std::vector<std::uint32_t>& counts) const;
  double trimmed_mean(const std::vector<std::uint32_t>& counts) const;
  double weighted_trimmed_mean(const std::vector<std::uint32_t>& counts) const;

  std::vector<double> value_;         // [rank] ascending
  std::vector<std::uint32_t> task_;   // [rank]
  std::vector<std::uint32_t> rank_;   // [run, task after task]
  std::vector<std::uint32_t> start_;  // [slot] first run of the slot's task
  std::vector<double> runs_;          // [task] N_m
  bool weighted_;
  double gamma_;
};

/// The interquartile mean of a list.
double interquartile_mean(const std::vector<double>& values);

}  // namespace tutti::reports
