// What a run does not do within its budget although its author may expect it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "suite/plan.hpp"

namespace tutti::run {

/// Why the run makes no update within its budget, such as "warm_up_steps = 5,000"; empty if it makes one, as far as its
/// parameters say.
std::string reason_without_update(const suite::Run& run);

/// Environment steps after the last evaluation.
std::int64_t unevaluated_steps(const suite::RunSettings& run, const suite::EvaluationSettings& evaluation);

/// A sentence for each of the two that applies.
std::vector<std::string> budget_warnings(const suite::Run& run);

}  // namespace tutti::run
