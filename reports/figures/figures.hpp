// The figures of a report, from the numbers of an Analysis.
#pragma once

#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/figures/figure.hpp"

namespace tutti::reports {

/// Index into the palette for each algorithm: proposed ones first, then suite order.
std::vector<std::size_t> palette(const Analysis& analysis);

/// One figure for each task: return against environment steps. Named "curves-<task>", each name once.
std::vector<Figure> task_curves(const Analysis& analysis, const ReportOptions& options);

/// All tasks in one panel grid.
Figure all_curves(const Analysis& analysis, const ReportOptions& options);

/// Return against seconds of training, all tasks.
Figure wall_clock_figure(const Analysis& analysis, const ReportOptions& options);

/// Normalised IQM over all tasks against steps, and against training time.
Figure efficiency_figure(const Analysis& analysis, const ReportOptions& options);

/// Median, IQM, mean and optimality gap with intervals.
Figure aggregate_figure(const Analysis& analysis, const ReportOptions& options);

/// Fraction of runs above each threshold.
Figure profile_figure(const Analysis& analysis, const ReportOptions& options);

/// Probability of improvement of every pair, with a line at one half.
Figure improvement_figure(const Analysis& analysis, const ReportOptions& options);

/// Bins visited against environment steps, the tasks that declare them.
Figure coverage_figure(const Analysis& analysis, const ReportOptions& options);

}  // namespace tutti::reports
