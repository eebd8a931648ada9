#include "reports/text/numbers.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tutti::reports {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Numbers, RoundingIsOfTheExactBinaryValueWithTiesToEven) {
  EXPECT_EQ(fixed(0.125, 2), "0.12");
  EXPECT_EQ(fixed(0.375, 2), "0.38");
  EXPECT_EQ(fixed(2.675, 2), "2.67");
  EXPECT_EQ(fixed(0.5, 0), "0");
  EXPECT_EQ(fixed(1.5, 0), "2");
  EXPECT_EQ(fixed(2.5, 0), "2");
  EXPECT_EQ(fixed(6105.7, 0), "6106");
}

TEST(Numbers, NegativeZeroLosesItsSign) {
  EXPECT_EQ(fixed(-0.004, 2), "0.00");
  EXPECT_EQ(fixed(-0.0, 0), "0");
  EXPECT_EQ(fixed(-0.006, 2), "-0.01");
}

TEST(Numbers, WhatIsMissingIsEmptyAndNeverZero) {
  EXPECT_EQ(fixed(kNan, 2), "");
  EXPECT_EQ(shortest(kNan), "");
  EXPECT_EQ(shortest(kInfinity), "");
}

TEST(Numbers, TheShortestFormReadsBackExactly) {
  for (const double value : {0.1, 1.0 / 3, 6105.7, -1e-300, 123456789.125})
    EXPECT_EQ(std::stod(shortest(value)), value);
  EXPECT_EQ(shortest(0.1), "0.1");
}

TEST(Numbers, PlainDecimalsAreTold) {
  for (const char* text : {"0", "-12", "3.25", "-0.5"}) EXPECT_TRUE(is_number(text)) << text;
  for (const char* text : {"", "-", ".5", "1.", "1e5", "> 3", "2.2×", "1.2.3"}) EXPECT_FALSE(is_number(text)) << text;
}

}  // namespace
}  // namespace tutti::reports
