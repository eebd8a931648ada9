// The data behind a report in the formats of other tools.
#pragma once

#include "reports/analysis/analysis.hpp"
#include "reports/data/dataset.hpp"
#include "reports/export/output_folder.hpp"

namespace tutti::reports {

/// All of the following, below export/.
void write_exports(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder);

/// export/marl-eval/metrics.json, which marl-eval and BenchMARL's plotting read, and README.txt that names what was
/// left out. Imported runs are not exported again.
void export_marl_eval(const Dataset& data, const ReportOptions& options, OutputFolder& folder);

/// export/rliable/<score>/<algorithm>.npy, [run, task], and curves/<algorithm>.npy, [run, task, evaluation], normalised
/// as in the report, for the runs that its aggregates rest on.
void export_rliable(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder);

/// export/episodes.csv and scores.csv: enough to compute the report again.
void export_tables(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder);

}  // namespace tutti::reports
