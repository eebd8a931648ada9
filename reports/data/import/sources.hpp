// The files that are to be imported.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "reports/data/import/imported_run.hpp"

namespace tutti::reports {

struct Source {
  std::filesystem::path file;
  std::filesystem::path identity;       // where the file itself lies, whatever link or path leads to it
  std::string shown;                    // as messages and the page name it; no two have the same
  bool named = false;                   // by itself, not by its folder
  std::vector<std::size_t> given = {};  // places among the given paths, one for each time
  ImportedFile content = {};
  bool used = false;
  std::string problem = {};  // why it is not used
};

/// The files among the paths and those that could be results in folders among them, in the order given; a file that
/// is given again counts once, and so does a folder that a link leads to. Nothing is read. A note is added for each
/// folder with files of other kinds. Throws Error if a folder holds none that could be results.
std::vector<Source> sources_in(std::span<const std::filesystem::path> paths, std::vector<std::string>& notes);

/// Reads a file, which may be compressed (.gz), in whichever of the known formats it has. Throws Error if it has none
/// or breaks its own.
ImportedFile read_source(const std::filesystem::path& file);

}  // namespace tutti::reports
