#include "recordings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

#include "tutti/error.hpp"

namespace tutti::golden {
namespace {

void append_numbers(const Json& value, std::vector<double>& out) {
  if (!value.is_array()) return out.push_back(value.get<double>());
  for (const Json& item : value) append_numbers(item, out);
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

// The object's own "format", not one of something within it; "" without one. Reads no further than there: all of every
// file would cost most tests more than their own work does.
std::string format_of(const std::filesystem::path& file) {
  struct Found {
    std::string format;
  };
  bool comes_next = false;
  const auto look = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (comes_next && value.is_string()) throw Found{value.get<std::string>()};
    comes_next = depth == 1 && event == Json::parse_event_t::key && value == "format";
    return true;
  };
  std::ifstream stream(file, std::ios::binary);
  try {
    [[maybe_unused]] const Json whole = Json::parse(stream, look, /*allow_exceptions=*/false);
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
  std::erase_if(found, [&](const std::filesystem::path& file) { return format_of(file) != format; });
  return found;
}

void expect_recordings() {
  const std::string formats = std::string(kMpe) + ", " + std::string(kMujoco) + " or " + std::string(kModel);
  const auto where = std::filesystem::absolute(folder());
  ASSERT_TRUE(std::filesystem::is_directory(where))
      << where << " is no folder; expected one with recordings, named by TUTTI_GOLDEN";
  int recordings = 0;
  for (const auto& file : json_files()) {
    EXPECT_TRUE(Json::accept(std::ifstream(file, std::ios::binary)))
        << file << " is not valid JSON; restore it, or move it elsewhere";
    const std::string format = format_of(file);
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
  return Json::parse(std::ifstream(file, std::ios::binary));
} catch (const Json::exception& error) {
  throw Error(file.string() + " cannot be read: " + error.what());
}

Part::Part(const Json& json, std::string file, std::string path)
    : json_(&json), file_(std::move(file)), path_(std::move(path)) {}

Part Part::at(const std::string& key) const {
  if (!json_->is_object()) refuse("an object");
  const auto found = json_->find(key);
  if (found == json_->end()) throw Error(file_ + (path_.empty() ? "" : path_ + ": ") + "no \"" + key + '"');
  return inner(*found, path_.empty() ? key : '.' + key);
}

std::vector<Part> Part::items() const {
  if (!json_->is_array() || json_->empty()) refuse("an array that is not empty");
  std::vector<Part> parts;
  for (const Json& item : *json_) parts.push_back(inner(item, '[' + std::to_string(parts.size()) + ']'));
  return parts;
}

std::vector<Part> Part::items(std::size_t count) const {
  if (!json_->is_array()) refuse("an array of " + std::to_string(count));
  if (json_->size() == count) return count == 0 ? std::vector<Part>() : items();
  throw Error(file_ + path_ + " has " + std::to_string(json_->size()) + " entries; expected " + std::to_string(count));
}

std::string Part::text() const {
  if (!json_->is_string()) refuse("a text");
  return json_->get<std::string>();
}

bool Part::flag() const {
  if (!json_->is_boolean()) refuse("true or false");
  return json_->get<bool>();
}

std::int64_t Part::integer(std::int64_t lowest, std::int64_t highest) const {
  const bool is_inside = json_->is_number_integer() && lowest <= *json_ && *json_ <= highest;
  if (!is_inside) refuse("an integer from " + std::to_string(lowest) + " to " + std::to_string(highest));
  return json_->get<std::int64_t>();
}

std::vector<double> Part::numbers(std::initializer_list<std::size_t> shape) const {
  std::vector<double> result;
  append_numbers(shape, result);
  return result;
}

std::vector<double> Part::all_numbers() const {
  if (json_->is_boolean()) return {flag() ? 1.0 : 0.0};
  if (!json_->is_array()) return numbers({});
  std::vector<double> result;
  for (const Part& item : items(json_->size())) {
    const auto more = item.all_numbers();
    result.insert(result.end(), more.begin(), more.end());
  }
  return result;
}

void Part::append_numbers(std::span<const std::size_t> shape, std::vector<double>& out) const {
  if (!shape.empty()) {
    for (const Part& item : items(shape[0])) item.append_numbers(shape.subspan(1), out);
    return;
  }
  if (!json_->is_number()) refuse("a number");
  out.push_back(json_->get<double>());
}

void Part::refuse(const std::string& expected) const {
  constexpr std::size_t kLongest = 40;
  std::string value = json_->dump();
  if (value.size() > kLongest) value = value.substr(0, kLongest) + "...";
  throw Error(file_ + (path_.empty() ? "it" : path_) + " is " + value + "; expected " + expected);
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
