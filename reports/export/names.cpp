#include "reports/export/names.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace tutti::reports {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string file_name(const std::string& label) {
  std::string result = label;
  for (char& c : result) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    if (!kept) c = '_';
  }
  return result;
}

std::vector<std::string> distinct_names(const std::vector<std::string>& labels) {
  std::vector<std::string> result;
  std::set<std::string> taken;
  for (std::string name : labels) {
    std::ranges::replace(name, ',', '_');
    std::string candidate = name;
    for (int number = 2; !taken.insert(lower(candidate)).second; ++number)
      candidate = name + "_" + std::to_string(number);
    result.push_back(candidate);
  }
  return result;
}

}  // namespace tutti::reports
