#include "reports/analysis/published.hpp"

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
  EXPECT_EQ(published->figures[1].mean_text, "-25.1");
  EXPECT_EQ(published->figures[1].spread_text, "");
  EXPECT_TRUE(std::isnan(published->figures[1].spread));
  EXPECT_EQ(published->algorithms, (std::vector<std::string>{"OMAD", "HASAC"}));
  EXPECT_TRUE(published->coverage.empty());
}

TEST(Published, HasCoverageOfTheAnt) {
  const auto published = published_figures("omad", tasks({"mamujoco/ant-2x4"}));
  ASSERT_EQ(published->coverage.size(), 3U);
  EXPECT_EQ(published->coverage[0].fraction, 0.683);
  EXPECT_EQ(published->coverage[0].bins, 934);
  EXPECT_EQ(published->coverage[0].step, 250'000);
  EXPECT_EQ(published->algorithms.size(), 4U);
}

TEST(Published, EveryFigureIsQuotedDigitByDigit) {
  const auto published =
      published_figures("omad", tasks({"mamujoco/ant-2x4", "mamujoco/half-cheetah-2x3", "mamujoco/swimmer-2x1"}));
  std::vector<std::string> quoted;
  for (const PublishedFigure& figure : published->figures)
    quoted.push_back(figure.mean_text + "±" + figure.spread_text);
  EXPECT_EQ(quoted, (std::vector<std::string>{"7517.0±279.2", "7266.2±", "14368.5±1166.0", "10540.7±", "162.0±22.5",
                                              "149.3±"}));
}

TEST(Published, KnowsTheMeasuredAlgorithmByLabelOrName) {
  const std::vector<AlgorithmInfo> algorithms = {{.label = "ours", .name = "omad"}, {.label = "Hasac", .name = "x"}};
  EXPECT_EQ(measured_algorithms("OMAD", algorithms), std::vector<std::size_t>{0});
  EXPECT_EQ(measured_algorithms("HASAC", algorithms), std::vector<std::size_t>{1});
  EXPECT_TRUE(measured_algorithms("HATD3", algorithms).empty());
}

TEST(Published, MeansEveryVariantUnlessOneHasItsLabel) {
  std::vector<AlgorithmInfo> algorithms = {{.label = "omad-2-steps", .name = "omad"},
                                           {.label = "OMAD (imported)", .name = "omad", .imported = true},
                                           {.label = "omad-8-steps", .name = "omad"}};
  EXPECT_EQ(measured_algorithms("OMAD", algorithms), (std::vector<std::size_t>{0, 2}));
  algorithms.push_back({.label = "OMAD", .name = "marl-eval", .imported = true});
  EXPECT_EQ(measured_algorithms("OMAD", algorithms), (std::vector<std::size_t>{0, 2})) << "not measured here";
  algorithms.push_back({.label = "Omad", .name = "omad"});
  EXPECT_EQ(measured_algorithms("OMAD", algorithms), std::vector<std::size_t>{4});
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
