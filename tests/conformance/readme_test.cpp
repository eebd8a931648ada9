// A plugin's README has a table of its parameters: the same names and defaults as the plugin declares.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "conformance/plugins.hpp"

namespace tutti::conformance {
namespace {

// The parts of `text` between separators that stand outside brackets, without blanks and backticks.
std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']') --depth;
    if (depth == 0 && text.compare(i, separator.size(), separator) == 0) {
      parts.emplace_back();
      i += separator.size() - 1;
    } else if (text[i] != ' ' && text[i] != '`') {
      parts.back() += text[i];
    }
  }
  return parts;
}

// `normalization_momentum`, `_epsilon`: the second is normalization_epsilon.
std::string whole_name(const std::string& name, const std::string& first) {
  return name.starts_with('_') ? first.substr(0, first.find('_')) + name : name;
}

// Defaults by name, from the rows below "| parameter |". A row may have several names, with one default or as many.
std::map<std::string, std::string> table_of(const std::filesystem::path& file) {
  std::map<std::string, std::string> defaults;
  std::ifstream stream(file);
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("| parameter |")) inside = true;
    if (!line.starts_with("|")) inside = false;
    if (!inside || !line.starts_with("| `")) continue;
    const std::size_t second = line.find('|', 1);
    const std::vector<std::string> names = split(line.substr(1, second - 1), ", ");
    std::string values = line.substr(second + 1, line.find('|', second + 1) - second - 1);
    const std::vector<std::string> texts = split(values.substr(0, values.find(';')), ", ");
    for (std::size_t i = 0; i < names.size(); ++i) {
      defaults[whole_name(names[i], names[0])] = texts.size() == 1 ? texts[0] : i < texts.size() ? texts[i] : "";
    }
  }
  return defaults;
}

// Digits may be grouped: 1,000,000.
std::optional<double> number_in(std::string text) {
  std::erase(text, ',');
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

bool is_same(std::string declared, const std::string& written) {
  const auto number = number_in(declared), other = number_in(written);
  if (number && other) return *number == *other;
  std::erase_if(declared, [](char c) { return c == ' ' || c == '"'; });
  return declared == written;
}

void expect_described(void (*declare)(ParameterSchema&), const std::filesystem::path& readme) {
  if (!std::filesystem::exists(readme)) return;  // a plugin of somebody else
  ParameterSchema schema;
  declare(schema);
  std::map<std::string, std::string> table = table_of(readme);
  for (const ParameterSpec& spec : schema) {
    const auto row = table.find(spec.name);
    if (row == table.end()) {
      ADD_FAILURE() << readme << " has no row for " << spec.name;
      continue;
    }
    const std::string declared = to_text(spec.default_value);
    EXPECT_TRUE(is_same(declared, row->second)) << spec.name << " is " << declared << ", not " << row->second;
    table.erase(row);
  }
  for (const auto& [name, text] : table) ADD_FAILURE() << readme << " has a row for " << name << ", which is none";
}

const std::filesystem::path kPlugins = std::filesystem::path(TUTTI_SOURCE_DIR) / "plugins";

TEST(Readme, DescribesTheParametersOfEveryAlgorithm) {
  for (const std::string& name : registry().names(PluginKind::kAlgorithm)) {
    expect_described(registry().algorithm(name).declare, kPlugins / "algorithms" / name / "README.md");
  }
}

TEST(Readme, DescribesTheParametersOfEveryEnvironment) {
  for (const std::string& name : registry().names(PluginKind::kEnvironment)) {
    expect_described(registry().environment(name).declare, kPlugins / "envs" / name / "README.md");
  }
}

TEST(Readme, DefaultsAreComparedAsNumbersOrAsText) {
  EXPECT_TRUE(is_same("1000000", "1,000,000"));
  EXPECT_TRUE(is_same("5e-04", "5e-4"));
  EXPECT_TRUE(is_same("[128, 128]", "[128,128]"));
  EXPECT_TRUE(is_same("\"full\"", "full"));
  EXPECT_FALSE(is_same("0.99", "0.9"));
  EXPECT_FALSE(is_same("\"full\"", "none"));
  EXPECT_FALSE(is_same("1", ""));
}

}  // namespace
}  // namespace tutti::conformance
