// Evaluations of several harnesses at the same environment steps.
#pragma once

#include <string>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Copies that step together end an interval a few steps late, each harness in its own way: within a quarter of an
/// interval of the grid of the task, imported evaluations count at the grid's step. The grid is that of our own run,
/// or else of the imported run, with the most evaluations. Returns a sentence for each task where one moved.
std::vector<std::string> align_steps(Dataset& data);

}  // namespace tutti::reports
