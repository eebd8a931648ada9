// Performance profiles (Agarwal et al. 2021): the fraction of runs, or of tasks, that score more than a threshold.
#pragma once

#include <vector>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

struct Profile {
  std::vector<double> fraction, low, high;  // for each threshold; bands empty with n < 2
  double median = kMissing;                 // smallest threshold whose fraction is at most 0.5
  double area = kMissing;                   // under it on [0, 1]: mean of the scores clipped to that
};

/// `count` evenly spaced values from low to high, both included.
std::vector<double> even_thresholds(double low, double high, std::size_t count = 101);

/// Fraction of all runs whose score exceeds each threshold, strictly. Weighted: every task counts the same.
std::vector<double> run_profile(const Strata& strata, const std::vector<double>& thresholds, bool weighted = false);

/// Fraction of tasks whose mean score exceeds each threshold, strictly.
std::vector<double> average_profile(const Strata& strata, const std::vector<double>& thresholds);

/// The profile with pointwise bands, its median and the area under it on [0, 1]. Bands are empty where a task has one
/// run only.
Profile bootstrap_profile(const Strata& strata, const std::vector<double>& thresholds, bool averages,
                          const Bootstrap& bootstrap, bool weighted = false);

}  // namespace tutti::reports
