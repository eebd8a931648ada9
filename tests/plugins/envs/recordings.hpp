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

std::filesystem::path folder();

/// Files of the folder with this "format", in order of their names. Throws when the folder cannot be read.
std::vector<std::filesystem::path> files(std::string_view format);

Json read(const std::filesystem::path& file);

/// All numbers in nested arrays, in order; true is 1.
std::vector<double> numbers(const Json& values);

/// Fails the present test at the first value that is further away than tolerance * max(1, |expected|).
void expect_near(std::span<const double> actual, std::span<const double> expected, double tolerance,
                 std::string_view what);

/// Name of a test for `file`: letters, digits and underscores.
std::string test_name(const std::filesystem::path& file);

}  // namespace tutti::golden
