// What suites may name: the loaded plugins and the report's options.
#pragma once

#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "suite/suite.hpp"

namespace tutti::cli {

/// Takes a --plugins DIR: load_plugins() looks there before it looks elsewhere, as does every process that this one
/// starts. Throws Error if it is empty.
void add_plugin_folder(const std::string& folder);

/// The folders that load_plugins() looks in before the program's own, as absolute paths: of --plugins and of the
/// environment.
std::vector<std::string> plugin_folders();

/// The plugins on the search path. Names on stderr the files that were refused, and why.
loader::Registry load_plugins();

/// Where load_plugins() looks, and how to add a folder, in lines: for help and for names that are not loaded.
std::string search_path_text();

/// Refers to `registry`, which must outlive it.
suite::Catalogue catalogue_of(loader::Registry& registry);

}  // namespace tutti::cli
