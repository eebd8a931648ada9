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
  EXPECT_EQ(duration_text(kNan), "");
  EXPECT_EQ(memory_text(kNan), "");
}

TEST(Numbers, TheShortestFormReadsBackExactly) {
  for (const double value : {0.1, 1.0 / 3, 6105.7, -1e-300, 123456789.125})
    EXPECT_EQ(std::stod(shortest(value)), value);
  EXPECT_EQ(shortest(0.1), "0.1");
}

TEST(Numbers, StepsUseThousandsAndMillions) {
  EXPECT_EQ(steps_text(0), "0");
  EXPECT_EQ(steps_text(850), "850");
  EXPECT_EQ(steps_text(83'333.3), "83.3k");
  EXPECT_EQ(steps_text(180'000), "180k");
  EXPECT_EQ(steps_text(999'960), "1.0M");
  EXPECT_EQ(steps_text(1'000'000), "1.0M");
  EXPECT_EQ(steps_text(1'250'000), "1.25M");
  EXPECT_EQ(steps_text(10'000'000), "10.0M");
}

TEST(Numbers, DurationsNeverShowSixtySecondsOrMinutes) {
  EXPECT_EQ(duration_text(8.21), "8.2 s");
  EXPECT_EQ(duration_text(59.97), "1 min 00 s");
  EXPECT_EQ(duration_text(725), "12 min 05 s");
  EXPECT_EQ(duration_text(3599.7), "1 h 00 min");
  EXPECT_EQ(duration_text(11'234), "3 h 07 min");
}

TEST(Numbers, PlainDecimalsAreTold) {
  for (const char* text : {"0", "-12", "3.25", "-0.5"}) EXPECT_TRUE(is_number(text)) << text;
  for (const char* text : {"", "-", ".5", "1.", "1e5", "> 3", "2.2×", "1.2.3"}) EXPECT_FALSE(is_number(text)) << text;
}

}  // namespace
}  // namespace tutti::reports
