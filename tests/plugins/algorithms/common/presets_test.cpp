#include "presets.hpp"

#include <gtest/gtest.h>

namespace tutti {
namespace {

TEST(Presets, HarlDoesOneUpdateForEachSweep) {
  const ParameterValues values = with(harl_schedule(20), {{"warm_up_steps", std::int64_t{7}}});
  EXPECT_EQ(std::get<double>(values.at("updates_per_step")), 0.05);
  EXPECT_EQ(std::get<std::int64_t>(values.at("copies")), 20);
  EXPECT_EQ(std::get<std::int64_t>(values.at("warm_up_steps")), 7);
}

}  // namespace
}  // namespace tutti
