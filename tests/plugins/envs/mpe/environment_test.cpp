#include "environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "environment_checks.hpp"
#include "physical_deception.hpp"

namespace tutti::mpe {
namespace {

std::vector<TaskSpec> tasks() {
  std::vector<TaskSpec> result;
  named_tasks(result);
  return result;
}

std::unique_ptr<Environment> make(const ParameterValues& values) {
  return make_environment(read_parameters<Config>(values));
}

ParameterValues navigation(std::int64_t agents) { return {{"agents", agents}}; }
ParameterValues deception(const std::string& adversary = "random") {
  return {{"scenario", std::string("physical_deception")}, {"agents", std::int64_t{2}}, {"adversary", adversary}};
}

std::string fact(const EnvironmentSpec& spec, const std::string& name) {
  for (const auto& [key, value] : spec.facts) {
    if (key == name) return value;
  }
  return "";
}

class MpeTasks : public testing::TestWithParam<TaskSpec> {};

TEST_P(MpeTasks, SnapshotsAreExact) {
  expect_exact_snapshots([] { return make(GetParam().values); });
}
TEST_P(MpeTasks, SeedsDecideEpisodes) {
  expect_seeded_episodes([] { return make(GetParam().values); });
}
TEST_P(MpeTasks, StepsAllocateNothing) { expect_no_allocation(*make(GetParam().values)); }
TEST_P(MpeTasks, RandomPlayScoresTheLowEndOfTheReferenceRange) {
  expect_random_play_at_low_end(*make(GetParam().values), 1000);
}
TEST_P(MpeTasks, BadActionsAreRefused) { expect_bad_actions_refused(*make(GetParam().values), "mpe "); }

INSTANTIATE_TEST_SUITE_P(Mpe, MpeTasks, testing::ValuesIn(tasks()), [](const auto& task) {
  std::string name = task.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(MpeEnvironment, EveryAdversarySnapshotsExactly) {
  for (const char* adversary : {"still", "pursuer"}) {
    expect_exact_snapshots([&] { return make(deception(adversary)); });
  }
}

TEST(MpeEnvironment, ReferenceRangesAreThoseOfTheRewardThatIsPaid) {
  ParameterValues values = deception("pursuer");
  expect_random_play_at_low_end(*make(values), 1000);
  const double sum = make(values)->spec().reference->high;
  values["team_reward"] = std::string("mean");
  expect_random_play_at_low_end(*make(values), 1000);
  EXPECT_EQ(make(values)->spec().reference->high, sum / 2);
  for (const auto& [name, value] : ParameterValues{{"team_reward", std::string("per_agent")},
                                                   {"local_ratio", 0.25},
                                                   {"episode_limit", std::int64_t{26}},
                                                   {"agents", std::int64_t{5}}}) {
    ParameterValues other = navigation(3);
    other[name] = value;
    EXPECT_FALSE(make(other)->spec().reference) << name;
  }
}

TEST(MpeEnvironment, SizesOfCooperativeNavigation) {
  const auto environment = make(navigation(4));
  const EnvironmentSpec& spec = environment->spec();
  ASSERT_EQ(spec.agents.size(), 4U);
  EXPECT_EQ(spec.agents[3].name, "agent_3");
  EXPECT_EQ(spec.agents[0].observation_size, 24);
  EXPECT_EQ(spec.agents[0].action_size, 2);
  EXPECT_EQ(spec.state_size, 96);
  EXPECT_TRUE(spec.state_is_joint_observation);
  EXPECT_EQ(spec.episode_limit, 25);
}

TEST(MpeEnvironment, StateOfCooperativeNavigationIsTheJointObservation) {
  const auto environment = make(navigation(3));
  environment->reset(4);
  const Sight sight = look(*environment);
  EXPECT_EQ(sight.state, sight.observations);
}

TEST(MpeEnvironment, StateOfPhysicalDeceptionBeginsWithTheAdversary) {
  const auto environment = make(deception());
  const EnvironmentSpec& spec = environment->spec();
  ASSERT_EQ(spec.agents.size(), 2U);
  EXPECT_EQ(spec.agents[0].observation_size, 10);
  EXPECT_EQ(spec.state_size, 28);
  EXPECT_FALSE(spec.state_is_joint_observation);
  const Sight sight = look(*environment);
  EXPECT_TRUE(std::equal(sight.observations.begin(), sight.observations.end(), sight.state.begin() + 8));
}

TEST(MpeEnvironment, AnyNumberOfAgentsIsPossible) {
  const auto environment = make(navigation(7));
  EXPECT_EQ(environment->spec().agents.size(), 7U);
  EXPECT_EQ(environment->spec().agents[0].observation_size, 4 + 14 + 24);
}

// Names and values of what the last step was rewarded for.
double term(const Environment& environment, const std::string& name) {
  const auto& names = environment.spec().reward_terms;
  const auto found = std::ranges::find(names, name);
  EXPECT_NE(found, names.end()) << name;
  return look(environment).terms[static_cast<std::size_t>(found - names.begin())];
}

double reward_of_one_step(Environment& environment) {
  environment.reset(3);
  const std::vector<float> action(static_cast<std::size_t>(environment.spec().joint_action_size()), 0.5F);
  return environment.step(action).reward;
}

TEST(MpeEnvironment, TeamRewardIsSumMeanOrThatOfTheFirstAgent) {
  const std::pair<const char*, const char*> rewards_and_terms[] = {
      {"sum", "sum"}, {"mean", "mean"}, {"per_agent", "agent_0"}};
  for (const auto& [team_reward, name] : rewards_and_terms) {
    ParameterValues values = navigation(3);
    values["team_reward"] = std::string(team_reward);
    const auto environment = make(values);
    const double reward = reward_of_one_step(*environment);
    EXPECT_EQ(reward, term(*environment, name));
    const double sum = term(*environment, "agent_0") + term(*environment, "agent_1") + term(*environment, "agent_2");
    EXPECT_EQ(term(*environment, "sum"), sum);
    EXPECT_EQ(term(*environment, "mean"), sum / 3);
  }
}

TEST(MpeEnvironment, LocalRatioWeighsCollisionsAgainstCoverage) {
  ParameterValues values = navigation(3);
  values["local_ratio"] = 0.25;
  const auto environment = make(values);
  reward_of_one_step(*environment);
  EXPECT_NEAR(term(*environment, "sum"),
              3 * 0.75 * term(*environment, "coverage") - 0.25 * term(*environment, "collisions"), 1e-12);
}

TEST(MpeEnvironment, GoodAgentsOfPhysicalDeceptionEarnTheDifferenceOfTheDistances) {
  const auto environment = make(deception("pursuer"));
  reward_of_one_step(*environment);
  EXPECT_EQ(term(*environment, "agent_0"),
            term(*environment, "adversary_distance") - term(*environment, "goal_distance"));
  EXPECT_EQ(term(*environment, "agent_1"), term(*environment, "agent_0"));
}

TEST(MpeEnvironment, CoverageIsThePositionOfEachLearner) {
  const auto environment = make(navigation(3));
  environment->reset(9);
  const Sight sight = look(*environment);
  ASSERT_EQ(sight.coverage.size(), 6U);
  for (std::size_t agent = 0; agent < 3; ++agent) {
    EXPECT_EQ(static_cast<float>(sight.coverage[2 * agent]), sight.observations[18 * agent + 2]);
    EXPECT_EQ(static_cast<float>(sight.coverage[2 * agent + 1]), sight.observations[18 * agent + 3]);
  }
}

std::vector<double> start_of(const Scenario& scenario) {
  std::vector<double> coordinates;
  for (const Particle& agent : scenario.world().agents()) {
    EXPECT_EQ(squared_length(agent.velocity), 0);
    coordinates.insert(coordinates.end(), {agent.position.x, agent.position.y});
  }
  for (const Vector& landmark : scenario.world().landmarks()) {
    coordinates.insert(coordinates.end(), {landmark.x, landmark.y});
  }
  return coordinates;
}

// Mean 0 and variance 1/3 of every coordinate, no correlation with the next one; within four standard errors.
TEST(MpeEnvironment, StartsAreUniformInTheSquareAndAtRest) {
  constexpr int kStarts = 4000;
  for (const ParameterValues& values : {navigation(3), deception()}) {
    const auto scenario = make_scenario(read_parameters<Config>(values));
    const std::size_t size = start_of(*scenario).size();
    std::vector<double> means(size);
    std::vector<double> squares(size);
    std::vector<double> products(size);
    for (int start = 0; start < kStarts; ++start) {
      scenario->reset(static_cast<std::uint64_t>(start));
      const auto coordinates = start_of(*scenario);
      for (std::size_t i = 0; i < size; ++i) {
        EXPECT_TRUE(-1 <= coordinates[i] && coordinates[i] < 1) << coordinates[i];
        means[i] += coordinates[i] / kStarts;
        squares[i] += coordinates[i] * coordinates[i] / kStarts;
        products[i] += coordinates[i] * coordinates[(i + 1) % size] / kStarts;
      }
    }
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_NEAR(means[i], 0, 4 * std::sqrt(1.0 / 3 / kStarts)) << "coordinate " << i;
      EXPECT_NEAR(squares[i], 1.0 / 3, 4 * std::sqrt(4.0 / 45 / kStarts)) << "coordinate " << i;
      EXPECT_NEAR(products[i], 0, 4 * std::sqrt(1.0 / 9 / kStarts)) << "coordinate " << i;
    }
  }
}

TEST(MpeEnvironment, EitherLandmarkIsTheGoalHalfTheTime) {
  constexpr int kStarts = 4000;
  PhysicalDeception scenario(2, Adversary::kStill, Dynamics::kCurrent);
  double second = 0;
  for (int start = 0; start < kStarts; ++start) {
    scenario.reset(static_cast<std::uint64_t>(start));
    second += static_cast<double>(scenario.goal()) / kStarts;
  }
  EXPECT_NEAR(second, 0.5, 4 * std::sqrt(0.25 / kStarts));
}

TEST(MpeEnvironment, EpisodesAreTruncatedNeverTerminated) {
  ParameterValues values = navigation(3);
  values["episode_limit"] = std::int64_t{26};
  const auto environment = make(values);
  const std::vector<float> still(6);
  for (int step = 1; step <= 26; ++step) {
    const StepResult result = environment->step(still);
    EXPECT_FALSE(result.terminated);
    EXPECT_EQ(result.truncated, step == 26);
  }
}

TEST(MpeEnvironment, FactsNameTheReference) {
  EXPECT_EQ(fact(make(navigation(3))->spec(), "reference"), "MPE2 1.1.0 simple_spread_v3");
  ParameterValues legacy = deception();
  legacy["dynamics"] = std::string("legacy");
  EXPECT_EQ(fact(make(legacy)->spec(), "reference"), "PettingZoo 1.22.2 simple_adversary_v2");
  EXPECT_EQ(fact(make(legacy)->spec(), "adversary"), "random");
}

TEST(MpeEnvironment, WrongParametersAreRefused) {
  EXPECT_NE(message_of([] {
              make({{"scenario", std::string("tag")}});
            }).find("cooperative_navigation"),
            std::string::npos);
  EXPECT_NE(message_of([] { make(navigation(0)); }).find("\"agents\" is 0; expected integer in [1, 1000]"),
            std::string::npos);
  EXPECT_NE(message_of([] { make(deception("asleep")); }).find("random, still, pursuer"), std::string::npos);
  EXPECT_NE(message_of([] {
              make({{"adversary", std::string("still")}});
            }).find("\"adversary\" is \"still\", but cooperative_navigation has none"),
            std::string::npos);
  ParameterValues values = deception();
  values["local_ratio"] = 0.25;
  EXPECT_NE(
      message_of([&] { make(values); }).find("\"local_ratio\" is 0.25, but physical_deception counts no collisions"),
      std::string::npos);
}

TEST(MpeEnvironment, SnapshotsOfAnotherTaskAreRefused) {
  SnapshotWriter writer;
  make(navigation(3))->save(writer);
  const auto other = make(navigation(4));
  SnapshotReader reader(writer.bytes());
  EXPECT_NE(message_of([&] { other->load(reader); }).find("\"agents\""), std::string::npos);
}

}  // namespace
}  // namespace tutti::mpe
