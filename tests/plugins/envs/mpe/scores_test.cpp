// What simple teams score, against measurements over 10 000 episodes of an independent implementation in Python, which
// had been checked step by step against MPE2 1.1.0 and PettingZoo 1.22.2.
#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <string>

#include "cooperative_navigation.hpp"
#include "scripted_teams.hpp"

namespace tutti::mpe {
namespace {

constexpr std::size_t kEpisodes = 4000;

// Three standard errors of the difference of the two means, and what rounding took away from the measured one.
void expect_score(const Score& score, double measured, double rounding, const char* what) {
  const double error = std::hypot(score.deviation / std::sqrt(kEpisodes), score.deviation / std::sqrt(10'000));
  EXPECT_NEAR(score.mean, measured, 3 * error + rounding) << what << ", deviation " << score.deviation;
}

struct NavigationScore {
  const char* name;
  Team team;
  Dynamics dynamics;
  std::size_t agents;
  double sum;  // of all agents' rewards over an episode
};

void PrintTo(const NavigationScore& score, std::ostream* out) { *out << score.name; }

class NavigationScores : public testing::TestWithParam<NavigationScore> {};

TEST_P(NavigationScores, SumOverAgentsIsAsMeasured) {
  CooperativeNavigation scenario(GetParam().agents, 0.5, GetParam().dynamics);
  expect_score(play(scenario, GetParam().team, kEpisodes).learners, GetParam().sum, 0.05, "sum over agents");
}

constexpr auto kCurrent = Dynamics::kCurrent;
constexpr auto kLegacy = Dynamics::kLegacy;

INSTANTIATE_TEST_SUITE_P(MpeScores, NavigationScores,
                         testing::Values(NavigationScore{"assign", assigned_team(), kCurrent, 3, -16.0},
                                         NavigationScore{"fixed", fixed_team(), kCurrent, 3, -24.4},
                                         NavigationScore{"greedy", greedy_team(), kCurrent, 3, -46.4},
                                         NavigationScore{"still", still_team(), kCurrent, 3, -72.8},
                                         NavigationScore{"random", random_team(), kCurrent, 3, -75.8},
                                         NavigationScore{"assign", assigned_team(), kCurrent, 4, -25.6},
                                         NavigationScore{"fixed", fixed_team(), kCurrent, 4, -43.4},
                                         NavigationScore{"greedy", greedy_team(), kCurrent, 4, -73.2},
                                         NavigationScore{"still", still_team(), kCurrent, 4, -113.5},
                                         NavigationScore{"random", random_team(), kCurrent, 4, -118.9},
                                         NavigationScore{"assign", assigned_team(), kLegacy, 3, -52.9},
                                         NavigationScore{"fixed", fixed_team(), kLegacy, 3, -60.6},
                                         NavigationScore{"greedy", greedy_team(), kLegacy, 3, -97.1},
                                         NavigationScore{"still", still_team(), kLegacy, 3, -109.2},
                                         NavigationScore{"random", random_team(), kLegacy, 3, -112.2},
                                         NavigationScore{"assign", assigned_team(), kLegacy, 4, -74.4},
                                         NavigationScore{"fixed", fixed_team(), kLegacy, 4, -90.3},
                                         NavigationScore{"greedy", greedy_team(), kLegacy, 4, -142.3},
                                         NavigationScore{"still", still_team(), kLegacy, 4, -160.5},
                                         NavigationScore{"random", random_team(), kLegacy, 4, -165.9}),
                         [](const auto& row) {
                           return std::string(row.param.name) + std::to_string(row.param.agents) +
                                  (row.param.dynamics == kCurrent ? "current" : "legacy");
                         });

struct DeceptionScore {
  const char* name;
  Adversary adversary;
  Team team;
  double adversary_distance;  // D, mean over steps
  double goal_distance;       // G, mean over steps
  double sum;                 // of the good agents' rewards over an episode
  double sum_of_all;
};

void PrintTo(const DeceptionScore& score, std::ostream* out) { *out << score.name; }

class DeceptionScores : public testing::TestWithParam<DeceptionScore> {};

Score per_step(const Score& score) { return {score.mean / 25, score.deviation / 25}; }

TEST_P(DeceptionScores, DistancesAndSumsAreAsMeasured) {
  PhysicalDeception scenario(2, GetParam().adversary, Dynamics::kCurrent);
  const Scores scores = play(scenario, GetParam().team, kEpisodes);
  expect_score(per_step(scores.terms[0]), GetParam().adversary_distance, 0.005, "D");
  expect_score(per_step(scores.terms[1]), GetParam().goal_distance, 0.005, "G");
  expect_score(scores.learners, GetParam().sum, 0.05, "sum over the good agents");
  expect_score(scores.everybody, GetParam().sum_of_all, 0.05, "sum over all three");
}

INSTANTIATE_TEST_SUITE_P(
    MpeScores, DeceptionScores,
    testing::Values(DeceptionScore{"random_goal", Adversary::kRandom, goal_team(), 1.08, 0.14, 47.0, 19.9},
                    DeceptionScore{"random_split", Adversary::kRandom, split_team(), 1.08, 0.16, 46.2, 19.1},
                    DeceptionScore{"random_random", Adversary::kRandom, random_team(), 1.08, 0.80, 14.3, -12.8},
                    DeceptionScore{"still_goal", Adversary::kStill, goal_team(), 1.04, 0.14, 44.9, 18.9},
                    DeceptionScore{"still_random", Adversary::kStill, random_team(), 1.04, 0.80, 12.2, -13.8},
                    DeceptionScore{"pursuer_goal", Adversary::kPursuer, goal_team(), 0.30, 0.14, 7.7, 0.3},
                    DeceptionScore{"pursuer_split", Adversary::kPursuer, split_team(), 0.61, 0.16, 22.8, 7.4},
                    DeceptionScore{"pursuer_decoy", Adversary::kPursuer, decoy_team(), 0.78, 0.27, 25.6, 6.1},
                    DeceptionScore{"pursuer_random", Adversary::kPursuer, random_team(), 0.61, 0.80, -9.3, -24.6}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace tutti::mpe
