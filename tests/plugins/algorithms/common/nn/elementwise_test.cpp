#include "nn/elementwise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace tutti {
namespace {

/// Largest difference between float32 and float64 over [-limit, limit]; relative where the value is above 1.
template <class Function>
double largest_error(Function function, float limit) {
  double largest = 0;
  for (std::int64_t i = -200'000; i <= 200'000; ++i) {
    const float x = limit * static_cast<float>(i) / 200'000;
    const double exact = function(static_cast<double>(x));
    largest = std::max(largest, std::abs(function(x) - exact) / std::max(1.0, std::abs(exact)));
  }
  return largest;
}

TEST(Elementwise, SinglePrecisionFollowsTheStandardLibrary) {
  EXPECT_LT(largest_error([](auto x) { return tanh_of(x); }, 20), 4e-7);
  EXPECT_LT(largest_error([](auto x) { return mish_of(x); }, 85), 4e-7);
  EXPECT_LT(largest_error([](auto x) { return mish_slope(x); }, 85), 4e-7);
  EXPECT_LT(largest_error([](auto x) { return gelu_of(x); }, 30), 1.5e-6);
  EXPECT_LT(largest_error([](auto x) { return gelu_slope(x); }, 30), 8e-6);
}

TEST(Elementwise, TanhKeepsTheDigitsOfSmallNumbersAndStaysWithinOne) {
  for (const float x : {1e-30F, 1e-6F, 1e-3F, 0.1F}) {
    EXPECT_NEAR(tanh_of(x) / std::tanh(static_cast<double>(x)), 1, 4e-7) << x;
    EXPECT_EQ(tanh_of(-x), -tanh_of(x));
  }
  for (const float x : {8.0F, 100.0F, std::numeric_limits<float>::infinity()}) {
    EXPECT_LE(tanh_of(x), 1);
    EXPECT_GT(tanh_of(x), 0.9999997F);
  }
}

TEST(Elementwise, KeepsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float value : {tanh_of(nan), mish_of(nan), mish_slope(nan), gelu_of(nan), gelu_slope(nan)}) {
    EXPECT_TRUE(std::isnan(value));
  }
}

}  // namespace
}  // namespace tutti
