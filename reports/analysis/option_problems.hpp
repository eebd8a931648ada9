// What the [report] table of a suite asks for although no report could do it: found before anything runs.
#pragma once

#include <map>
#include <string>

#include "results/plan_record.hpp"

namespace tutti::reports {

/// By option, what is wrong with it and what to do; empty if the suite's report can be made as it asks.
std::map<std::string, std::string> option_problems(const results::PlanRecord& plan);

}  // namespace tutti::reports
