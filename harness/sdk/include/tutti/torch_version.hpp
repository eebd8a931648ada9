// The version of LibTorch, in the words that every plugin uses.
#pragma once

#include <torch/version.h>

#include <vector>

#include "tutti/plugin.hpp"

namespace tutti {

/// Adds the version of LibTorch's headers. LibTorch does not report its version at run time; the host adds the file and
/// the build of the library in use.
inline void report_torch(std::vector<LibraryVersion>& libraries) {
  libraries.push_back({"LibTorch", TORCH_VERSION " (headers)"});
}

}  // namespace tutti
