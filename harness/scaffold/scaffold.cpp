#include "scaffold/scaffold.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "results/files.hpp"
#include "scaffold/templates.hpp"
#include "tutti/error.hpp"

namespace tutti::scaffold {
namespace {

constexpr std::size_t kMostLetters = 40;

// A plugin's name that is also a C++ identifier and a CMake target.
void check_name(const std::string& name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_allowed = [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  static const std::vector<std::string> kTargets = {"all",     "clean",         "edit_cache", "help",  "install",
                                                    "package", "rebuild_cache", "test",       "torch", "tutti"};
  if (std::ranges::count(kTargets, name) > 0)
    throw Error("\"" + name + "\" cannot be a plugin's name here: a build has a target of that name already");
  if (!name.empty() && name.size() <= kMostLetters && is_lower(name.front()) && std::ranges::all_of(name, is_allowed))
    return;
  throw Error("\"" + name + "\" cannot be a plugin's name here; expected at most " + std::to_string(kMostLetters) +
              " lower-case letters, digits and underscores, a letter first, such as my_method");
}

/// "my_method" as MyMethod.
std::string pascal_case(const std::string& name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c == '_') {
      upper = true;
      continue;
    }
    result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return result;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

std::vector<std::filesystem::path> write_project(const std::string& kind, const std::string& name,
                                                 const std::filesystem::path& folder) {
  check_name(name);
  if (std::filesystem::exists(folder) && !(std::filesystem::is_directory(folder) && std::filesystem::is_empty(folder)))
    throw Error(folder.string() + ": is there already; give another folder with --dir, or an empty one");
  results::make_folder(folder);
  std::vector<std::filesystem::path> files;
  for (const Template& file : templates()) {
    if (file.kind != kind) continue;
    std::string text = replaced(std::string(file.text), "{{name}}", name);
    text = replaced(std::move(text), "PluginName", pascal_case(name));
    text = replaced(std::move(text), "{{minor}}", TUTTI_MINOR_VERSION);
    files.push_back(folder / replaced(std::string(file.file), "plugin", name));
    results::write_file(files.back(), text, results::Durability::kProcess);
  }
  return files;
}

}  // namespace tutti::scaffold
