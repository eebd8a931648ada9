// The tables of a report: what each one shows, from the numbers of an Analysis.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/data/csv.hpp"
#include "reports/tables/table.hpp"
#include "reports/text/row_format.hpp"
#include "reports/text/wording.hpp"

namespace tutti::reports {

/// A table as it is shown, and the same facts at full precision.
struct ReportTable {
  Table shown;
  CsvTable data;
};

/// Returns per task and algorithm, with a footer over all tasks and the published figures in columns of their own.
ReportTable main_table(const Analysis& analysis, const ReportOptions& options);

/// Median, IQM, mean and optimality gap of the normalised scores, with intervals.
ReportTable aggregate_table(const Analysis& analysis, const ReportOptions& options);

/// The threshold of each task, and how many steps the best baseline takes.
ReportTable thresholds_table(const Analysis& analysis, const ReportOptions& options);

/// Steps to a threshold, speed-up over the best baseline, area under the curve.
ReportTable sample_efficiency_table(const Analysis& analysis, const ReportOptions& options);

/// Mean return at fixed shares of the budget.
ReportTable milestones_table(const Analysis& analysis, const ReportOptions& options);

/// How much of the declared state space training reached.
ReportTable coverage_table(const Analysis& analysis, const ReportOptions& options);

/// Probability of improvement, each pair of algorithms once.
ReportTable improvement_table(const Analysis& analysis, const ReportOptions& options);

/// Runs that failed, are missing or could not be read.
ReportTable failures_table(const Analysis& analysis, const ReportOptions& options);

/// Where the time went.
ReportTable runtime_table(const Analysis& analysis, const ReportOptions& options);

/// A paper's figures beside the measured ones.
ReportTable published_table(const Analysis& analysis, const ReportOptions& options);

/// The same suite under two builds, pair by pair.
ReportTable comparison_table(const Comparison& comparison);

/// A published figure, digit by digit; in a row of another unit, in that unit.
TableCell quoted_cell(const PublishedFigure& figure, const RowFormat& format);

/// Such as "0.869 [0.719, 0.934]"; only the value where there is no interval.
TableCell estimate_cell(const Estimate& estimate, int decimals);

}  // namespace tutti::reports
