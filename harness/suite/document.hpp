// A suite file as settings with positions, and the list of what is wrong with it. The only place that parses TOML.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/parameters.hpp"

namespace tutti::suite {

/// Where something stands in the suite file; line 0 means the command line.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Position&) const = default;
};

/// Everything that is wrong, said once, in order of position.
class Problems {
 public:
  explicit Problems(std::filesystem::path file) : file_(std::move(file)) {}

  /// `path` is the key's path, "algorithm[2].discount"; empty if the problem has none.
  void add(Position position, const std::string& path, const std::string& what);
  /// Notes that one of the problems is about a plugin that is not loaded.
  void note_unknown_plugin() { unknown_plugin_ = true; }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }

  /// Throws Error with one line for each problem, if there is any; UnknownPlugin after a note of one.
  void throw_if_any() const;

 private:
  std::filesystem::path file_;
  std::vector<std::pair<Position, std::string>> entries_;
  bool unknown_plugin_ = false;
};

struct Setting {
  std::optional<ParameterValue> value;  // nothing: of a kind that no parameter has
  Position key;
  Position where;         // of the value
  std::string otherwise;  // what is there if no parameter has such a value, for messages
};

/// One table: its values, and the tables below it.
struct Section {
  std::string path;  // "algorithm[2]"; empty for the file itself
  Position where;
  std::map<std::string, Setting> settings;
  std::map<std::string, Section> tables;
  std::map<std::string, std::vector<Section>> lists;  // [[name]]

  bool has(const std::string& key) const {
    return settings.contains(key) || tables.contains(key) || lists.contains(key);
  }
  std::string path_of(const std::string& key) const { return path.empty() ? key : path + "." + key; }
};

/// The content of a suite file. Throws Error naming file, line and column where it is not TOML.
Section parse_document(std::string_view text, const std::filesystem::path& file);

/// A value as it is written in TOML; anything else is taken as text. For the command line.
std::optional<ParameterValue> parse_value(std::string_view text);

}  // namespace tutti::suite
