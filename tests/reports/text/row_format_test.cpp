#include "reports/text/row_format.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tutti::reports {
namespace {

TEST(RowFormat, UsualNumbersAreShownAsTheyAre) {
  const std::vector<Spread> row = {{6105.7, 167.1, 5}, {5861.4, 187.1, 5}};
  const RowFormat format{digits_of(row)};
  EXPECT_EQ(format.text(6105.7), "6106");
  EXPECT_EQ(format.unit(), "");
}

TEST(RowFormat, VerySmallAndVeryLargeNumbersShareAPowerOfTen) {
  const std::vector<Spread> small = {{2.5e-5, 3e-6, 5}, {1e-5, 1e-6, 5}};
  EXPECT_EQ(RowFormat{digits_of(small)}.text(2.5e-5), "2.50");
  EXPECT_EQ(RowFormat{digits_of(small)}.unit(), " (times 10^-5)");
  const std::vector<Spread> large = {{-4.2e12, 1e11, 5}};
  EXPECT_EQ(RowFormat{digits_of(large)}.text(-4.2e12), "-4.20");
  EXPECT_EQ(RowFormat{digits_of(large)}.unit(), " (times 10^12)");
}

TEST(RowFormat, MissingNumbersDoNotDecide) {
  const std::vector<Spread> row = {{kMissing, kMissing, 0}, {3.25, 0.5, 5}};
  EXPECT_EQ(RowFormat{digits_of(row)}.text(3.25), "3.25");
}

TEST(RowFormat, AnAlgorithmThatDivergedDoesNotTakeTheDigitsOfTheOthers) {
  const std::vector<Spread> row = {{-1.2e15, 3e14, 3}, {-38.2, 1.6, 3}, {-30.6, 0.7, 3}};
  const RowFormat format{digits_of(row)};
  EXPECT_EQ(format.unit(), "");
  EXPECT_EQ(format.text(-38.2), "-38.2");
  EXPECT_EQ(format.text(-1.2e15), "-1.2e+15");
  const std::vector<Spread> pair = {{0.25, 0.05, 3}, {4e11, 1e11, 3}};
  EXPECT_EQ(RowFormat{digits_of(pair)}.text(0.25), "0.250");
}

}  // namespace
}  // namespace tutti::reports
