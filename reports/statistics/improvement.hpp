// Probability of improvement (Agarwal et al. 2021): the chance that a random run of X beats a random run of Y on a
// random task. On one task it is the Mann-Whitney U statistic over the number of pairs; ties count one half.
#pragma once

#include <vector>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/estimate.hpp"

namespace tutti::reports {

/// Of one task; raw scores, because normalising first can break exact ties by rounding.
double improvement_on_task(const std::vector<double>& x, const std::vector<double>& y);

/// Mean over tasks. Both have the same tasks; numbers of runs may differ.
double probability_of_improvement(const Strata& x, const Strata& y);

/// Each replicate draws all of x first, then all of y, from one generator; before them the tasks, for both, if they are
/// resampled.
std::vector<double> improvement_replicates(const Strata& x, const Strata& y, const Bootstrap& bootstrap);

/// With its interval; none where a task has fewer than two runs of either.
Estimate bootstrap_improvement(const Strata& x, const Strata& y, const Bootstrap& bootstrap);

}  // namespace tutti::reports
