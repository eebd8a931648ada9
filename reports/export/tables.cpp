// Tidy CSV: one row for each observation.
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "reports/analysis/scores.hpp"
#include "reports/data/csv.hpp"
#include "reports/export/export.hpp"
#include "reports/text/numbers.hpp"

namespace tutti::reports {
namespace {

using Text = fmt::memory_buffer;

std::string identity(const Analysis& analysis, const Run& run) {
  return csv_field(analysis.tasks[run.task].label) + "," + csv_field(analysis.algorithms[run.algorithm].label) + "," +
         std::to_string(run.seed);
}

void write_evaluation(Text& out, const std::string& identity, const std::string& which, const Evaluation& evaluation,
                      double wall_seconds) {
  for (std::size_t episode = 0; episode < evaluation.returns.size(); ++episode) {
    fmt::format_to(std::back_inserter(out), "{},{},{},{},{},{},{},", identity, which, evaluation.step,
                   evaluation.actual_step, shortest(wall_seconds), episode, evaluation.returns[episode]);
    if (episode < evaluation.lengths.size()) {
      fmt::format_to(std::back_inserter(out), "{},{}\n", evaluation.lengths[episode],
                     evaluation.terminated[episode] ? "terminated" : "truncated");
    } else {
      fmt::format_to(std::back_inserter(out), ",\n");
    }
  }
}

std::string episodes_csv(const Analysis& analysis) {
  Text out;
  fmt::format_to(std::back_inserter(out),
                 "task,algorithm,seed,evaluation,step,actual_step,wall_s,episode,return,length,ended\n");
  for (const Run& run : analysis.data->runs) {
    const std::string who = identity(analysis, run);
    for (std::size_t k = 0; k < run.evaluations.size(); ++k) {
      const double wall = k < run.timing.size() ? run.timing[k].wall_seconds : kMissing;
      write_evaluation(out, who, std::to_string(run.evaluations[k].index), run.evaluations[k], wall);
    }
    if (run.absolute) write_evaluation(out, who, "absolute", *run.absolute, kMissing);
  }
  return fmt::to_string(out);
}

void write_score(std::string& out, const Analysis& analysis, const Run& run, const std::string& name, double value) {
  if (std::isnan(value)) return;
  const Bounds& bounds = analysis.tasks[run.task].bounds;
  const double normalized = std::isnan(bounds.low) ? kMissing : normalize(value, bounds);
  out += identity(analysis, run) + "," + name + "," + shortest(value) + "," + shortest(normalized) + "\n";
}

std::string scores_csv(const Analysis& analysis, const ReportOptions& options) {
  std::string out = "task,algorithm,seed,score,value,normalised\n";
  const std::set<std::string> names = {
      "final", "absolute", "last-10", "best", to_text(options.score), analysis.aggregates.score};
  for (const Run& run : analysis.data->runs) {
    if (!is_usable(run)) continue;
    for (const std::string& name : names) {
      write_score(out, analysis, run, name, score_of(run, parse_score(name)));
    }
    if (run.best_single_episode) write_score(out, analysis, run, "best single episode", *run.best_single_episode);
  }
  return out;
}

}  // namespace

void export_tables(const Analysis& analysis, const ReportOptions& options, OutputFolder& folder) {
  folder.write("export/episodes.csv", episodes_csv(analysis));
  folder.write("export/scores.csv", scores_csv(analysis, options));
}

}  // namespace tutti::reports
