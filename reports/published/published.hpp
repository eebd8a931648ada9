// Figures of papers, shown beside measured ones and never mixed with them. Their files are built into the program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/analysis.hpp"

namespace tutti::reports {

/// The published figures called `name` ("omad") for these tasks; nothing for "none" or if none of the tasks has one.
std::optional<Published> published_figures(const std::string& name, const std::vector<TaskInfo>& tasks);

/// The measured algorithm that a published one is about: by label or plugin name, apart from case.
std::optional<std::size_t> measured_algorithm(const std::string& published,
                                              const std::vector<AlgorithmInfo>& algorithms);

}  // namespace tutti::reports
