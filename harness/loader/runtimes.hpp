// Libraries of which one process must hold a single copy: LibTorch and OpenMP runtimes. Two copies share those of their
// symbols that are unique in a process, and none of their state.
#pragma once

#include <link.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tutti::loader {

/// A library of such a kind.
struct Runtime {
  std::string_view kind;
  std::filesystem::path file;
};

/// "LibTorch" or "OpenMP" if a library of this file name is one; otherwise empty.
constexpr std::string_view runtime_kind(std::string_view file_name) {
  if (file_name.starts_with("libtorch_cpu.so")) return "LibTorch";
  if (file_name.starts_with("libgomp-plugin")) return "";
  // "libgomp-a34b3233.so.1" is how wheels name their copies.
  for (const std::string_view name : {"libgomp.so", "libgomp-", "libomp.so", "libomp-", "libiomp5.so", "libiomp5-"}) {
    if (file_name.starts_with(name)) return "OpenMP";
  }
  return "";
}

/// Those that are loaded, by their real files.
inline std::vector<Runtime> loaded_runtimes() {
  std::vector<Runtime> result;
  const auto visit = [](dl_phdr_info* library, std::size_t, void* out) {
    const std::filesystem::path file = library->dlpi_name;
    const std::string_view kind = runtime_kind(file.filename().native());
    if (kind.empty()) return 0;
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(file, error);
    static_cast<std::vector<Runtime>*>(out)->push_back({kind, error ? file : real});
    return 0;
  };
  ::dl_iterate_phdr(visit, &result);
  return result;
}

/// "two copies of OpenMP in one process: A and B", of the first two that exclude each other; empty if none do.
inline std::string conflict_of(const std::vector<Runtime>& runtimes) {
  for (auto second = runtimes.begin(); second != runtimes.end(); ++second) {
    const auto first = std::find_if(runtimes.begin(), second, [&](const Runtime& other) {
      return other.kind == second->kind && other.file != second->file;
    });
    if (first == second) continue;
    return "two copies of " + std::string(second->kind) + " in one process: " + first->file.string() + " and " +
           second->file.string();
  }
  return "";
}

/// Throws Error, naming both files, when the library `plugin` is linked with another LibTorch than the one that is
/// loaded. Runs nothing of it. One that is linked with a copy of the same name would be given the loaded one silently.
void require_one_runtime_before_opening(const std::filesystem::path& plugin);

/// Throws Error, naming both files, when two copies are loaded, `plugin` having been opened last.
void require_one_runtime(const std::filesystem::path& plugin);

}  // namespace tutti::loader
