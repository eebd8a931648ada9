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

TEST(Budget, AnIntervalOfUpdatesLongerThanTheRestLeavesNoUpdate) {
  // 10,000 steps at random, then 20 sweeps of 20 copies.
  suite::Run run = run_with(10'400, 1000, "warm_up_steps", 10'000, 20);
  run.algorithm_values["update_interval"] = {std::int64_t{50}};
  EXPECT_EQ(reason_without_update(run), "warm_up_steps = 10,000, update_interval = 50, copies = 20");
  run.algorithm_values["update_interval"] = {std::int64_t{20}};
  EXPECT_EQ(reason_without_update(run), "");
}

TEST(Budget, FewUpdatesPerStepLeaveNone) {
  suite::Run run = run_with(1000, 100, "warm_up_steps", 900, 10);
  run.algorithm_values["updates_per_step"] = {0.009};
  EXPECT_EQ(reason_without_update(run), "warm_up_steps = 900, updates_per_step = 0.009");
  run.algorithm_values["updates_per_step"] = {0.01};
  EXPECT_EQ(reason_without_update(run), "");
  run.algorithm_values["update_interval"] = {std::int64_t{6}};  // of ten sweeps, six count
  EXPECT_EQ(reason_without_update(run), "warm_up_steps = 900, updates_per_step = 0.01");
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
