#include "schedule.hpp"

#include <gtest/gtest.h>

#include <map>

#include "deterministic_policy.hpp"
#include "learning.hpp"
#include "presets.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

TEST(UpdateSchedule, StartsAfterTheWarmUpAndAddsFractionsUp) {
  UpdateSchedule schedule({.warm_up_steps = 20, .updates_per_step = 0.1, .interval = 1});
  std::int64_t updates = 0;
  for (int sweep = 0; sweep < 2; ++sweep) {
    EXPECT_TRUE(schedule.warming_up());
    schedule.advance(10);
    EXPECT_EQ(schedule.take_due(), 0);
  }
  EXPECT_FALSE(schedule.warming_up());
  for (int step = 0; step < 1000; ++step) {
    schedule.advance(1);
    updates += schedule.take_due();
  }
  EXPECT_EQ(updates, 100);
}

TEST(UpdateSchedule, GroupsUpdatesAsHarlDoes) {
  UpdateSchedule schedule({.warm_up_steps = 10'000, .updates_per_step = 0.1, .interval = 50});
  std::map<std::int64_t, std::int64_t> groups;  // environment steps -> updates
  for (int sweep = 0; sweep < 1200; ++sweep) {
    schedule.advance(10);
    if (const std::int64_t due = schedule.take_due(); due > 0) groups[schedule.environment_steps()] = due;
  }
  EXPECT_EQ(groups, (std::map<std::int64_t, std::int64_t>{{10'500, 50}, {11'000, 50}, {11'500, 50}, {12'000, 50}}));
}

TEST(UpdateSchedule, ContinuesFromASnapshot) {
  UpdateSchedule schedule({.warm_up_steps = 0, .updates_per_step = 0.3, .interval = 2}), other = schedule;
  for (int sweep = 0; sweep < 3; ++sweep) {
    schedule.advance(1);
    schedule.take_due();
  }
  SnapshotWriter writer;
  schedule.save(writer);
  SnapshotReader reader(writer.bytes());
  other.load(reader);
  for (int sweep = 0; sweep < 7; ++sweep) {
    schedule.advance(1);
    other.advance(1);
    EXPECT_EQ(schedule.take_due(), other.take_due());
  }
}

TEST(CommonParts, ANumberThatIsNotFiniteNamesUpdateAndQuantity) {
  EXPECT_EQ(require_finite(1.5, "critic_loss", 7), 1.5);
  try {
    require_finite(std::nan(""), "critic_loss", 7);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "update 7: critic_loss is nan, not a finite number");
  }
}

TEST(CommonParts, RefusesABatchThatIsLargerThanTheBuffer) {
  EXPECT_NO_THROW(check_batch(10, 10));
  EXPECT_THROW(check_batch(11, 10), Error);
}

TEST(CommonParts, ReportsTheLibrariesAtRunTime) {
  std::vector<LibraryVersion> libraries;
  report_libraries(libraries);
  ASSERT_EQ(libraries.size(), 2U);
  EXPECT_EQ(libraries[0].name, "LibTorch");
  EXPECT_EQ(libraries[1].name, "oneDNN");
  EXPECT_EQ(std::count(libraries[1].version.begin(), libraries[1].version.end(), '.'), 2);
}

TEST(CommonParts, BothOrdersOfTwoAgentsAreEquallyLikely) {
  RandomStream random(1);
  int swapped = 0;
  for (int draw = 0; draw < 10'000; ++draw) {
    std::vector<std::size_t> order{0, 1};
    shuffle(order, random);
    swapped += order[0] == 1;
  }
  EXPECT_NEAR(swapped / 10'000.0, 0.5, 0.02);
}

TEST(TargetNoise, IsCutAtItsLimitAndSitsThereAsOftenAsANormalDoes) {
  RandomStream random(2);
  const torch::Tensor noise = with_noise(torch::zeros({200'000, 1}), 0.2, 0.5, random);
  EXPECT_LE(noise.abs().max().item<double>(), 0.5);
  EXPECT_NEAR((noise.abs() >= 0.5).to(torch::kFloat64).mean().item<double>(), 0.0124, 0.001);  // P(|z| > 2.5)
  EXPECT_NEAR(noise.std().item<double>(), 0.2, 0.003);
  EXPECT_LE(with_noise(torch::full({1000, 1}, 0.9F), 0.2, 0.5, random).max().item<double>(), 1);
}

TEST(Presets, HarlDoesOneUpdateForEachSweep) {
  const ParameterValues values = with(harl_schedule(20), {{"warm_up_steps", std::int64_t{7}}});
  EXPECT_EQ(std::get<double>(values.at("updates_per_step")), 0.05);
  EXPECT_EQ(std::get<std::int64_t>(values.at("copies")), 20);
  EXPECT_EQ(std::get<std::int64_t>(values.at("warm_up_steps")), 7);
}

}  // namespace
}  // namespace tutti
