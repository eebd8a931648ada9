#include "reports/statistics/rounding.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tutti::reports {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Rounding, DecimalsShowTwoDigitsOfTheSpread) {
  EXPECT_EQ(decimals_for_spread(187), 0);
  EXPECT_EQ(decimals_for_spread(0.46), 2);
  EXPECT_EQ(decimals_for_spread(9.9), 1);
  EXPECT_EQ(decimals_for_spread(10), 0);
  EXPECT_EQ(decimals_for_spread(1), 1);
  EXPECT_EQ(decimals_for_spread(0.0001), 3);
}

TEST(Rounding, ASpreadThatIsZeroOrMissingGivesTwoDecimals) {
  EXPECT_EQ(decimals_for_spread(0), 2);
  EXPECT_EQ(decimals_for_spread(kNan), 2);
  EXPECT_EQ(decimals_for_spread(kInfinity), 2);
}

TEST(Rounding, NumbersAreAlikeIfTheyAreTheSameAtTheirLastDecimal) {
  EXPECT_TRUE(rounds_alike(6105.6, 6106.4, 0));
  EXPECT_FALSE(rounds_alike(6105.6, 6106.6, 0));
  EXPECT_TRUE(rounds_alike(-0.004, 0.004, 2));
  EXPECT_TRUE(rounds_alike(kInfinity, kInfinity, 2));
  EXPECT_FALSE(rounds_alike(kNan, kNan, 2));
}

// Exactly representable ties go to the even digit; 2.675 is just below its tie, 1.005 too.
TEST(Rounding, IsOfTheExactBinaryValueWithTiesToEven) {
  EXPECT_TRUE(rounds_alike(0.125, 0.12, 2));
  EXPECT_TRUE(rounds_alike(0.375, 0.38, 2));
  EXPECT_TRUE(rounds_alike(2.675, 2.67, 2));
  EXPECT_TRUE(rounds_alike(1.005, 1.00, 2));
  EXPECT_TRUE(rounds_alike(0.5, 0, 0));
  EXPECT_TRUE(rounds_alike(2.5, 2, 0));
  EXPECT_TRUE(rounds_alike(-3.5, -4, 0));
}

}  // namespace
}  // namespace tutti::reports
