#include "suite/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "suite/depth.hpp"
#include "suite/unknown_plugin.hpp"
#include "text/clean.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

Position position_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

std::optional<IntegerList> integers_of(const toml::array& array) {
  IntegerList result;
  for (const toml::node& node : array) {
    if (!node.is_integer()) return std::nullopt;
    result.push_back(**node.as_integer());
  }
  return result;
}

std::optional<IntegerLists> lists_of(const toml::array& array) {
  IntegerLists result;
  for (const toml::node& node : array) {
    const auto inner = node.is_array() ? integers_of(*node.as_array()) : std::nullopt;
    if (!inner) return std::nullopt;
    result.push_back(*inner);
  }
  return result;
}

// Text ends up in other files and on terminals, which control characters would garble.
bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// Keys may hold anything; a terminal would obey control characters.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_printable({&c, 1})) {
      result += c;
    } else {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto code = static_cast<unsigned char>(c);
      result += std::string("\\u00") + kDigits[code / 16] + kDigits[code % 16];
    }
  }
  return result;
}

std::optional<ParameterValue> value_of(const toml::node& node) {
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* text = node.as_string()) {
    if (is_printable(text->get())) return text->get();
  }
  if (const auto* array = node.as_array()) {
    if (const auto list = integers_of(*array)) return *list;
    if (const auto lists = lists_of(*array)) return *lists;
  }
  return std::nullopt;
}

// A value that no parameter has, as messages show it.
std::string written(const toml::node& node) {
  if (const auto* text = node.as_string()) {
    return is_printable(text->get()) ? to_text(ParameterValue(text->get())) : "text with control characters";
  }
  if (const auto* array = node.as_array()) {
    std::string items;
    for (const toml::node& item : *array) items += (items.empty() ? "" : ", ") + written(item);
    return "[" + items + "]";
  }
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return text.str();
}

Section section_of(const toml::table& table, std::string path);

std::vector<Section> sections_of(const toml::array& tables, const std::string& path) {
  std::vector<Section> result;
  for (const toml::node& node : tables) {
    result.push_back(section_of(*node.as_table(), path + "[" + std::to_string(result.size() + 1) + "]"));
  }
  return result;
}

Section section_of(const toml::table& table, std::string path) {
  Section section{
      .path = std::move(path), .where = position_of(table.source()), .settings = {}, .tables = {}, .lists = {}};
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (const auto* inner = node.as_table()) {
      section.tables.emplace(name, section_of(*inner, section.path_of(name)));
    } else if (node.is_array_of_tables()) {
      section.lists.emplace(name, sections_of(*node.as_array(), section.path_of(name)));
    } else {
      section.settings.emplace(
          name, Setting{value_of(node), position_of(key.source()), position_of(node.source()), written(node)});
    }
  }
  return section;
}

}  // namespace

void Problems::add(Position position, const std::string& path, const std::string& what) {
  const std::string place =
      position.line == 0 ? "command line"
                         : file_.string() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
  entries_.emplace_back(position, place + ": " + (path.empty() ? "" : printable(path) + ": ") + printable(what));
}

void Problems::throw_if_any() const {
  if (entries_.empty()) return;
  auto sorted = entries_;
  std::ranges::sort(sorted);
  const auto repeated = std::ranges::unique(sorted);
  sorted.erase(repeated.begin(), repeated.end());
  std::string lines;
  for (const auto& [position, line] : sorted) lines += (lines.empty() ? "" : "\n") + line;
  if (unknown_plugin_) throw UnknownPlugin(lines);
  throw Error(lines);
}

Section parse_document(std::string_view text, const std::filesystem::path& file) {
  check_nesting(text, file);
  try {
    return section_of(toml::parse(text), "");
  } catch (const toml::parse_error& error) {
    const Position position = position_of(error.source());
    throw Error(file.string() + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) +
                ": not valid TOML: " + std::string(error.description()));
  }
}

std::optional<ParameterValue> parse_value(std::string_view text) {
  check_nesting(text, "command line");
  try {
    const toml::table table = toml::parse("value = " + std::string(text));
    if (table.size() == 1) return value_of(*table.get("value"));
  } catch (const toml::parse_error&) {
    // Text without quotes, as one types it in a shell.
  }
  if (!is_printable(text) || text::clean_text(text) != text) return std::nullopt;
  return std::string(text);
}

}  // namespace tutti::suite
