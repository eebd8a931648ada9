// The beginning of a plugin outside this tree: a project that builds against the installed SDK and passes its tests as
// it is.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tutti::scaffold {

/// Writes the project of an "algorithm" or "environment" called `name` into `folder`, which is made unless it is there
/// and empty, and returns its files. Throws Error for a name that no plugin can have and for a folder with something in
/// it, FileError.
std::vector<std::filesystem::path> write_project(const std::string& kind, const std::string& name,
                                                 const std::filesystem::path& folder);

}  // namespace tutti::scaffold
