#include "reports/analysis/option_problems.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "suite_folder.hpp"

namespace tutti::reports {
namespace {

using Problems = std::map<std::string, std::string>;

results::PlanRecord plan_with(std::map<std::string, results::ReportOption> options) {
  results::PlanRecord plan;
  plan.tasks = {
      {.label = "mpe/a",
       .family = "mpe",
       .reference = ReferenceRange{.low = -5, .low_source = "random play", .high = 1, .high_source = "a paper"}},
      {.label = "own/b", .family = "own"}};
  plan.report_options = std::move(options);
  return plan;
}

std::string text(const char* value) { return value; }

TEST(OptionProblems, AreNoneWhereEveryOptionFits) {
  EXPECT_EQ(option_problems(plan_with({})), Problems());
  EXPECT_EQ(option_problems(plan_with({{"score", text("last-5")}, {"smooth", text("ema 0.5")}})), Problems());
  EXPECT_EQ(option_problems(plan_with({{"published", text("omad")}, {"normalize", text("minmax")}})), Problems());
}

TEST(OptionProblems, NameEveryTextThatCannotBeRead) {
  const Problems problems = option_problems(
      plan_with({{"score", text("finl")}, {"aggregate_score", text("last-0")}, {"smooth", text("centered 4")}}));
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems.at("score"), "expected final, absolute, best or last-<number of evaluations> (is \"finl\")");
  EXPECT_NE(problems.at("aggregate_score").find("(is \"last-0\")"), std::string::npos);
  EXPECT_NE(problems.at("smooth").find("(is \"centered 4\")"), std::string::npos);
}

TEST(OptionProblems, AreNamedAllAtOnce) {
  EXPECT_EQ(option_problems(plan_with({{"score", text("finl")}, {"normalize", text("pinned")}})).size(), 2U);
}

TEST(OptionProblems, NameWhatAChoiceNeedsAndTheSuiteLacks) {
  EXPECT_TRUE(option_problems(plan_with({{"threshold", text("value")}})).contains("threshold"));
  EXPECT_TRUE(option_problems(plan_with({{"normalize", text("pinned")}})).contains("normalize"));
  results::PlanRecord reference = plan_with({{"normalize", text("reference")}});
  const Problems problems = option_problems(reference);
  ASSERT_TRUE(problems.contains("normalize"));
  EXPECT_NE(problems.at("normalize").find("own/b has no reference range"), std::string::npos);
  reference.bounds["own/b"] = {0, 1};
  EXPECT_EQ(option_problems(reference), Problems());

  results::PlanRecord absolute = plan_with({{"score", text("absolute")}});
  EXPECT_EQ(option_problems(absolute), Problems());
  absolute.protocol.absolute = false;
  EXPECT_TRUE(option_problems(absolute).contains("score"));
}

TEST(OptionProblems, NameAFileOfPublishedFiguresThatCannotBeRead) {
  EXPECT_TRUE(option_problems(plan_with({{"published", text("/no/such/file.toml")}})).contains("published"));
  SuiteFolder suite(1, 2);
  const std::string file = (suite.write() / "ours.toml").string();
  std::ofstream(file) << "title = \"Ours\"\nsource = \"2026\"\n[[figure]]\ntask = \"mpe/a\"\nmean = \"1\"\n";
  const Problems problems = option_problems(plan_with({{"published", file}}));
  ASSERT_TRUE(problems.contains("published"));
  EXPECT_NE(problems.at("published").find("ours.toml:3: expected algorithm"), std::string::npos)
      << problems.at("published");
}

}  // namespace
}  // namespace tutti::reports
