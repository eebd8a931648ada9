// One plugin's library, opened in this process.
#pragma once

#include <boost/dll/shared_library.hpp>

#include "loader/registry.hpp"

namespace tutti::loader {

/// Opens the library unless it is open, and finds its complete table of functions. Throws Error.
const EnvironmentPlugin& environment_table(boost::dll::shared_library& library, const Plugin& plugin);
const AlgorithmPlugin& algorithm_table(boost::dll::shared_library& library, const Plugin& plugin);

}  // namespace tutti::loader
