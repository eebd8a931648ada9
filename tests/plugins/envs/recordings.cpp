#include "recordings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "tutti/error.hpp"

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

// In order of their names. This runs before main(): what is wrong with the folder is expect_recordings()' to say.
std::vector<std::filesystem::path> json_files() {
  std::vector<std::filesystem::path> found;
  std::error_code problem;
  for (std::filesystem::directory_iterator entry(folder(), problem), end; entry != end; entry.increment(problem)) {
    const bool is_file = entry->is_regular_file(problem);
    if (is_file && entry->path().extension() == ".json") found.push_back(entry->path());
  }
  std::ranges::sort(found);
  return found;
}

// The object's own "format", not one of something within it; "" without one. Reads no further than there: parsing all
// of every file would cost most tests more than their own work does.
std::string format_of(const std::string& text) {
  struct Found {
    std::string format;
  };
  bool comes_next = false;
  const auto look = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (comes_next && value.is_string()) throw Found{value.get<std::string>()};
    comes_next = depth == 1 && event == Json::parse_event_t::key && value == "format";
    return true;
  };
  try {
    [[maybe_unused]] const Json whole = Json::parse(text, look, /*allow_exceptions=*/false);
  } catch (const Found& found) {
    return found.format;
  }
  return "";
}

void expect_within(std::span<const double> actual, std::span<const double> expected, std::string_view what,
                   auto tolerance_of) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ASSERT_LE(std::abs(actual[i] - expected[i]), tolerance_of(expected[i]))
        << what << '[' << i << "] is " << actual[i] << "; recorded " << expected[i];
  }
}

}  // namespace

std::filesystem::path folder() {
  const char* const given = std::getenv("TUTTI_GOLDEN");
  return given != nullptr && *given != '\0' ? given : TUTTI_SOURCE_DIR "/tests/golden";
}

std::vector<std::filesystem::path> files(std::string_view format) {
  std::vector<std::filesystem::path> found = json_files();
  std::erase_if(found, [&](const std::filesystem::path& file) { return format_of(text_of(file)) != format; });
  return found;
}

void expect_recordings() {
  const std::string formats = std::string(kMpe) + ", " + std::string(kMujoco) + " or " + std::string(kModel);
  const auto where = std::filesystem::absolute(folder());
  ASSERT_TRUE(std::filesystem::is_directory(where))
      << where << " is no folder; expected one with recordings, named by TUTTI_GOLDEN";
  int recordings = 0;
  for (const auto& file : json_files()) {
    const std::string text = text_of(file);
    EXPECT_TRUE(Json::accept(text)) << file << " is not valid JSON; restore it, or move it elsewhere";
    const std::string format = format_of(text);
    if (format == kMpe || format == kMujoco || format == kModel) {
      ++recordings;
    } else {
      EXPECT_FALSE(format.starts_with("tutti-golden-"))
          << file << " has the format " << format << ", which no test replays; expected " << formats;
    }
  }
  EXPECT_GT(recordings, 0) << where << " has no recording; expected JSON files of the format " << formats;
}

Json read(const std::filesystem::path& file) try {
  return Json::parse(text_of(file));
} catch (const Json::exception& error) {
  throw Error(file.string() + " cannot be read: " + error.what());
}

std::vector<double> numbers(const Json& values) {
  std::vector<double> result;
  append_numbers(values, result);
  return result;
}

void expect_near(std::span<const double> actual, std::span<const double> expected, double tolerance,
                 std::string_view what) {
  expect_within(actual, expected, what, [&](double) { return tolerance; });
}

void expect_near_relative(std::span<const double> actual, std::span<const double> expected, double tolerance,
                          std::string_view what) {
  expect_within(actual, expected, what, [&](double value) { return tolerance * std::max(1.0, std::abs(value)); });
}

std::string test_name(const std::filesystem::path& file, std::size_t index) {
  std::string name = file.stem().string() + '_' + std::to_string(index);  // a.b.json and a_b.json
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

}  // namespace tutti::golden
