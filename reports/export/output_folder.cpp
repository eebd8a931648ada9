#include "reports/export/output_folder.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

// Locked while a report is written; names what has been begun of it.
constexpr const char* kListOfUnfinished = ".unfinished";

// Only plain files of ours: a damaged or foreign report.json must not remove anything else.
bool is_ours(const fs::path& name) {
  if (!results::lies_inside(name)) return false;
  const std::string folder = name.begin()->string();
  return folder == "tables" || folder == "figures" || folder == "export" || name == "index.html" || name == "report.md";
}

}  // namespace

void OutputFolder::begin() {
  results::make_folder(path_);
  lock_ = results::Lock::try_lock(path_ / kListOfUnfinished);
  if (!lock_) throw Error(path_.string() + ": another report is being written here; wait for it, or give --out");
  std::vector<std::string> names;
  std::istringstream unfinished(results::read_file_if_any(path_ / kListOfUnfinished).value_or(""));
  for (std::string name; std::getline(unfinished, name);) names.push_back(name);
  const auto text = results::read_file_if_any(path_ / "report.json");
  const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
  if (json.is_object() && json.contains("files") && json["files"].is_array()) {
    for (const auto& entry : json["files"]) {
      if (entry.is_string()) names.push_back(entry.get<std::string>());
    }
  }
  // The list first: whoever interrupts this finds in it what may still be there.
  for (const std::string& name : names) announce(name);
  results::remove_file_below(path_, "report.json");
  for (const std::string& name : names) {
    if (is_ours(name)) results::remove_file_below(path_, name);
  }
}

void OutputFolder::announce(const std::string& name) {
  if (lock_) lock_->append(name + '\n');
}

void OutputFolder::write(const std::string& name, std::string_view content) {
  announce(name);
  const fs::path parent = fs::path(name).parent_path();
  if (!parent.empty()) results::make_folder_below(path_, parent);
  results::write_file(path_ / name, content, results::Durability::kProcess);
  files_.push_back(name);
}

void OutputFolder::finish(std::string_view report_json) {
  write("report.json", report_json);
  results::remove_file_below(path_, kListOfUnfinished);
}

std::vector<std::string> OutputFolder::files() const {
  std::vector<std::string> sorted = files_;
  std::ranges::sort(sorted);
  return sorted;
}

}  // namespace tutti::reports
