#include "mappo/return_statistics.hpp"

#include <gtest/gtest.h>

namespace tutti {
namespace {

TEST(ReturnStatistics, AreThePlainOnesAfterTheFirstUpdate) {
  ReturnStatistics statistics;
  EXPECT_EQ(statistics.mean(), 0);
  EXPECT_EQ(statistics.deviation(), 1);
  statistics.update(torch::tensor({1.0F, 3.0F}), 1e-5);
  EXPECT_NEAR(statistics.mean(), 2, 1e-9);
  EXPECT_NEAR(statistics.deviation(), 1, 1e-6);
  statistics.update(torch::tensor({5.0F, 7.0F}), 1e-5);  // both rollouts weigh alike, but for 1e-5
  EXPECT_NEAR(statistics.mean(), 4, 1e-4);
}

}  // namespace
}  // namespace tutti
