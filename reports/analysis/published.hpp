// Figures of papers, shown beside measured ones and never mixed with them. Their files are built into the program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"

namespace tutti::reports {

/// The published figures called `name` ("omad") for these tasks; nothing for "none" or if none of the tasks has one.
std::optional<Published> published_figures(const std::string& name, const std::vector<TaskInfo>& tasks);

/// The measured algorithms that a published one is about, apart from case: the one of that label, otherwise every
/// variant of the plugin of that name. Imported ones were not measured here.
std::vector<std::size_t> measured_algorithms(const std::string& published,
                                             const std::vector<AlgorithmInfo>& algorithms);

}  // namespace tutti::reports
