// The suites of this tree are sound.
#include <gtest/gtest.h>

#include <algorithm>

#include "end_to_end/program.hpp"

namespace tutti::end_to_end {
namespace {

const std::filesystem::path kSuites = std::filesystem::path(TUTTI_SOURCE_DIR) / "suites";

std::vector<std::filesystem::path> every_suite() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSuites)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  return files;
}

class Suites : public testing::Test {
 protected:
  void SetUp() override {
    // A build with sanitizers may leave out the algorithms that use LibTorch.
    const Outcome algorithms = tutti({"list", "algorithms"}, kSuites);
    if (algorithms.out.find("hatd3") == std::string::npos) GTEST_SKIP() << "not all algorithms are built";
  }
};

TEST_F(Suites, OfThisTreeAreSound) {
  const std::vector<std::filesystem::path> suites = every_suite();
  ASSERT_NE(std::ranges::find(suites, kSuites / "smoke.toml"), suites.end());
  ASSERT_GT(suites.size(), 5U);
  for (const auto& file : suites) {
    const Outcome outcome = tutti({"check", file.string()}, kSuites);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
}

}  // namespace
}  // namespace tutti::end_to_end
