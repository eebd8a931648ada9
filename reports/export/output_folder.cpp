#include "reports/export/output_folder.hpp"

#include <nlohmann/json.hpp>

#include "results/files.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

// Only plain files of ours: a damaged or foreign report.json must not remove anything else.
bool is_ours(const fs::path& name) {
  if (!results::lies_inside(name)) return false;
  const std::string folder = name.begin()->string();
  return folder == "tables" || folder == "figures" || folder == "export" || name == "index.html" || name == "report.md";
}

}  // namespace

void OutputFolder::remove_listed() const {
  const auto text = results::read_file_if_any(path_ / "report.json");
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (!json.is_object() || !json.contains("files") || !json["files"].is_array()) return;
  for (const auto& entry : json["files"]) {
    if (!entry.is_string() || !is_ours(entry.get<std::string>())) continue;
    results::remove_file_below(path_, entry.get<std::string>());
  }
}

void OutputFolder::write(const std::string& name, std::string_view content) {
  const fs::path parent = fs::path(name).parent_path();
  if (!parent.empty()) results::make_folder_below(path_, parent);
  results::write_file(path_ / name, content, results::Durability::kProcess);
  files_.push_back(name);
}

std::vector<std::string> OutputFolder::files() const {
  std::vector<std::string> sorted = files_;
  std::ranges::sort(sorted);
  return sorted;
}

}  // namespace tutti::reports
