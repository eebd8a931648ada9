#include "reports/data/names.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "digest/digest.hpp"

namespace tutti::reports {

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string short_label(const TaskInfo& task) {
  const bool prefixed = !task.family.empty() && task.label.starts_with(task.family + "/");
  return prefixed ? task.label.substr(task.family.size() + 1) : task.label;
}

std::string file_name(const std::string& label, char replacement) {
  constexpr std::size_t kMost = 80, kDigest = 12;
  std::string name = label;
  for (char& c : name) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    if (!kept) c = replacement;
  }
  return name.size() <= kMost ? name : name.substr(0, kMost - kDigest - 1) + "-" + sha256(label).substr(0, kDigest);
}

std::string unused_file_name(const std::string& name, std::set<std::string>& used) {
  std::string candidate = name;
  for (int number = 2; !used.insert(lower_case(candidate)).second; ++number)
    candidate = name + "-" + std::to_string(number);
  return candidate;
}

std::vector<std::string> distinct_names(const std::vector<std::string>& labels) {
  std::vector<std::string> result;
  std::set<std::string> taken;
  for (std::string name : labels) {
    std::ranges::replace(name, ',', '_');
    std::string candidate = name;
    for (int number = 2; !taken.insert(lower_case(candidate)).second; ++number)
      candidate = name + "_" + std::to_string(number);
    result.push_back(candidate);
  }
  return result;
}

}  // namespace tutti::reports
