// What suites may name: the loaded plugins and the report's options.
#pragma once

#include <string>

#include "loader/registry.hpp"
#include "suite/suite.hpp"

namespace tutti::cli {

/// The plugins on the search path. Names on stderr the files that were refused, and why.
loader::Registry load_plugins();

/// Where load_plugins() looks, and how to add a folder, in lines: for help and for names that are not loaded.
std::string search_path_text();

/// Refers to `registry`, which must outlive it.
suite::Catalogue catalogue_of(loader::Registry& registry);

}  // namespace tutti::cli
