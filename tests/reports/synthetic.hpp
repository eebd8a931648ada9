// Made-up analyses with a fixed random stream: what the rendering tests draw, without training anything.
#pragma once

#include "reports/analysis/analysis.hpp"

namespace tutti::reports::testing {

/// Full of numbers, with a failed run, a missing one, differences and published figures. The same arguments give the
/// same analysis.
Analysis synthetic_analysis(std::size_t tasks, std::size_t algorithms, std::size_t seeds);

/// Sized for `tasks` and `algorithms`, with nothing measured anywhere.
Analysis empty_analysis(std::size_t tasks, std::size_t algorithms);

/// Whether figures can be drawn here.
bool gnuplot_available();

}  // namespace tutti::reports::testing
