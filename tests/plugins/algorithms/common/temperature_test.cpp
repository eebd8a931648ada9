#include "temperature.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tutti {
namespace {

TEST(Temperature, RisesWhileTheEntropyFallsShortAndStaysWhenFixed) {
  Temperature rising(1, true, 1e-3), falling(1, true, 1e-3), fixed(0.2, false, 1e-3);
  for (int step = 0; step < 100; ++step) {
    rising.step(1);
    falling.step(-1);
    fixed.step(1);
  }
  // The loss is linear in the logarithm, so Adam moves it by its rate on every step.
  EXPECT_NEAR(rising.value(), std::exp(0.1), 1e-6);
  EXPECT_NEAR(falling.value(), std::exp(-0.1), 1e-6);
  EXPECT_NEAR(fixed.value(), 0.2, 1e-12);
}

TEST(Temperature, AFixedOneMayBeZero) {
  Temperature none(0, false, 1e-3, torch::kFloat32), other(0.5, false, 1e-3, torch::kFloat32);
  none.step(1);
  EXPECT_EQ(none.value(), 0);
  SnapshotWriter writer;
  none.save(writer, "temperature");
  SnapshotReader reader(writer.bytes());
  other.load(reader, "temperature");
  EXPECT_EQ(other.value(), 0);
}

}  // namespace
}  // namespace tutti
