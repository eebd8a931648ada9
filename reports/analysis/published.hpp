// Figures of papers, shown beside measured ones and never mixed with them. One file is built into the program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"

namespace tutti::reports {

/// The published figures of `choice` for these tasks: "omad", those of OMAD's paper; "auto", the same where one of
/// `algorithms` is among them, of the tasks whose budget is at least a tenth of the paper's; a file of the user's in
/// their format; or "none". Nothing if none of the tasks has a figure. Throws Error, with file and line, if a file
/// cannot be read.
std::optional<Published> published_figures(const std::string& choice, const std::vector<TaskInfo>& tasks,
                                           const std::vector<AlgorithmInfo>& algorithms);

/// The measured algorithms that a published one is about, apart from case: the one of that label, otherwise every
/// variant of the plugin of that name. Imported ones were not measured here.
std::vector<std::size_t> measured_algorithms(const std::string& published,
                                             const std::vector<AlgorithmInfo>& algorithms);

}  // namespace tutti::reports
