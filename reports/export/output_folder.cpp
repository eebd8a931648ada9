#include "reports/export/output_folder.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "results/files.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

// Only plain files of ours: a damaged or foreign report.json must not remove anything else.
bool is_ours(const fs::path& name) {
  const std::string folder = name.begin()->string();
  const bool known =
      folder == "tables" || folder == "figures" || folder == "export" || name == "index.html" || name == "report.md";
  return known && std::find(name.begin(), name.end(), "..") == name.end();
}

}  // namespace

void OutputFolder::remove_listed() const {
  const auto text = results::read_file_if_any(path_ / "report.json");
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("files") || !json["files"].is_array()) return;
  std::error_code ignored;
  for (const auto& entry : json["files"]) {
    if (entry.is_string() && !entry.get<std::string>().empty() && is_ours(entry.get<std::string>()))
      fs::remove(path_ / entry.get<std::string>(), ignored);
  }
}

void OutputFolder::write(const std::string& name, std::string_view content) {
  const fs::path file = path_ / name;
  results::make_folder(file.parent_path());
  results::write_file(file, content, results::Durability::kProcess);
  files_.push_back(name);
}

std::vector<std::string> OutputFolder::files() const {
  std::vector<std::string> sorted = files_;
  std::ranges::sort(sorted);
  return sorted;
}

}  // namespace tutti::reports
