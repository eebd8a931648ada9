#include "run/budget.hpp"

#include <gtest/gtest.h>

namespace tutti::run {
namespace {

suite::Run run_with(std::int64_t steps, std::int64_t interval, const std::string& parameter, std::int64_t value,
                    std::int64_t copies = 1) {
  suite::Run run;
  run.run_values["environment_steps"] = {steps};
  run.run_values["copies"] = {copies};
  run.evaluation_values["interval"] = {interval};
  run.algorithm_values[parameter] = {value};
  return run;
}

TEST(Budget, AWarmUpThatFillsItLeavesNoUpdate) {
  EXPECT_EQ(reason_without_update(run_with(5000, 1000, "warm_up_steps", 5000)), "warm_up_steps = 5,000");
  EXPECT_EQ(reason_without_update(run_with(5001, 1000, "warm_up_steps", 5000)), "");
  // Four times 64 copies: the last steps begin at 192.
  EXPECT_EQ(reason_without_update(run_with(200, 100, "warm_up_steps", 193, 64)), "warm_up_steps = 193");
  EXPECT_EQ(reason_without_update(run_with(200, 100, "warm_up_steps", 192, 64)), "");
}

TEST(Budget, ARolloutOfAllCopiesThatExceedsItLeavesNoUpdate) {
  EXPECT_EQ(reason_without_update(run_with(1000, 100, "rollout_length", 200, 6)), "rollout_length = 200, copies = 6");
  EXPECT_EQ(reason_without_update(run_with(1000, 100, "rollout_length", 200, 5)), "");
}

TEST(Budget, OtherParametersSayNothing) {
  EXPECT_EQ(reason_without_update(run_with(1000, 100, "batch_size", 100'000)), "");
}

TEST(Budget, WarningsNameWhatWillNotHappen) {
  EXPECT_TRUE(budget_warnings(run_with(1000, 100, "warm_up_steps", 10)).empty());
  EXPECT_EQ(budget_warnings(run_with(1050, 100, "warm_up_steps", 2000)),
            (std::vector<std::string>{
                "makes no update within its 1,050 environment steps (warm_up_steps = 2,000): it never learns",
                "its last 50 environment steps are not evaluated"}));
}

}  // namespace
}  // namespace tutti::run
