#include "run/metric_averages.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "run/finite.hpp"

namespace tutti::run {
namespace {

TEST(MetricAverages, GivesTheMeanSinceTheLastTake) {
  MetricAverages metrics({"critic_loss", "actor_loss"});
  metrics.add("critic_loss", 1);
  metrics.add("critic_loss", 2);
  auto means = metrics.take();
  EXPECT_EQ(means.at(0), 1.5);
  EXPECT_FALSE(means.at(1).has_value());
  metrics.add("actor_loss", 4);
  means = metrics.take();
  EXPECT_FALSE(means.at(0).has_value());
  EXPECT_EQ(means.at(1), 4);
}

// Also a quantity that only every n-th update has is in every row that has such an update.
TEST(MetricAverages, CostlyQuantityIsWantedOnceForEveryRow) {
  MetricAverages metrics({"critic_loss", "actor_gradient_norm"});
  metrics.add("critic_loss", 1);
  EXPECT_TRUE(metrics.wanted("actor_gradient_norm"));
  metrics.add("actor_gradient_norm", 2);
  EXPECT_FALSE(metrics.wanted("actor_gradient_norm"));
  metrics.take();
  EXPECT_TRUE(metrics.wanted("actor_gradient_norm"));
  EXPECT_THROW(metrics.wanted("no_such"), Error);
}

TEST(MetricAverages, ValuesWhoseSumOverflowsEndTheRun) {
  MetricAverages metrics({"a"});
  metrics.add("a", 1.5e308);
  EXPECT_NO_THROW(metrics.check(7));
  metrics.add("a", 1.5e308);
  EXPECT_THROW(metrics.check(7), NotFiniteError);
}

TEST(MetricAverages, PendingSumsSurviveASnapshot) {
  MetricAverages metrics({"a"});
  metrics.add("a", 0.1);
  metrics.add("a", 0.2);
  SnapshotWriter writer;
  metrics.save(writer);
  MetricAverages other({"a"});
  SnapshotReader reader(writer.bytes());
  other.load(reader);
  other.add("a", 0.6);
  metrics.add("a", 0.6);
  EXPECT_EQ(other.take().at(0), metrics.take().at(0));
}

TEST(MetricAverages, FirstQuantityThatIsNotFiniteIsNamed) {
  MetricAverages metrics({"a", "b"});
  metrics.add("a", 1);
  EXPECT_NO_THROW(metrics.check(10));
  metrics.add("b", std::numeric_limits<double>::quiet_NaN());
  metrics.add("a", std::numeric_limits<double>::infinity());
  try {
    metrics.check(10);
    FAIL();
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "step 10: b is nan");
  }
}

TEST(MetricAverages, UndeclaredQuantityIsASentence) {
  MetricAverages metrics({"a", "b"});
  try {
    metrics.add("c", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the algorithm reported \"c\", which is not among its metrics: a, b");
  }
  EXPECT_THROW(MetricAverages({}).add("a", 1), Error);
}

}  // namespace
}  // namespace tutti::run
