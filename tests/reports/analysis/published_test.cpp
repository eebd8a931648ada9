#include "reports/analysis/published.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

std::vector<TaskInfo> tasks(const std::vector<std::string>& labels) {
  std::vector<TaskInfo> result;
  for (const std::string& label : labels) result.push_back({.label = label, .family = ""});
  return result;
}

TaskInfo with_budget(const std::string& label, std::int64_t steps) {
  TaskInfo task{.label = label, .family = ""};
  task.protocol.environment_steps = steps;
  return task;
}

std::optional<Published> figures(const std::string& choice, const std::vector<TaskInfo>& tasks,
                                 const std::vector<AlgorithmInfo>& algorithms = {}) {
  return published_figures(choice, tasks, algorithms);
}

TEST(Published, HasTheFiguresOfTheReportsTasksOnly) {
  const auto published = figures("omad", tasks({"mpe/other", "mpe/coop-nav-n3"}));
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
  const auto published = figures("omad", tasks({"mamujoco/ant-2x4"}));
  ASSERT_EQ(published->coverage.size(), 3U);
  EXPECT_EQ(published->coverage[0].fraction, 0.683);
  EXPECT_EQ(published->coverage[0].bins, 934);
  EXPECT_EQ(published->coverage[0].step, 250'000);
  EXPECT_EQ(published->algorithms.size(), 4U);
}

TEST(Published, EveryFigureIsQuotedDigitByDigit) {
  const auto published =
      figures("omad", tasks({"mamujoco/ant-2x4", "mamujoco/half-cheetah-2x3", "mamujoco/swimmer-2x1"}));
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
  const auto published = figures("omad", tasks({"mpe/coop-nav-n4"}));
  EXPECT_GE(published->caveats.size(), 4U);
  EXPECT_NE(published->source.find("2602.18291"), std::string::npos);
}

TEST(Published, IsAbsentForOtherTasksAndWhenNotWanted) {
  EXPECT_FALSE(figures("omad", tasks({"mpe/other"})));
  EXPECT_FALSE(figures("none", tasks({"mpe/coop-nav-n3"})));
}

TEST(Published, IsShownByItselfOnlyWhereTheComparisonSaysSomething) {
  const std::vector<AlgorithmInfo> ours = {{.label = "ours", .name = "omad"}};
  const std::vector<AlgorithmInfo> others = {{.label = "q", .name = "qmix"}};
  const auto navigation = [](std::int64_t steps) { return std::vector{with_budget("mpe/coop-nav-n3", steps)}; };
  EXPECT_TRUE(figures("auto", navigation(1'000'000), ours));
  EXPECT_FALSE(figures("auto", navigation(900'000), ours));
  EXPECT_FALSE(figures("auto", navigation(10'000'000), others));
  EXPECT_FALSE(figures("auto", {with_budget("mpe/other", 10'000'000)}, ours));
}

TEST(Published, IsShownByItselfOfThoseTasksWhoseBudgetSaysSomething) {
  const std::vector<AlgorithmInfo> ours = {{.label = "ours", .name = "omad"}};
  const std::vector<TaskInfo> tasks = {with_budget("mpe/coop-nav-n3", 900'000),
                                       with_budget("mpe/coop-nav-n4", 1'000'000)};
  const auto published = figures("auto", tasks, ours);
  ASSERT_TRUE(published);
  for (const PublishedFigure& figure : published->figures) EXPECT_EQ(figure.task, 1U);
  EXPECT_EQ(published->algorithms, (std::vector<std::string>{"OMAD", "HATD3"}));
  EXPECT_EQ(figures("omad", tasks, ours)->figures.size(), 4U);
}

class PublishedFile : public testing::Test {
 protected:
  PublishedFile()
      : file_(std::filesystem::path(testing::TempDir()) / ("published-" + std::to_string(::getpid()) + ".toml")) {}
  ~PublishedFile() override { std::filesystem::remove(file_); }

  Published read(const std::string& content) {
    std::ofstream(file_) << content;
    return *figures(file_.string(), tasks({"mpe/a"}));
  }
  std::string refusal(const std::string& content) {
    try {
      read(content);
    } catch (const Error& error) {
      return std::string(error.what()).substr(file_.string().size());
    }
    return "accepted";
  }

  std::filesystem::path file_;
};

constexpr const char* kHead = "title = \"A paper\"\nsource = \"Somebody 2026\"\nenvironment_steps = 2_000_000\n";

TEST_F(PublishedFile, OfTheUsersIsReadLikeOurs) {
  const Published published =
      read(std::string(kHead) + "[[figure]]\ntask = \"mpe/a\"\nalgorithm = \"QMIX\"\nmean = \"12.50\"\nspread = 3\n");
  ASSERT_EQ(published.figures.size(), 1U);
  EXPECT_EQ(published.figures[0].mean_text, "12.50");
  EXPECT_EQ(published.figures[0].mean, 12.5);
  EXPECT_EQ(published.figures[0].spread, 3);
  EXPECT_EQ(published.algorithms, std::vector<std::string>{"QMIX"});
  EXPECT_EQ(published.environment_steps, 2'000'000);
}

TEST_F(PublishedFile, IsRefusedWithItsLine) {
  EXPECT_EQ(refusal("source = \"x\"\n"), ":1: expected title = \"...\"");
  EXPECT_EQ(refusal(std::string(kHead) + "figure = 3\n"), ":4: expected tables [[figure]]");
  EXPECT_EQ(refusal(std::string(kHead) + "[[figure]]\ntask = \"mpe/a\"\nalgorithm = \"QMIX\"\nmean = \"many\"\n"),
            ":7: mean: expected a number, such as \"12.50\"");
  EXPECT_EQ(refusal(std::string(kHead) + "[[figure]]\ntask = \"mpe/a\"\nalgorithm = \"QMIX\"\n"),
            ":4: expected mean = \"...\"");
  EXPECT_EQ(refusal("title = \"x\n").substr(0, 3), ":1:");
}

TEST_F(PublishedFile, CoverageAndTextsThatCannotBeAreRefused) {
  const auto coverage = [&](const std::string& fraction, const std::string& bins, const std::string& step) {
    return refusal(kHead + ("[[coverage]]\ntask = \"mpe/a\"\nalgorithm = \"QMIX\"\nfraction = " + fraction) +
                   "\nbins = " + bins + "\nstep = " + step + "\n");
  };
  EXPECT_EQ(coverage("68.3", "1", "1"), ":7: fraction: expected a number from 0 to 1");
  EXPECT_EQ(coverage("-0.1", "1", "1"), ":7: fraction: expected a number from 0 to 1");
  EXPECT_EQ(coverage("nan", "1", "1"), ":7: fraction: expected a number from 0 to 1");
  EXPECT_EQ(coverage("0.5", "-1", "1"), ":8: bins: expected a number that is not negative");
  EXPECT_EQ(coverage("0.5", "1", "-1"), ":9: step: expected a number that is not negative");
  EXPECT_EQ(refusal(std::string(kHead) + "caveats = \"one\"\n"), ":4: caveats: expected a list of texts");
}

TEST_F(PublishedFile, NothingOfItIsLeftOutInSilence) {
  const std::string figure = "[[figure]]\ntask = \"mpe/a\"\nalgorithm = \"QMIX\"\nmean = 7\n";
  EXPECT_EQ(
      refusal(std::string(kHead) + "[[figures]]\ntask = \"mpe/a\"\n"),
      ":4: unknown key \"figures\"; known: title, source, environment_steps, caveats, algorithms, figure, coverage");
  EXPECT_EQ(refusal(kHead + figure + "std = \"0.2\"\n"),
            ":8: unknown key \"std\"; known: task, algorithm, mean, spread, note");
  EXPECT_EQ(refusal(kHead + figure + "note = 5\n"), ":8: expected note = \"...\"");
  EXPECT_EQ(refusal(kHead + figure + "spread = \"-2\"\n"), ":8: spread: expected a number that is not negative");
  EXPECT_EQ(refusal(kHead + figure + figure), ":8: there is an earlier figure of QMIX on mpe/a");
  EXPECT_EQ(refusal("title = \"A\"\nsource = \"B\"\nenvironment_steps = \"2M\"\n" + figure),
            ":3: environment_steps: expected a whole number");
}

}  // namespace
}  // namespace tutti::reports
