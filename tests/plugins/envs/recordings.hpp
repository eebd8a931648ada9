// Recorded trajectories of the reference implementations: JSON files in the folder named by TUTTI_GOLDEN, by default
// the copy in tests/golden. What they hold is described in tests/golden/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::golden {

using Json = nlohmann::json;

// Values of a file's "format".
inline constexpr std::string_view kMpe = "tutti-golden-mpe-1";
inline constexpr std::string_view kMujoco = "tutti-golden-mujoco-1";
inline constexpr std::string_view kModel = "tutti-golden-model-1";

std::filesystem::path folder();

/// Files of the folder with this format, in order of their names; none when there is no such folder.
std::vector<std::filesystem::path> files(std::string_view format);

/// Fails the present test when the folder holds no recording, or a JSON file that cannot be read or is a recording of a
/// format that nobody replays. Other JSON files may lie there.
void expect_recordings();

/// Throws Error naming the file when it cannot be read.
Json read(const std::filesystem::path& file);

/// Part of a recording, to be checked before it is replayed: all that is not as expected is an Error that says where it
/// lies, "swimmer.json: cases[0].steps[3].action has 1 entries; expected 2". The JSON is the caller's and must stay.
class Part {
 public:
  Part(const Json& json, const std::filesystem::path& file) : Part(json, file.string() + ": ", "") {}

  const Json& json() const { return *json_; }
  /// Whether it has this key, and a value that is not null.
  bool has(const std::string& key) const {
    return json_->is_object() && json_->contains(key) && !at(key).json().is_null();
  }
  Part at(const std::string& key) const;

  /// The entries of an array, which must not be empty.
  std::vector<Part> items() const;
  std::vector<Part> items(std::size_t count) const;

  std::string text() const;
  bool flag() const;
  std::int64_t integer(std::int64_t lowest, std::int64_t highest) const;
  /// Numbers in nested arrays of this shape, in order; {}: one number.
  std::vector<double> numbers(std::initializer_list<std::size_t> shape) const;
  /// However many there are, nested as they like; true is 1.
  std::vector<double> all_numbers() const;

  /// Throws Error: what is here, and that it should be `expected`.
  [[noreturn]] void refuse(const std::string& expected) const;

 private:
  Part(const Json& json, std::string file, std::string path);
  Part inner(const Json& json, const std::string& step) const { return {json, file_, path_ + step}; }
  void append_numbers(std::span<const std::size_t> shape, std::vector<double>& out) const;

  const Json* json_;
  std::string file_;
  std::string path_;
};

/// All numbers in nested arrays that were checked, in order.
std::vector<double> numbers(const Json& values);

/// Fails the present test at the first value that is further away than `tolerance`.
void expect_near(std::span<const double> actual, std::span<const double> expected, double tolerance,
                 std::string_view what);

/// The same with tolerance * max(1, |expected|).
void expect_near_relative(std::span<const double> actual, std::span<const double> expected, double tolerance,
                          std::string_view what);

/// Name of the test of the file with this index: letters, digits and underscores, no other file's.
std::string test_name(const std::filesystem::path& file, std::size_t index);

}  // namespace tutti::golden
