// The product tasks x algorithms x seeds, with every value resolved.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "suite/document.hpp"
#include "suite/suite.hpp"

namespace tutti::suite {

/// What expansion needs besides the suite's own sections.
struct Expansion {
  const Catalogue& catalogue;
  Problems& problems;
  const std::map<std::string, Section>& command_line;  // settings by "run", "evaluation" or algorithm label
};

/// Fills tasks, algorithms and runs of `plan`, whose name and seeds are set. `run_values` and `evaluation_values` are
/// those that all runs share.
void expand(const Section& document, const ResolvedValues& run_values, const ResolvedValues& evaluation_values,
            const Expansion& expansion, Plan& plan);

}  // namespace tutti::suite
