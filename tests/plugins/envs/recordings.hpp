// Recorded trajectories of the reference implementations: JSON files in the folder named by TUTTI_GOLDEN, by default
// the copy in tests/golden. What they hold is described in tests/golden/README.md.
#pragma once

#include <cstddef>
#include <filesystem>
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

/// All numbers in nested arrays, in order; true is 1.
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
