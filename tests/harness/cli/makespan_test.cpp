#include "cli/makespan.hpp"

#include <gtest/gtest.h>

namespace tutti::cli {
namespace {

TEST(Makespan, RunsAreNotDividedAmongCores) {
  EXPECT_EQ(seconds_of_all({10}, 64), 10);
  EXPECT_EQ(seconds_of_all({10, 10, 10}, 2), 20);
  EXPECT_EQ(seconds_of_all({10, 10, 10, 10}, 1), 40);
}

TEST(Makespan, ARunStartsInItsTurnOnTheFirstCoreThatIsFree) {
  EXPECT_EQ(seconds_of_all({5, 1, 1, 1, 9}, 2), 12);
  EXPECT_EQ(seconds_of_all({}, 2), 0);
}

}  // namespace
}  // namespace tutti::cli
