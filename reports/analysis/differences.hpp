// What is not the same in all runs: code, libraries, task facts, protocol and configurations, machines.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/analysis.hpp"
#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Properties with more than one value, those that forbid aggregation first.
std::vector<Difference> differences_between(const std::vector<const Run*>& runs, const Dataset& data);

/// One sentence for each of the refused ones, for an error message.
std::string describe_differences(const std::vector<Difference>& differences);

/// The same facts over all runs; several values are joined with "; ".
struct Facts {
  std::vector<Fact> code, libraries, machine, numerics;
};
Facts facts_of(const std::vector<const Run*>& runs);

}  // namespace tutti::reports
