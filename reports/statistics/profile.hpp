// Performance profiles (Agarwal et al. 2021): the fraction of runs, or of tasks, that score more than a threshold.
#pragma once

#include <vector>

#include "reports/analysis.hpp"
#include "reports/statistics/bootstrap.hpp"

namespace tutti::reports {

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
