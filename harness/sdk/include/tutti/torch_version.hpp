// The version of LibTorch, in the words that every plugin uses.
#pragma once

#include <ATen/Version.h>
#include <torch/version.h>

#include <string>
#include <string_view>
#include <vector>

#include "tutti/plugin.hpp"

namespace tutti {

/// "AVX512": the instructions of the kernels that LibTorch uses, which ATEN_CPU_CAPABILITY may restrict; empty if it
/// does not say.
inline std::string torch_kernels() {
  constexpr std::string_view kKey = "CPU capability usage: ";
  const std::string text = at::show_config();
  const std::size_t found = text.find(kKey);
  if (found == std::string::npos) return "";
  const std::size_t first = found + kKey.size();
  return text.substr(first, text.find('\n', first) - first);
}

/// Adds the version of LibTorch's headers and its kernels. LibTorch does not report its version at run time; the host
/// adds the file and the build of the library in use.
inline void report_torch(std::vector<LibraryVersion>& libraries) {
  libraries.push_back({"LibTorch", TORCH_VERSION " (headers)"});
  if (std::string kernels = torch_kernels(); !kernels.empty())
    libraries.push_back({"LibTorch's kernels", std::move(kernels)});
}

}  // namespace tutti
