// The parts of an Analysis, each computed from the same material.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/analysis/options.hpp"
#include "reports/analysis/scores.hpp"
#include "reports/data/dataset.hpp"
#include "reports/statistics/bootstrap.hpp"

namespace tutti::reports {

/// What every section is computed from. References live as long as the analysis is made.
struct Material {
  const Dataset& data;
  const ReportOptions& options;
  RunTable table;                                      // usable runs
  Normalization normalization = Normalization::kNone;  // never kAuto
  std::vector<TaskBounds> bounds;                      // for each task
  std::vector<std::size_t> tasks;                      // that aggregates cover
  Score score;                                         // of the tables
  Score aggregate_score;
  TrainingClock clock = TrainingClock::kWall;

  Bootstrap bootstrap(std::int64_t replicates) const;
};

/// An empty [task][algorithm] matrix of cells.
template <class T>
Matrix<T> make_matrix(const Material& material) {
  return Matrix<T>(material.data.tasks.size(), std::vector<T>(material.data.algorithms.size()));
}

/// Mean, sample deviation and count of what is not NaN.
Spread spread_of(const std::vector<double>& values);

/// Scores of one cell with everything but marks.
Cell cell_of(const Material& material, std::size_t task, std::size_t algorithm, const Score& score);

ScoreTable score_table(const Material& material);
Aggregates aggregates_of(const Material& material);
Curves curves_of(const Material& material, std::vector<std::string>& warnings);
SampleEfficiency efficiency_of(const Material& material, std::vector<std::string>& warnings);
Milestones milestones_of(const Material& material);
Coverage coverage_of(const Material& material);

/// Share of the bins that an algorithm's runs had visited after `step` environment steps, or at the last step before
/// it at which all runs of the task counted them.
Spread coverage_after(const Material& material, std::size_t task, std::size_t algorithm, double step);
Runtime runtime_of(const Material& material);

/// A curve over `x` from one row for each run, with the band that the options ask for.
Curve curve_with_band(const Material& material, std::vector<double> x, Matrix<double> runs,
                      std::vector<std::int64_t> seeds);

}  // namespace tutti::reports
