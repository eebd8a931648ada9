#include "reports/analysis/comparability.hpp"

#include <gtest/gtest.h>

namespace tutti::reports {
namespace {

/// Runs of made-up algorithms on one task, with nothing but steps.
class Comparability : public testing::Test {
 protected:
  Comparability() { data_.task_index("mpe/a", "mpe"); }

  void add(const std::string& algorithm, std::int64_t seed, const std::vector<std::int64_t>& steps, bool imported) {
    reports::Run run;
    run.algorithm = data_.algorithm_index({.label = algorithm, .name = algorithm, .imported = imported});
    run.seed = seed;
    run.state = RunState::kFinished;
    run.imported = imported;
    for (const std::int64_t step : steps) {
      Evaluation& evaluation = run.evaluations.emplace_back();
      evaluation.step = step;
      evaluation.mean = 1;
    }
    if (!imported) {
      run.protocol.environment_steps = steps.back();
      run.protocol.interval = steps[1];
    }
    data_.runs.push_back(run);
  }
  Material material() {
    return {.data = data_,
            .options = options_,
            .table = usable_runs(data_),
            .bounds = {},
            .tasks = {0},
            .score = {},
            .aggregate_score = {}};
  }

  Dataset data_;
  ReportOptions options_;
};

TEST_F(Comparability, AnImportWithinItsOwnIntervalHasTheSameBudget) {
  add("ours", 1, {0, 1000, 2000}, false);
  add("theirs", 1, {0, 1050, 2100}, true);
  EXPECT_TRUE(different_budgets(material()).empty());
}

TEST_F(Comparability, AnIntervalAsLongAsTheBudgetHidesNoOtherBudget) {
  for (int seed = 0; seed < 2; ++seed) add("often", seed, {0, 250, 500, 750, 1000}, true);
  add("seldom", 0, {0, 1000, 2000}, true);
  ASSERT_EQ(different_budgets(material()).size(), 1U);
  EXPECT_NE(different_budgets(material())[0].find("after 1000 environment steps, but some after 2000 (seldom)"),
            std::string::npos);
}

TEST_F(Comparability, OtherBudgetsAreNamedWithThoseWhoHaveThem) {
  add("ours", 1, {0, 1000, 2000}, false);
  add("long", 1, {0, 10'000, 20'000}, true);
  add("mostly", 1, {0, 1000, 2000}, true);
  add("mostly", 2, {0, 500}, true);
  EXPECT_EQ(
      different_budgets(material()),
      std::vector<std::string>{"mpe/a: not all runs end after 2000 environment steps, but some after 500 (mostly seed "
                               "2), 20000 (long); every score is that of a run's own end, so these scores are not of "
                               "equal budgets"});
}

TEST_F(Comparability, ARunThatEndsEarlyEndsWhatComparesCurves) {
  add("ours", 1, {0, 1000, 2000}, false);
  add("ours", 2, {0, 1000, 2000}, false);
  add("base", 1, {0, 1000, 2000}, false);
  EXPECT_EQ(early_end(material(), 0), std::nullopt);
  EXPECT_TRUE(early_ends(material()).empty());
  add("base", 2, {0, 1000}, false);
  EXPECT_EQ(early_end(material(), 0), 1000);
  EXPECT_EQ(early_ends(material()),
            std::vector<std::string>{"mpe/a: steps to thresholds, speed-ups, areas and milestones of all algorithms "
                                     "rest on the first 1000 environment steps, since no later evaluation is shared by "
                                     "all runs (ended there: base seed 2); others end after 2000"});
}

TEST_F(Comparability, GridsThatPartAreNoEarlyEndOfAnybody) {
  add("ours", 1, {0, 1000, 2000}, true);
  add("base", 1, {0, 1000, 1900, 2000, 2100}, true);
  add("base", 2, {0, 1000, 1900, 2100}, true);
  ASSERT_EQ(early_ends(material()).size(), 1U);
  EXPECT_NE(early_ends(material())[0].find("shared by all runs (they were evaluated at different steps)"),
            std::string::npos);
}

TEST_F(Comparability, MeansOverAgentsAreNamedBesideReturnsOfTheTeam) {
  add("ours", 1, {0, 1000, 2000}, false);
  add("unsaid", 1, {0, 1000, 2000}, true);
  data_.runs.back().unit = ReturnUnit::kUnknown;
  EXPECT_TRUE(different_units(material()).empty());
  add("ippo", 1, {0, 1000, 2000}, true);
  data_.runs.back().unit = ReturnUnit::kMeanOverAgents;
  EXPECT_EQ(different_units(material()),
            std::vector<std::string>{"mpe/a: returns of ippo are means over agents, those of ours are of the whole "
                                     "team, so their scores may differ by a factor of the number of agents; order and "
                                     "marks between them mean nothing until they are in one unit"});
}

TEST_F(Comparability, ReturnsOfUnknownUnitAreNamedBesideOthers) {
  add("unsaid", 1, {0, 1000, 2000}, true);
  data_.runs.back().unit = ReturnUnit::kUnknown;
  EXPECT_TRUE(unknown_units(material()).empty()) << "nothing to compare with";
  add("ours", 1, {0, 1000, 2000}, false);
  ASSERT_EQ(unknown_units(material()).size(), 1U);
  EXPECT_NE(unknown_units(material())[0].find("mpe/a: whether returns of unsaid are of the whole team"),
            std::string::npos);
}

TEST_F(Comparability, LastEvaluationsThatAreUnlikeSharesAreNamed) {
  add("coarse", 1, {0, 1000, 2000}, true);
  add("fine", 1, {0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000}, true);
  EXPECT_TRUE(different_shares(material()).empty()) << "of the last evaluation alone";
  Material averaged = material();
  averaged.score = {.kind = Score::Kind::kLast, .count = 2};
  ASSERT_EQ(different_shares(averaged).size(), 1U);
  EXPECT_NE(different_shares(averaged)[0].find(
                "mpe/a: last-2 averages 100 % of the training of coarse, but 25 % of that of fine"),
            std::string::npos);
}

TEST_F(Comparability, OfImportsAloneTheUsualBudgetIsTheMostFrequent) {
  for (int seed = 0; seed < 3; ++seed) add("a", seed, {0, 1000, 2000}, true);
  add("b", 0, {0, 1000}, true);
  add("b", 1, {0, 100, 200}, true);
  ASSERT_EQ(different_budgets(material()).size(), 1U);
  EXPECT_NE(different_budgets(material())[0].find(
                "after 2000 environment steps, but some after 200 (b seed 1), 1000 (b seed 0)"),
            std::string::npos);
}

TEST_F(Comparability, FewSharedStepsAreNamed) {
  add("a", 1, {0, 1000, 2000, 3000}, true);
  add("b", 1, {0, 1500, 3000}, true);
  const std::vector<std::string> sentences = unlike_steps(material());
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_NE(
      sentences[0].find("mpe/a: its runs share only 2 steps at which they were evaluated, where one of them has 4"),
      std::string::npos);
}

TEST_F(Comparability, AFirstEvaluationAfterTrainingIsNotCalledUntrained) {
  add("a", 1, {1000, 2000}, true);
  EXPECT_EQ(unlike_steps(material()),
            std::vector<std::string>{"No run was evaluated at step 0 on mpe/a; what tables call untrained is the first "
                                     "evaluation there"});
}

TEST_F(Comparability, OptionsWithoutEffectAreNamed) {
  add("a", 1, {0, 1000}, true);
  EXPECT_TRUE(unused_options(material()).empty());
  options_.bounds["mpe/b"] = {0, 1};
  options_.thresholds["mpe/a"] = 1;
  Material made = material();
  made.normalization = Normalization::kMinmax;
  const std::vector<std::string> sentences = unused_options(made);
  ASSERT_EQ(sentences.size(), 2U);
  EXPECT_NE(sentences[0].find("since one task has neither bounds nor a reference range: mpe/a;"), std::string::npos);
  EXPECT_NE(sentences[1].find("threshold = \"value\" uses them"), std::string::npos);
  options_.normalize = Normalization::kMinmax;
  EXPECT_EQ(unused_options(made)[0], "The bounds are not used, since normalize is \"minmax\"");
}

}  // namespace
}  // namespace tutti::reports
