// The data behind a report in the formats of other tools. All functions replace files in their folder.
#pragma once

#include <filesystem>

#include "reports/analysis.hpp"
#include "reports/dataset.hpp"

namespace tutti::reports {

/// metrics.json, which marl-eval and BenchMARL's plotting read, and README.txt that tells what was left out.
/// Imported runs are not exported again.
void export_marl_eval(const Dataset& data, const ReportOptions& options, const std::filesystem::path& folder);

/// <score>/<algorithm>.npy, [run, task], and curves/<algorithm>.npy, [run, task, evaluation], normalised as in the
/// report, for the runs that its aggregates rest on.
void export_rliable(const Analysis& analysis, const ReportOptions& options, const std::filesystem::path& folder);

/// episodes.csv and scores.csv: enough to compute the report again.
void export_tables(const Analysis& analysis, const ReportOptions& options, const std::filesystem::path& folder);

}  // namespace tutti::reports
