#include "reports/published/published.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace tutti::reports {
namespace {

std::vector<TaskInfo> tasks(const std::vector<std::string>& labels) {
  std::vector<TaskInfo> result;
  for (const std::string& label : labels) result.push_back({.label = label, .family = "", .facts = {}});
  return result;
}

TEST(Published, HasTheFiguresOfTheReportsTasksOnly) {
  const auto published = published_figures("omad", tasks({"mpe/other", "mpe/coop-nav-n3"}));
  ASSERT_TRUE(published);
  ASSERT_EQ(published->figures.size(), 2U);
  EXPECT_EQ(published->figures[0].task, 1U);
  EXPECT_EQ(published->figures[0].algorithm, "OMAD");
  EXPECT_EQ(published->figures[0].mean, -23.9);
  EXPECT_EQ(published->figures[0].spread, 1.1);
  EXPECT_EQ(published->figures[1].mean, -25.1);
  EXPECT_TRUE(std::isnan(published->figures[1].spread));
  EXPECT_EQ(published->algorithms, (std::vector<std::string>{"OMAD", "HASAC"}));
  EXPECT_TRUE(published->coverage.empty());
}

TEST(Published, HasCoverageOfTheAnt) {
  const auto published = published_figures("omad", tasks({"mamujoco/ant-2x4"}));
  ASSERT_EQ(published->coverage.size(), 3U);
  EXPECT_EQ(published->coverage[0].mean, 0.683);
  EXPECT_EQ(published->coverage[0].spread, 934);
  EXPECT_EQ(published->algorithms.size(), 4U);
}

TEST(Published, SaysWhatLimitsTheComparison) {
  const auto published = published_figures("omad", tasks({"mpe/coop-nav-n4"}));
  EXPECT_GE(published->caveats.size(), 4U);
  EXPECT_NE(published->source.find("2602.18291"), std::string::npos);
}

TEST(Published, IsAbsentForOtherTasksAndWhenNotWanted) {
  EXPECT_FALSE(published_figures("omad", tasks({"mpe/other"})));
  EXPECT_FALSE(published_figures("none", tasks({"mpe/coop-nav-n3"})));
}

}  // namespace
}  // namespace tutti::reports
