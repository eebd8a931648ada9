// Tasks with budgets of their own in one report.
#include <gtest/gtest.h>

#include <algorithm>

#include "reports/analysis/analysis.hpp"
#include "reports/data/protocols.hpp"
#include "suite_folder.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// 200 environment steps on mpe/a, 400 on mpe/b, an evaluation every 100. Returns from 0 to 10 and from 0 to 20 are
// normalised to [0, 1]. "ours" is twice as fast as "base".
class TwoBudgets : public testing::Test {
 protected:
  TwoBudgets() {
    suite_.own_budget("mpe/b", 4, 100);
    suite_.add(plain_run("mpe/a", "ours", 0, {0, 4, 8}, 8));
    suite_.add(plain_run("mpe/a", "ours", 1, {0, 6, 10}, 10));
    suite_.add(plain_run("mpe/b", "ours", 0, {0, 2, 8, 12, 16}, 16));
    suite_.add(plain_run("mpe/b", "ours", 1, {0, 4, 14, 16, 20}, 20));
    for (int seed = 0; seed < 2; ++seed) {
      suite_.add(plain_run("mpe/a", "base", seed, {0, 2, 4}, 4));
      suite_.add(plain_run("mpe/b", "base", seed, {0, 4, 6, 8, 10}, 10));
    }
    suite_.propose("ours");
  }
  Analysis report() {
    ReportOptions options = quick_options();
    options.normalize = Normalization::kPinned;
    options.bounds = {{"mpe/a", {0, 10}}, {"mpe/b", {0, 20}}};
    options.interpolate = false;
    return analyse_folder(suite_.write(), options);
  }
  std::size_t task(const Analysis& analysis, const std::string& label) {
    return static_cast<std::size_t>(std::ranges::find(analysis.tasks, label, &TaskInfo::label) -
                                    analysis.tasks.begin());
  }
  std::size_t algorithm(const Analysis& analysis, const std::string& label) {
    return static_cast<std::size_t>(std::ranges::find(analysis.algorithms, label, &AlgorithmInfo::label) -
                                    analysis.algorithms.begin());
  }

  SuiteFolder suite_{2, 2, 100};
};

TEST_F(TwoBudgets, AreNoDifferenceBetweenTheRuns) {
  const Analysis analysis = report();
  EXPECT_TRUE(analysis.differences.empty()) << analysis.differences[0].property;
  EXPECT_TRUE(analysis.damage.empty()) << analysis.damage[0].what;
  EXPECT_TRUE(analysis.missing.empty());
}

TEST_F(TwoBudgets, EachTaskIsShownByItsOwn) {
  const Analysis analysis = report();
  const std::size_t a = task(analysis, "mpe/a"), b = task(analysis, "mpe/b");
  const std::size_t ours = algorithm(analysis, "ours");
  EXPECT_EQ(analysis.curves.steps[a][ours].x, (std::vector<double>{0, 100, 200}));
  EXPECT_EQ(analysis.curves.steps[b][ours].x, (std::vector<double>{0, 100, 200, 300, 400}));
  EXPECT_EQ(analysis.milestones.steps[2][a], 100);  // half of each
  EXPECT_EQ(analysis.milestones.steps[2][b], 200);
  // The baseline's peaks are 4 at step 200 and 10 at step 400; the means of ours are 0, 5, 9 and 0, 3, 11, 14, 18.
  EXPECT_EQ(analysis.efficiency.rows[a].horizon, 200);
  EXPECT_EQ(analysis.efficiency.rows[b].horizon, 400);
  EXPECT_EQ(analysis.efficiency.rows[a].cells[ours].curve_steps, 100);
  EXPECT_EQ(analysis.efficiency.rows[b].cells[ours].curve_steps, 200);
  EXPECT_EQ(analysis.efficiency.rows[a].cells[ours].speed_up.value, 2);
  EXPECT_EQ(analysis.efficiency.rows[b].cells[ours].speed_up.value, 2);
  EXPECT_NEAR(analysis.efficiency.summary[ours].geometric_mean, 2, 1e-12);
}

TEST_F(TwoBudgets, TheAggregateCurveIsOverSharesOfThem) {
  const Analysis analysis = report();
  ASSERT_TRUE(analysis.curves.by_share);
  const Curve& ours = analysis.curves.aggregate[algorithm(analysis, "ours")];
  EXPECT_EQ(ours.x, (std::vector<double>{0, 0.5, 1}));  // mpe/b was evaluated at 0.25 and 0.75, too
  // Half of the budgets: 4 and 6 of 10, 8 and 14 of 20, so 0.4, 0.4, 0.6, 0.7; the middle half of them is 0.4 and 0.6.
  EXPECT_NEAR(ours.mean[1], 0.5, 1e-12);
  EXPECT_NEAR(ours.mean[2], 0.9, 1e-12);                                                     // 0.8, 0.8, 1, 1
  EXPECT_NEAR(analysis.curves.aggregate[algorithm(analysis, "base")].mean[1], 0.25, 1e-12);  // 0.2, 0.2, 0.3, 0.3
}

