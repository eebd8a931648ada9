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

/// Two-sided p-value of a permutation test: how often the probability is as far from one half as it is here, when on
/// each task all runs are dealt out to x and y at random, as many to each as it has. Three runs against three on one
/// task cannot have less than 0.1. The bootstrap cannot see this: where no run of x meets one of y, its interval has no
/// width. From all deals where there are no more than shuffles.replicates of them; otherwise from as many random ones,
/// that of the data among them. shuffles.level and .tasks are not used.
double improvement_p_value(const Strata& x, const Strata& y, const Bootstrap& shuffles);

}  // namespace tutti::reports
