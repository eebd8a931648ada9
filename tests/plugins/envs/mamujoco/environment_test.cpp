#include "environment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "environment_checks.hpp"

namespace tutti::mamujoco {
namespace {

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

std::unique_ptr<Environment> make(const ParameterValues& values) {
  return make_environment(read_parameters<Config>(values), kModels);
}

// The named tasks in both profiles.
std::vector<TaskSpec> tasks() {
  std::vector<TaskSpec> named;
  named_tasks(named);
  std::vector<TaskSpec> result = named;
  for (TaskSpec task : named) {
    task.name += "-harl";
    task.values["profile"] = std::string("harl");
    result.push_back(task);
  }
  return result;
}

std::string fact(const Environment& environment, const std::string& name) {
  for (const auto& [key, value] : environment.spec().facts) {
    if (key == name) return value;
  }
  return "";
}

std::vector<std::int64_t> observation_sizes(const Environment& environment) {
  std::vector<std::int64_t> sizes;
  for (const AgentSpec& agent : environment.spec().agents) sizes.push_back(agent.observation_size);
  return sizes;
}

class RobotTasks : public testing::TestWithParam<TaskSpec> {};

TEST_P(RobotTasks, SnapshotsAreExact) {
  expect_exact_snapshots([] { return make(GetParam().values); });
}
TEST_P(RobotTasks, SeedsDecideEpisodes) {
  expect_seeded_episodes([] { return make(GetParam().values); });
}
TEST_P(RobotTasks, RandomPlayScoresTheLowEndOfTheReferenceRange) {
  ParameterValues values = GetParam().values;
  // The ant's episodes last between a few steps and all of them: it takes many to see the spread of the returns.
  const std::size_t episodes = GetParam().name.starts_with("ant") ? 60 : 8;
  expect_random_play_at_low_end(*make(values), episodes);
  values["profile"] = std::string("harl");
  expect_random_play_at_low_end(*make(values), episodes);
  values["episode_limit"] = std::int64_t{500};
  EXPECT_FALSE(make(values)->spec().reference);
}
TEST_P(RobotTasks, BadActionsAreRefused) { expect_bad_actions_refused(*make(GetParam().values), "mamujoco "); }

std::size_t mujoco_allocations = 0;
void* count_and_allocate(std::size_t size) {
  ++mujoco_allocations;
  return std::aligned_alloc(64, (size + 63) / 64 * 64);
}

TEST_P(RobotTasks, StepsAllocateNothing) {
  mju_user_malloc = count_and_allocate;
  mju_user_free = std::free;
  {
    const auto environment = make(GetParam().values);
    const std::size_t before = mujoco_allocations;
    EXPECT_GT(before, 0U);
    expect_no_allocation(*environment);
    EXPECT_EQ(mujoco_allocations, before);
  }
  mju_user_malloc = nullptr;
  mju_user_free = nullptr;
}

INSTANTIATE_TEST_SUITE_P(Mamujoco, RobotTasks, testing::ValuesIn(tasks()), [](const auto& task) {
  std::string name = task.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

// The tests against recordings use doubles; the harness sees the same numbers, rounded.
TEST_P(RobotTasks, TheHarnessSeesTheExactNumbersRounded) {
  const auto rounded = make(GetParam().values);
  const auto made = make(GetParam().values);
  auto& exact = dynamic_cast<RobotEnvironment&>(*made);
  RandomStream random(6);
  const auto action = random_action(rounded->spec(), random);
  EXPECT_EQ(rounded->step(action).reward, exact.step_exactly(std::vector<double>(action.begin(), action.end())).reward);
  std::vector<float> joined;
  for (std::size_t agent = 0; agent < rounded->spec().agents.size(); ++agent) {
    std::vector<double> observation(static_cast<std::size_t>(rounded->spec().agents[agent].observation_size));
    exact.observe_exactly(agent, observation);
    for (const double value : observation) joined.push_back(static_cast<float>(value));
  }
  EXPECT_EQ(look(*rounded).observations, joined);
}

TEST(RobotEnvironment, SizesOfAnt) {
  const auto environment = make({{"robot", std::string("ant")}});
  const EnvironmentSpec& spec = environment->spec();
  EXPECT_EQ(observation_sizes(*environment), (std::vector<std::int64_t>{63, 63}));
  EXPECT_EQ(spec.agents[0].action_size, 4);
  EXPECT_EQ(spec.state_size, 105);
  EXPECT_EQ(spec.episode_limit, 1000);
  EXPECT_EQ(spec.reward_terms, (std::vector<std::string>{"forward", "control", "contact", "survive"}));
}

TEST(RobotEnvironment, ObservationSizesMayDiffer) {
  const auto environment = make({{"robot", std::string("half_cheetah")}, {"factorization", std::string("6x1")}});
  EXPECT_EQ(observation_sizes(*environment), (std::vector<std::int64_t>{9, 9, 8, 9, 9, 8}));
  EXPECT_EQ(environment->spec().state_size, 17);
}

TEST(RobotEnvironment, HarlMeansV2RobotsFullObservationsAndConcatenation) {
  const auto environment = make({{"profile", std::string("harl")}});
  EXPECT_EQ(observation_sizes(*environment), (std::vector<std::int64_t>{113, 113}));
  EXPECT_EQ(environment->spec().state_size, 111);
  EXPECT_EQ(fact(*environment, "robot_version"), "v2");
  EXPECT_EQ(fact(*environment, "mapping"), "harl");
  EXPECT_EQ(fact(*environment, "agent_actuators"), "[[0, 1, 2, 3], [4, 5, 6, 7]]");
}

TEST(RobotEnvironment, WhatIsSetOverridesTheProfile) {
  const auto environment = make({{"profile", std::string("harl")},
                                 {"robot_version", std::string("v5")},
                                 {"mapping", std::string("original")},
                                 {"factorization", std::string("2x4d")},
                                 {"observations", std::string("local")},
                                 {"state", std::string("raw")}});
  EXPECT_EQ(observation_sizes(*environment), (std::vector<std::int64_t>{63, 63}));
  EXPECT_EQ(environment->spec().state_size, 105);
  EXPECT_EQ(fact(*environment, "agent_actuators"), "[[2, 3, 6, 7], [4, 5, 0, 1]]");
}

TEST(RobotEnvironment, ActuatorsMayBeListed) {
  const auto environment =
      make({{"robot", std::string("walker2d")}, {"actuators", IntegerLists{{0, 3}, {1, 4}, {2, 5}}}});
  EXPECT_EQ(environment->spec().agents.size(), 3U);
  EXPECT_EQ(fact(*environment, "factorization"), "explicit");
  EXPECT_EQ(fact(*environment, "mapping"), "explicit");
}

TEST(RobotEnvironment, TheReferenceIsCalledModifiedWhereTheProfileWasOverridden) {
  const std::string plain = fact(*make({{"factorization", std::string("2x4d")}}), "reference");
  const ParameterValues changes[] = {{{"mapping", std::string("original")}},
                                     {{"observations", std::string("full")}},
                                     {{"state", std::string("standardised")}},
                                     {{"actuators", IntegerLists{{0, 1, 2}, {3, 4, 5, 6, 7}}}}};
  for (ParameterValues values : changes) {
    values["factorization"] = std::string("2x4d");
    EXPECT_EQ(fact(*make(values), "reference"), "as " + plain + ", modified");
  }
  EXPECT_EQ(fact(*make({{"robot_version", std::string("v2")}}), "reference"),
            "as Gymnasium-Robotics 1.4.2 MaMuJoCo over Gymnasium 0.29.1 Ant-v2, modified");
  EXPECT_EQ(fact(*make({{"mapping", std::string("original")}}), "reference"), plain);  // 2x4 means the same
}

TEST(RobotEnvironment, TheRewardIsTheSumOfItsTerms) {
  for (const TaskSpec& task : tasks()) {
    const auto environment = make(task.values);
    RandomStream random(4);
    for (int step = 0; step < 10; ++step) {
      const StepResult result = environment->step(random_action(environment->spec(), random));
      double sum = 0;
      for (const double term : look(*environment).terms) sum += term;
      EXPECT_NEAR(result.reward, sum, 1e-12) << task.name;
    }
  }
}

TEST(RobotEnvironment, EpisodesAreTruncatedAtTheLimit) {
  const auto environment = make(
      {{"robot", std::string("swimmer")}, {"factorization", std::string("2x1")}, {"episode_limit", std::int64_t{3}}});
  const std::vector<float> still(2);
  for (int step = 1; step <= 3; ++step) EXPECT_EQ(environment->step(still).truncated, step == 3);
  environment->reset(0);
  EXPECT_FALSE(environment->step(still).truncated);
}

// A robot that falls in the last step: the end of the task, or, for HARL, a time limit like any other.
TEST(RobotEnvironment, HarlBootstrapsThroughTheLastStepEvenIfTheRobotFallsInIt) {
  for (const char* profile : {"gymnasium_robotics", "harl"}) {
    const auto environment = make({{"robot", std::string("walker2d")},
                                   {"factorization", std::string("2x3")},
                                   {"profile", std::string(profile)},
                                   {"episode_limit", std::int64_t{1}}});
    dynamic_cast<RobotEnvironment&>(*environment).simulation().qpos()[1] = 0.5;
    const StepResult result = environment->step(std::vector<float>(6));
    EXPECT_TRUE(result.truncated);
    EXPECT_EQ(result.terminated, std::string(profile) != "harl");
  }
}

TEST(RobotEnvironment, CoverageOfAntIsItsPlaceInThePlane) {
  const auto environment = make({});
  environment->reset(3);
  const auto qpos = dynamic_cast<RobotEnvironment&>(*environment).simulation().qpos();
  EXPECT_EQ(look(*environment).coverage, (std::vector<double>{qpos[0], qpos[1]}));
  EXPECT_TRUE(
      make({{"robot", std::string("swimmer")}, {"factorization", std::string("2x1")}})->spec().coverage.empty());
}

TEST(RobotEnvironment, FactsFixTheNumbers) {
  const auto environment = make({});
  EXPECT_EQ(fact(*environment, "reference"), "Gymnasium-Robotics 1.4.2 MaMuJoCo over Gymnasium 1.4.0 Ant-v5");
  EXPECT_EQ(fact(*environment, "simulator_time_step"), "0.01");
  EXPECT_EQ(fact(*environment, "frame_skip"), "5");
  EXPECT_EQ(fact(*environment, "model_sha256").size(), 64U);
  EXPECT_EQ(fact(*environment, "mujoco"), mj_versionString());
}

TEST(RobotEnvironment, WrongParametersAreRefused) {
  EXPECT_NE(message_of([] {
              make({{"factorization", std::string("6x1")}});
            }).find("known: 2x4, 2x4d, 4x2"),
            std::string::npos);
  EXPECT_NE(message_of([] {
              make({{"neighbourhood", std::int64_t{-1}}});
            }).find("integer in [0, 10]"),
            std::string::npos);
  EXPECT_NE(message_of([] {
              make({{"profile", std::string("harl")}, {"neighbourhood", std::int64_t{2}}});
            }).find("\"neighbourhood\" is 2, but full observations show everything"),
            std::string::npos);
  EXPECT_NE(message_of([] { make({{"robot", std::string("humanoid")}}); }).find("half_cheetah"), std::string::npos);
  EXPECT_NE(message_of([] { make({{"actuators", IntegerLists{{0}}}}); }).find("leaves out 1"), std::string::npos);
}

TEST(RobotEnvironment, WhatListedActuatorsMakeMeaninglessIsRefused) {
  ParameterValues values{{"actuators", IntegerLists{{0, 1, 2}, {3, 4, 5, 6, 7}}},
                         {"factorization", std::string("4x2")}};
  EXPECT_EQ(fact(*make(values), "factorization"), "explicit");  // a named task with actuators of its own
  values["factorization"] = std::string("9x9");
  EXPECT_NE(message_of([&] { make(values); }).find("unknown factorization \"9x9\""), std::string::npos);
  values.erase("factorization");
  values["mapping"] = std::string("original");
  EXPECT_NE(message_of([&] { make(values); }).find("\"mapping\" is \"original\", but \"actuators\" are listed"),
            std::string::npos);
}

TEST(RobotEnvironment, SnapshotsOfAnotherRobotAreRefused) {
  SnapshotWriter writer;
  make({})->save(writer);
  const auto other = make({{"robot", std::string("swimmer")}, {"factorization", std::string("2x1")}});
  SnapshotReader reader(writer.bytes());
  EXPECT_NE(message_of([&] { other->load(reader); }).find("the snapshot is of ant; expected swimmer"),
            std::string::npos);
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(RobotEnvironment, ModelsLieBesideThePlugin) {
  for (const auto& model : std::filesystem::directory_iterator(kModels)) {
    const auto copy = std::filesystem::path(TUTTI_BINARY_DIR) / "plugins" / "mamujoco" / model.path().filename();
    EXPECT_EQ(content_of(copy), content_of(model.path())) << copy;
  }
}

}  // namespace
}  // namespace tutti::mamujoco
