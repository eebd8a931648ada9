// Mean, spread and Student's interval of the runs of one task.
#pragma once

#include <span>
#include <vector>

#include "reports/analysis.hpp"

namespace tutti::reports {

/// Sum in ascending order of value, so that no result depends on the order of the input.
double ascending_sum(std::span<const double> values);

double mean_of(std::span<const double> values);
double median_of(std::span<const double> values);

/// NaN with fewer than two values.
double sample_deviation(std::span<const double> values);
double population_deviation(std::span<const double> values);

/// Half the width of Student's interval of the mean, t * sd / sqrt(n). NaN with fewer than two values.
double student_half_width(std::span<const double> values, double level);

/// Fills mean, spreads, order statistics and Student's interval (three runs or more) of cell.runs.
void summarize(Cell& cell, double level);

}  // namespace tutti::reports
