#include "loader/runtimes.hpp"

#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <optional>

#include "loader/elf_section.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRemedy = "build all plugins that one suite uses with the same libraries";

/// What a library asks the system's loader for.
struct Links {
  std::vector<std::string> libraries;
  std::string old_path;  // DT_RPATH, which comes before LD_LIBRARY_PATH
  std::string path;      // DT_RUNPATH, which comes after it
};

Links links_of(const fs::path& file) {
  const std::vector<std::byte> entries = read_elf_section(file, ".dynamic");
  const std::vector<std::byte> bytes = read_elf_section(file, ".dynstr");
  const std::string_view texts(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Links links;
  for (std::size_t at = 0; at + sizeof(Elf64_Dyn) <= entries.size(); at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry;
    std::memcpy(&entry, entries.data() + at, sizeof entry);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_un.d_val >= texts.size()) continue;
    const std::string_view rest = texts.substr(entry.d_un.d_val);
    const std::string text(rest.substr(0, rest.find('\0')));
    if (entry.d_tag == DT_NEEDED) links.libraries.push_back(text);
    if (entry.d_tag == DT_RPATH) links.old_path = text;
    if (entry.d_tag == DT_RUNPATH) links.path = text;
  }
  return links;
}

/// The real file `name` in the first folder of `path` that has it.
std::optional<fs::path> find_in(std::string_view path, const fs::path& origin, const std::string& name) {
  while (!path.empty()) {
    std::string folder(path.substr(0, path.find(':')));
    path.remove_prefix(std::min(folder.size() + 1, path.size()));
    for (const std::string_view variable : {"$ORIGIN", "${ORIGIN}"}) {
      if (const std::size_t at = folder.find(variable); at != std::string::npos) {
        folder.replace(at, variable.size(), origin.string());
      }
    }
    std::error_code error;
    fs::path file = fs::canonical(fs::path(folder) / name, error);
    if (!folder.empty() && !error) return file;
  }
  return std::nullopt;
}

/// The folder of the C library, where the system has its others.
std::string system_folder() {
  std::string folder;
  const auto visit = [](dl_phdr_info* library, std::size_t, void* out) {
    const fs::path file = library->dlpi_name;
    if (file.filename() == "libc.so.6") *static_cast<std::string*>(out) = file.parent_path().string();
    return 0;
  };
  ::dl_iterate_phdr(visit, &folder);
  return folder;
}

/// The file that the system's loader would take; none where only its cache knows.
std::optional<fs::path> linked_file(const Links& links, const fs::path& plugin, const std::string& name) {
  std::error_code error;
  const fs::path origin = fs::absolute(plugin, error).parent_path();
  const char* const variable = std::getenv("LD_LIBRARY_PATH");
  for (const std::string& path : {links.path.empty() ? links.old_path : std::string(),
                                  std::string(variable == nullptr ? "" : variable), links.path, system_folder()}) {
    if (std::optional<fs::path> file = find_in(path, origin, name)) return file;
  }
  return std::nullopt;
}

}  // namespace

void require_one_runtime_before_opening(const fs::path& plugin) {
  const std::vector<Runtime> loaded = loaded_runtimes();
  const auto torch = std::ranges::find(loaded, "LibTorch", &Runtime::kind);
  if (torch == loaded.end()) return;
  const Links links = links_of(plugin);
  for (const std::string& name : links.libraries) {
    if (runtime_kind(name) != "LibTorch") continue;
    const std::optional<fs::path> linked = linked_file(links, plugin, name);
    if (!linked || *linked == torch->file) continue;
    throw Error(plugin.string() + ": is linked with the LibTorch " + linked->string() +
                ", but this process has loaded " + torch->file.string() + "; " + std::string(kRemedy));
  }
}

void require_one_runtime(const fs::path& plugin) {
  const std::string conflict = conflict_of(loaded_runtimes());
  if (!conflict.empty()) throw Error(plugin.string() + ": leads to " + conflict + "; " + std::string(kRemedy));
}

}  // namespace tutti::loader
