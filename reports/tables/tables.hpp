// The tables of a report: what each one shows, from the numbers of an Analysis.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis.hpp"
#include "reports/tables/table.hpp"

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

// ---- shared by the tables and figures ----

/// Algorithms in the order of columns: the proposed ones last, or first by `options.ours`.
std::vector<std::size_t> display_order(const Analysis& analysis, const ReportOptions& options);

/// Task indices grouped by family, families in suite order.
struct Family {
  std::string name;
  std::vector<std::size_t> tasks;
};
std::vector<Family> families(const Analysis& analysis);

/// The largest number of runs of any cell of the main table: the N of captions.
std::int64_t common_runs(const Analysis& analysis);

/// Starts with a capital letter and ends with a full stop.
std::string sentence(std::string text);

/// Ends with a full stop; a text that may start with a name keeps its first letter.
std::string with_full_stop(std::string text);

/// Whether some aggregate has an interval: a caption announces none where there is none.
bool has_intervals(const Aggregates& aggregates);

/// Such as "0.869 [0.719, 0.934]"; only the value where there is no interval.
TableCell estimate_cell(const Estimate& estimate, int decimals);
std::string interval_text(const std::optional<Interval>& interval, int decimals);

/// Such as "standard deviation (divisor N−1)", by `options.spread`.
std::string spread_name(const ReportOptions& options);

/// What an underlined cell of the main table is, by `options.mark`.
std::string mark_rule(const ReportOptions& options);

/// Such as "not reached", for CSV and JSON.
const char* to_text(SpeedUp::Kind kind);

/// "; relative to the algorithms compared" where the bounds of scores depend on them, else nothing.
std::string relative_note(const ReportOptions& options);

}  // namespace tutti::reports
