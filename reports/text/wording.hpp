// The words and the order in which tables, figures and the page speak of an Analysis.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"

namespace tutti::reports {

/// Algorithms in the order of columns: the proposed ones last, or first by `options.ours_first`.
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

/// Such as "[0.719, 0.934]"; empty where there is no interval.
std::string interval_text(const std::optional<Interval>& interval, int decimals);

/// Such as "standard deviation (divisor N−1)", by `options.spread`.
std::string spread_name(const ReportOptions& options);

/// What an underlined cell of the main table is, by `options.mark`.
std::string mark_rule(const ReportOptions& options);

/// The return to be reached, such as "the highest point of the best baseline's mean curve".
std::string threshold_text(const ReportOptions& options);

/// Where a curve reaches the threshold: "first environment step at which ...".
std::string crossing_text(const ReportOptions& options);

/// The ratio that a speed-up is: "T(b)/T(a), where ...".
std::string speed_up_text(const ReportOptions& options);

/// Such as "not reached", for CSV and JSON.
const char* to_text(SpeedUp::Kind kind);

/// What intervals are worth where cells have as few runs as `runs`, as a sentence after a space; empty with more than
/// five. Below three there are none, and the sentence says so.
std::string small_sample_note(std::int64_t runs);

/// What a footnote says of the seeds that an aggregate leaves out.
std::string left_out_text(const std::vector<std::int64_t>& seeds);

/// "5"; of a ragged aggregate such as "3 to 5".
std::string runs_per_task(const Aggregate& aggregate);

/// The smallest number of runs per task behind an aggregate; 0 if there is none.
std::int64_t fewest_runs(const Aggregates& aggregates);

/// What the tasks were run by, each once: see distinct_protocols().
std::vector<Protocol> protocols_of(const Analysis& analysis);

/// The same with those of the runs, which differ from their tasks' where mixed suites are reported together.
std::vector<Protocol> run_protocols(const Analysis& analysis);

/// Such as "50k environment steps each", or "50k or 100k environment steps each, by task"; of imports alone only that
/// budgets or units differ within a task, if they do.
std::string budget_text(const Analysis& analysis);

/// Where tasks have budgets of their own, which they are, as a sentence after a space: " Each task at its own budget:
/// 50k environment steps, but 100k on mpe/a and mpe/b."; otherwise empty.
std::string budget_note(const Analysis& analysis);

/// What 0 and 1 are on the scale of normalised scores, to end a sentence of a caption: "; 0 is ...".
std::string scale_note(const Analysis& analysis);

/// Such as "reference ranges".
std::string to_text(Normalization normalization);

}  // namespace tutti::reports
