// The film strips of a report, made by this program as `tutti watch` makes them.
#pragma once

#include <vector>

#include "reports/analysis/behaviour.hpp"

namespace tutti::cli {

/// One strip for each run, each made by a process of its own: a plugin that crashes or hangs costs its own strip. What
/// went wrong is in the result. On a terminal a progress line.
std::vector<reports::Strip> film_strips(const std::vector<reports::ShownRun>& runs);

}  // namespace tutti::cli
