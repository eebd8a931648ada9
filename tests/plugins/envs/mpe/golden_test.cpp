// Replays every recorded MPE episode: from its start, and each single step from the recorded state before it.
#include <gtest/gtest.h>

#include <memory>

#include "cooperative_navigation.hpp"
#include "environment.hpp"
#include "physical_deception.hpp"
#include "recordings.hpp"

namespace tutti::mpe {
namespace {

using golden::Json;

constexpr std::string_view kFormat = "tutti-golden-mpe-1";
constexpr double kStepTolerance = 1e-12;    // one step from a recorded state
constexpr double kEpisodeTolerance = 1e-9;  // contacts amplify rounding

Config config_of(const Json& recording) {
  const bool navigation = recording["task"].get<std::string>().starts_with("mpe_coop_nav");
  const Json& parameters = recording["parameters"];
  Config config;
  config.scenario = navigation ? "cooperative_navigation" : "physical_deception";
  config.agents = parameters["N"];
  config.dynamics = recording.value("variant", "current");
  config.local_ratio = parameters.value("local_ratio", 0.5);
  config.episode_limit = parameters["max_cycles"];
  return config;
}

void set_agents(Scenario& scenario, const Json& positions, const Json& velocities) {
  const auto agents = scenario.world().agents();
  ASSERT_EQ(positions.size(), agents.size());
  for (std::size_t i = 0; i < agents.size(); ++i) {
    agents[i] = {{positions[i][0], positions[i][1]}, {velocities[i][0], velocities[i][1]}};
  }
}

void start(Scenario& scenario, const Json& initial) {
  scenario.reset(0);
  set_agents(scenario, initial["agent_pos"], initial["agent_vel"]);
  const auto landmarks = scenario.world().landmarks();
  ASSERT_EQ(initial["landmark_pos"].size(), landmarks.size());
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    landmarks[i] = {initial["landmark_pos"][i][0], initial["landmark_pos"][i][1]};
  }
  if (auto* deception = dynamic_cast<PhysicalDeception*>(&scenario)) deception->set_goal(initial["goal"]);
}

std::vector<Action> actions_of(const Json& step) {
  std::vector<Action> actions;
  for (const Json& action : step["action"]) actions.push_back(action.get<Action>());
  return actions;
}

std::vector<double> state_of(const Scenario& scenario) {
  std::vector<double> state(scenario.state_size());
  scenario.state(state);
  return state;
}

void expect_terms(const CooperativeNavigation& scenario, const Json& step, double tolerance) {
  const double sum = golden::numbers(step["team_sum"])[0];
  double rewards = 0;
  for (const double reward : scenario.learner_rewards()) rewards += reward;
  golden::expect_near(std::vector{scenario.coverage(), rewards}, std::vector{step["coverage"].get<double>(), sum},
                      tolerance, "coverage, sum");
  golden::expect_near(scenario.collisions(), golden::numbers(step["collisions"]), 0, "collisions");
}

void expect_terms(const PhysicalDeception& scenario, const Json& step, double tolerance) {
  double good_sum = 0;
  for (const double reward : scenario.learner_rewards()) good_sum += reward;
  const std::vector<double> actual{scenario.adversary_distance(), scenario.goal_distance(), good_sum,
                                   good_sum + scenario.rewards()[0]};
  const std::vector<double> expected{step["adversary_distance"], step["good_min_distance"], step["good_sum"],
                                     step["all_sum"]};
  golden::expect_near(actual, expected, tolerance, "D, G, sum of the good agents, sum of all");
}

void expect_step(const Scenario& scenario, const Json& step, double tolerance) {
  std::vector<double> positions;
  std::vector<double> velocities;
  for (const Particle& agent : scenario.world().agents()) {
    positions.insert(positions.end(), {agent.position.x, agent.position.y});
    velocities.insert(velocities.end(), {agent.velocity.x, agent.velocity.y});
  }
  golden::expect_near(positions, golden::numbers(step["pos"]), tolerance, "position");
  golden::expect_near(velocities, golden::numbers(step["vel"]), tolerance, "velocity");
  golden::expect_near(state_of(scenario), golden::numbers(step["obs"]), tolerance, "observations");
  golden::expect_near(scenario.rewards(), golden::numbers(step["reward"]), tolerance, "reward");
  if (const auto* navigation = dynamic_cast<const CooperativeNavigation*>(&scenario)) {
    expect_terms(*navigation, step, tolerance);
  } else {
    expect_terms(dynamic_cast<const PhysicalDeception&>(scenario), step, tolerance);
  }
}

class MpeReplay : public testing::TestWithParam<std::filesystem::path> {
 protected:
  template <class Body>
  void for_each_case(Body body) {
    const Json recording = golden::read(GetParam());
    ASSERT_FALSE(recording["cases"].empty());
    const auto scenario = make_scenario(config_of(recording));
    for (const Json& episode : recording["cases"]) {
      SCOPED_TRACE(episode["name"].get<std::string>());
      start(*scenario, episode["initial"]);
      body(*scenario, episode);
      if (HasFatalFailure()) return;
    }
  }
};

TEST_P(MpeReplay, WholeEpisodesFollowTheRecording) {
  for_each_case([](Scenario& scenario, const Json& episode) {
    golden::expect_near(state_of(scenario), golden::numbers(episode["initial_obs"]), kStepTolerance,
                        "first observation");
    for (const Json& step : episode["steps"]) {
      scenario.step_all(actions_of(step));
      expect_step(scenario, step, kEpisodeTolerance);
      if (HasFatalFailure()) return;
    }
  });
}

TEST_P(MpeReplay, EverySingleStepFollowsTheRecording) {
  for_each_case([](Scenario& scenario, const Json& episode) {
    for (const Json& step : episode["steps"]) {
      scenario.step_all(actions_of(step));
      expect_step(scenario, step, kStepTolerance);
      if (HasFatalFailure()) return;
      set_agents(scenario, step["pos"], step["vel"]);
    }
  });
}

TEST_P(MpeReplay, EpisodesEndWhenTheRecordedOnesDo) {
  const Json recording = golden::read(GetParam());
  const auto environment = make_environment(config_of(recording));
  const std::vector<float> action(static_cast<std::size_t>(environment->spec().joint_action_size()));
  for (const Json& episode : recording["cases"]) {
    environment->reset(1);
    for (const Json& step : episode["steps"]) {
      const StepResult result = environment->step(action);
      EXPECT_EQ(result.terminated, step["terminated"].get<bool>());
      EXPECT_EQ(result.truncated, step["truncated"].get<bool>());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(golden, MpeReplay, testing::ValuesIn(golden::files(kFormat)),
                         [](const auto& file) { return golden::test_name(file.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MpeReplay);

TEST(golden, HoldsRecordings) {
  const auto count = golden::files(kFormat).size() + golden::files("tutti-golden-mujoco-1").size() +
                     golden::files("tutti-golden-model-1").size();
  EXPECT_GT(count, 0U) << golden::folder() << " has no recording of a known format";
}

}  // namespace
}  // namespace tutti::mpe
