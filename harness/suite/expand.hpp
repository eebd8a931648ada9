// The product tasks x algorithms x seeds, with every value resolved.
#pragma once

#include "suite/choices.hpp"

namespace tutti::suite {

/// Fills tasks, algorithms and runs of `plan`, whose name and seeds are set. `run_values` and `evaluation_values` are
/// those that all runs share.
void expand(const Section& document, const ResolvedValues& run_values, const ResolvedValues& evaluation_values,
            const Expansion& expansion, Plan& plan);

}  // namespace tutti::suite