TEST_F(TwoBudgets, FewSharesInCommonAreSaid) {
  EXPECT_EQ(std::ranges::count_if(report().warnings,
                                  [](const std::string& text) { return text.starts_with("The tasks are evaluated"); }),
            0);
  SuiteFolder thirds(2, 2, 100);
  thirds.own_budget("mpe/b", 3, 100);
  thirds.add(plain_run("mpe/a", "o", 0, {0, 4, 8}, 8));
  thirds.add(plain_run("mpe/b", "o", 0, {0, 2, 8, 12}, 12));
  const Analysis analysis = analyse_folder(thirds.write(), quick_options());
  EXPECT_EQ(analysis.curves.aggregate[0].x, (std::vector<double>{0, 1}));
  EXPECT_EQ(std::ranges::count_if(analysis.warnings,
                                  [](const std::string& text) {
                                    return text.starts_with(
                                        "The tasks are evaluated at the same share of their "
                                        "budgets only 2 times");
                                  }),
            1);
}

TEST_F(TwoBudgets, AggregatesTakeEachTaskAtTheEndOfItsOwn) {
  const Analysis analysis = report();
  const std::size_t ours = algorithm(analysis, "ours");
  EXPECT_NEAR(analysis.aggregates.algorithms[ours].iqm.value, 0.9, 1e-12);  // 0.8, 0.8, 1, 1
  EXPECT_NEAR(analysis.aggregates.algorithms[ours].mean.value, 0.9, 1e-12);
  EXPECT_EQ(analysis.aggregates.improvements.front().probability.value, 1);
}

TEST_F(TwoBudgets, ARunThatWasPlannedWithTheOtherOneIsLeftOut) {
  results::RunRecord record = *results::read_run_record(suite_.folder_of("mpe/b", "ours", 1));
  record.protocol = suite_.plan.protocol;
  results::write_run_record(suite_.folder_of("mpe/b", "ours", 1), record);
  const Analysis analysis = report();
  ASSERT_EQ(analysis.damage.size(), 1U);
  EXPECT_EQ(
      analysis.damage[0].what,
      "was made by another protocol than the plan's, as --keep leaves runs: environment_steps 200 instead of 400; "
      "the run is left out");
}

// What reporting the folders together says; "" if it is done.
std::string refusal(const std::vector<std::filesystem::path>& folders) {
  try {
    (void)analyse(folders, quick_options());
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Budgets, OfDifferentTasksAreReportedTogether) {
  SuiteFolder robots(2, 2, 100), particles(4, 2, 100);
  robots.add(plain_run("mujoco/a", "o", 0, {0, 1, 2}, 2));
  particles.add(plain_run("mpe/a", "o", 0, {0, 1, 2, 3, 4}, 4));
  EXPECT_EQ(refusal({robots.write(), particles.write()}), "");
}

TEST(Budgets, OfOneTaskHaveToBeTheSame) {
  SuiteFolder one(2, 2, 100), other(4, 2, 100);
  one.add(plain_run("mpe/a", "o", 0, {0, 1, 2}, 2));
  one.own_budget("mpe/b", 3, 100);
  one.add(plain_run("mpe/b", "o", 0, {0, 1, 2, 3}, 3));
  other.add(plain_run("mpe/a", "o", 1, {0, 1, 2, 3, 4}, 4));
  const std::string text = refusal({one.write(), other.write()});
  EXPECT_NE(text.find("protocol: environment steps:\n    200 in 1 run, mpe/a/o/seed-0\n    400 in 1 run, "
                      "mpe/a/o/seed-1"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("mpe/b"), std::string::npos) << text;
}

TEST(Budgets, AreNamedTheSmallestFirst) {
  std::vector<Protocol> protocols(3);
  protocols[0].environment_steps = protocols[2].environment_steps = 300;
  protocols[1].environment_steps = 20;
  const auto steps = [](const Protocol& protocol) { return protocol.environment_steps; };
  EXPECT_EQ(each_number(protocols, steps), "20 or 300");
  protocols[2].environment_steps = 7;
  EXPECT_EQ(each_number(protocols, steps), "7, 20 or 300");
  EXPECT_TRUE(budgets_differ(protocols));
  EXPECT_FALSE(budgets_differ({protocols[0], protocols[0]}));
}

}  // namespace
}  // namespace tutti::reports
