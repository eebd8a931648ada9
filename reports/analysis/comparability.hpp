// What makes numbers of one report less comparable than they look; nothing of it stops a report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/sections.hpp"

namespace tutti::reports {

/// A sentence for each task whose runs have not all the same budget. That of an imported run is the step of its last
/// evaluation; it counts as the others' where it lies within the distance of its own last two evaluations.
std::vector<std::string> different_budgets(const Material& material);

/// A sentence for tasks on which some returns are means over the agents and others are not: their scores have no common
/// scale.
std::vector<std::string> different_units(const Material& material);

/// A sentence for tasks on which some returns are in a unit that is not known, beside others whose unit is.
std::vector<std::string> unknown_units(const Material& material);

/// A sentence for each task of which a score that averages last evaluations takes unlike shares of the runs' training.
std::vector<std::string> different_shares(const Material& material);

/// The last step at which all runs of `task` were evaluated, if most runs end later. What compares whole curves (steps
/// to thresholds, speed-ups, areas, milestones) ends there.
std::optional<double> early_end(const Material& material, std::size_t task);

/// A sentence for each task with an early end.
std::vector<std::string> early_ends(const Material& material);

/// A sentence for each task whose runs share few of their evaluations, and one for those without one at step 0.
std::vector<std::string> unlike_steps(const Material& material);

/// A sentence for each of the options by task that has no effect in this report.
std::vector<std::string> unused_options(const Material& material);

}  // namespace tutti::reports
