// The product tasks x algorithms x seeds, with every value resolved.
#pragma once

#include "suite/choices.hpp"

namespace tutti::suite {

/// Fills tasks, algorithms and runs of `plan`, whose name and seeds are set.
void expand(const Section& document, const Expansion& expansion, Plan& plan);

}  // namespace tutti::suite
