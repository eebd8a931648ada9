#include "tutti/schedule.hpp"

#include <gtest/gtest.h>

#include <map>

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
  for (int sweep = 1; sweep <= 1200; ++sweep) {
    schedule.advance(10);
    if (const std::int64_t due = schedule.take_due(); due > 0) groups[10 * sweep] = due;
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

}  // namespace
}  // namespace tutti
