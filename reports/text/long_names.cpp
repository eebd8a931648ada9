#include "reports/text/long_names.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tutti::reports {
namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    const bool continues = (byte & 0xC0) == 0x80;
    if (continues && !characters.empty()) {
      characters.back() += byte;
    } else {
      characters.emplace_back(1, byte);
    }
  }
  return characters;
}

std::string join(const std::vector<std::string>& characters, std::size_t begin, std::size_t end) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) text += characters[i];
  return text;
}

// `head` parts in eight of what is kept stand before the gap.
std::string shortened(const std::string& name, std::size_t most, std::size_t head) {
  const std::vector<std::string> all = split(name);
  if (all.size() <= most) return name;
  const std::size_t kept = std::max<std::size_t>(most, 2) - 1;
  const std::size_t start = kept * head / 8;
  return join(all, 0, start) + "…" + join(all, all.size() - (kept - start), all.size());
}

using ShortNames = std::map<std::string, std::string>;  // by whole name

ShortNames all_shortened(const std::set<std::string>& names, std::size_t most, std::size_t head) {
  ShortNames result;
  for (const std::string& name : names) result[name] = shortened(name, most, head);
  return result;
}

bool are_distinct(const ShortNames& names) {
  std::set<std::string> found;
  return std::ranges::all_of(names, [&](const auto& name) { return found.insert(name.second).second; });
}

ShortNames numbered(const std::set<std::string>& names, std::size_t most) {
  ShortNames result;
  std::set<std::string> found;
  for (const std::string& name : names) {
    std::string text = shortened(name, most, 4);
    for (int number = 2; !found.insert(text).second; ++number) {
      const std::string suffix = " (" + std::to_string(number) + ")";
      text = shortened(name, most > suffix.size() + 2 ? most - suffix.size() : 2, 4) + suffix;
    }
    result[name] = text;
  }
  return result;
}

bool may_break_after(const std::string& character) {
  return character == " " || character == "_" || character == "-" || character == "/";
}

}  // namespace

std::size_t characters(const std::string& text) { return split(text).size(); }

std::vector<std::string> short_names(const std::vector<std::string>& names, std::size_t most) {
  const std::set<std::string> all(names.begin(), names.end());
  ShortNames chosen;
  for (const std::size_t head : {4U, 6U, 2U, 7U, 1U}) {
    chosen = all_shortened(all, most, head);
    if (are_distinct(chosen)) break;
  }
  if (!are_distinct(chosen)) chosen = numbered(all, most);
  std::vector<std::string> result;
  for (const std::string& name : names) result.push_back(chosen.at(name));
  return result;
}

std::vector<std::string> name_lines(const std::string& name, std::size_t most) {
  const std::vector<std::string> all = split(name);
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (all.size() - begin > most) {
    std::size_t end = begin + most;
    for (std::size_t i = end; i > begin && i >= begin + most / 2; --i) {
      if (!may_break_after(all[i - 1])) continue;
      end = i;
      break;
    }
    lines.push_back(join(all, begin, end));
    begin = end;
  }
  lines.push_back(join(all, begin, all.size()));
  return lines;
}

}  // namespace tutti::reports
