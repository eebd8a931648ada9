#include "recordings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace tutti::golden {
namespace {

void append_numbers(const Json& value, std::vector<double>& out) {
  if (value.is_boolean()) return out.push_back(value.get<bool>() ? 1 : 0);
  if (!value.is_array()) return out.push_back(value.get<double>());
  for (const Json& item : value) append_numbers(item, out);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

std::filesystem::path folder() {
  const char* const given = std::getenv("TUTTI_GOLDEN");
  return given != nullptr && *given != '\0' ? given : TUTTI_SOURCE_DIR "/tests/golden";
}

std::vector<std::filesystem::path> files(std::string_view format) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() != ".json") continue;
    // Parsing all of them would cost every single test more than its own work does.
    if (text_of(entry.path()).find('"' + std::string(format) + '"') != std::string::npos) found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

Json read(const std::filesystem::path& file) { return Json::parse(text_of(file)); }

std::vector<double> numbers(const Json& values) {
  std::vector<double> result;
  append_numbers(values, result);
  return result;
}

void expect_near(std::span<const double> actual, std::span<const double> expected, double tolerance,
                 std::string_view what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_LE(std::abs(actual[i] - expected[i]), tolerance * std::max(1.0, std::abs(expected[i])))
        << what << '[' << i << "] is " << actual[i] << "; recorded " << expected[i];
  }
}

std::string test_name(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

}  // namespace tutti::golden
