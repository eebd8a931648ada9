#include "learning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tutti/error.hpp"

namespace tutti {
namespace {

TEST(Learning, ANumberThatIsNotFiniteNamesUpdateAndQuantity) {
  EXPECT_EQ(require_finite(1.5, "critic_loss", 7), 1.5);
  try {
    require_finite(std::nan(""), "critic_loss", 7);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "update 7: critic_loss is nan, not a finite number");
  }
}

TEST(Learning, RefusesABatchThatIsLargerThanTheBuffer) {
  EXPECT_NO_THROW(check_batch(10, 10));
  EXPECT_THROW(check_batch(11, 10), Error);
}

TEST(Learning, RefusesWidthsThatNobodyCanMean) {
  EXPECT_NO_THROW(check_widths("hidden", {}));
  EXPECT_NO_THROW(check_widths("hidden", {4096, 4096, 4096, 4096}));
  EXPECT_NO_THROW(check_widths("hidden", {16384, 4096}));
  EXPECT_THROW(check_widths("hidden", {16384, 4097}), Error);
  EXPECT_THROW(check_widths("hidden", std::vector<std::int64_t>(65, 1)), Error);
}

TEST(Learning, ReportsTheLibrariesAtRunTime) {
  std::vector<LibraryVersion> libraries;
  report_libraries(libraries);
  ASSERT_EQ(libraries.size(), 2U);
  EXPECT_EQ(libraries[0].name, "LibTorch");
  EXPECT_EQ(libraries[1].name, "oneDNN");
  EXPECT_EQ(std::count(libraries[1].version.begin(), libraries[1].version.end(), '.'), 2);
}

TEST(Learning, BothOrdersOfTwoAgentsAreEquallyLikely) {
  RandomStream random(1);
  int swapped = 0;
  for (int draw = 0; draw < 10'000; ++draw) {
    std::vector<std::size_t> order{0, 1};
    shuffle(order, random);
    swapped += order[0] == 1;
  }
  EXPECT_NEAR(swapped / 10'000.0, 0.5, 0.02);
}

}  // namespace
}  // namespace tutti
