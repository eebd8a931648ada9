#include "reports/text/row_format.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tutti::reports {
namespace {

TEST(RowFormat, UsualNumbersAreShownAsTheyAre) {
  const std::vector<Spread> row = {{6105.7, 167.1, 5}, {5861.4, 187.1, 5}};
  const RowFormat format = row_format(row);
  EXPECT_EQ(format.text(6105.7), "6106");
  EXPECT_EQ(format.unit(), "");
}

TEST(RowFormat, VerySmallAndVeryLargeNumbersShareAPowerOfTen) {
  const std::vector<Spread> small = {{2.5e-5, 3e-6, 5}, {1e-5, 1e-6, 5}};
  EXPECT_EQ(row_format(small).text(2.5e-5), "2.50");
  EXPECT_EQ(row_format(small).unit(), " (times 10^-5)");
  const std::vector<Spread> large = {{-4.2e12, 1e11, 5}};
  EXPECT_EQ(row_format(large).text(-4.2e12), "-4.20");
  EXPECT_EQ(row_format(large).unit(), " (times 10^12)");
}

TEST(RowFormat, MissingNumbersDoNotDecide) {
  const std::vector<Spread> row = {{kMissing, kMissing, 0}, {3.25, 0.5, 5}};
  EXPECT_EQ(row_format(row).text(3.25), "3.25");
}

}  // namespace
}  // namespace tutti::reports
