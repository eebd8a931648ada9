#include "text/quantities.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tutti::text {
namespace {

TEST(Quantities, NumbersAreGroupedByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(Quantities, CountsUseThousandsAndMillions) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(850), "850");
  EXPECT_EQ(count_text(83'333.3), "83.3k");
  EXPECT_EQ(count_text(1'250), "1.25k");
  EXPECT_EQ(count_text(1'234), "1.2k");
  EXPECT_EQ(count_text(180'000), "180k");
  EXPECT_EQ(count_text(999'960), "1.0M");
  EXPECT_EQ(count_text(1'000'000), "1.0M");
  EXPECT_EQ(count_text(1'250'000), "1.25M");
  EXPECT_EQ(count_text(10'000'000), "10.0M");
  EXPECT_EQ(count_text(std::numeric_limits<double>::infinity()), "∞");
}

TEST(Quantities, BytesUseDecimalUnits) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(850), "850 B");
  EXPECT_EQ(bytes_text(1500), "1.5 kB");
  EXPECT_EQ(bytes_text(512e6), "512 MB");
  EXPECT_EQ(bytes_text(999.96e6), "1.0 GB");
  EXPECT_EQ(bytes_text(1.5e9), "1.5 GB");
  EXPECT_EQ(bytes_text(24e12), "24.0 TB");
}

TEST(Quantities, DurationsUseTheUnitsOfPeople) {
  EXPECT_EQ(duration_text(8.21), "8.2 s");
  EXPECT_EQ(duration_text(59.97), "1 min 00 s");
  EXPECT_EQ(duration_text(725), "12 min 05 s");
  EXPECT_EQ(duration_text(3599.7), "1 h 00 min");
  EXPECT_EQ(duration_text(11'234), "3 h 07 min");
  EXPECT_EQ(duration_text(76 * 3600), "3 d 04 h");
}

TEST(Quantities, WhatIsNotFiniteIsEmpty) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(count_text(nan), "");
  EXPECT_EQ(bytes_text(nan), "");
  EXPECT_EQ(duration_text(nan), "");
}

TEST(Quantities, ClockTimesAreRoundedUp) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(34.2), "0:35");
  EXPECT_EQ(clock_text(3729), "1:02:09");
  EXPECT_EQ(clock_text(76 * 3600), "3d 04h");
}

}  // namespace
}  // namespace tutti::text
