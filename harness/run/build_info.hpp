// Which source this program was built from, and how.
#pragma once

#include "results/run_record.hpp"

namespace tutti::run {

/// The revision is that of the last build; "unknown" outside a git work tree.
results::CodeRecord build_info();

}  // namespace tutti::run
