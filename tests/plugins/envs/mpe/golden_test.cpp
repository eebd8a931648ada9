// Replays every recorded MPE episode: from its start, and each single step from the recorded state before it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

#include "cooperative_navigation.hpp"
#include "environment.hpp"
#include "environment_checks.hpp"
#include "physical_deception.hpp"
#include "recording.hpp"

namespace tutti::mpe {
namespace {

using golden::Json;

constexpr double kStepTolerance = 1e-12;    // one step from a recorded state
constexpr double kEpisodeTolerance = 1e-9;  // contacts amplify rounding

void set_agents(Scenario& scenario, const Json& positions, const Json& velocities) {
  const auto agents = scenario.world().agents();
  for (std::size_t i = 0; i < agents.size(); ++i) {
    agents[i] = {{positions[i][0], positions[i][1]}, {velocities[i][0], velocities[i][1]}};
  }
}

void start(Scenario& scenario, const Json& initial) {
  scenario.reset(0);
  set_agents(scenario, initial.at("agent_pos"), initial.at("agent_vel"));
  const auto landmarks = scenario.world().landmarks();
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    landmarks[i] = {initial.at("landmark_pos")[i][0], initial.at("landmark_pos")[i][1]};
  }
  if (auto* deception = dynamic_cast<PhysicalDeception*>(&scenario)) deception->set_goal(initial.at("goal"));
}

std::vector<Action> actions_of(const Json& step) {
  std::vector<Action> actions;
  for (const Json& action : step.at("action")) actions.push_back(action.get<Action>());
  return actions;
}

std::vector<double> state_of(const Scenario& scenario) {
  std::vector<double> state(scenario.state_size());
  scenario.state(state);
  return state;
}

void expect_terms(const CooperativeNavigation& scenario, const Json& step, double tolerance) {
  const double sum = golden::numbers(step.at("team_sum"))[0];
  double rewards = 0;
  for (const double reward : scenario.learner_rewards()) rewards += reward;
  golden::expect_near_relative(std::vector{scenario.coverage(), rewards},
                               std::vector{step.at("coverage").get<double>(), sum}, tolerance, "coverage, sum");
  golden::expect_near_relative(scenario.collisions(), golden::numbers(step.at("collisions")), 0, "collisions");
}

void expect_terms(const PhysicalDeception& scenario, const Json& step, double tolerance) {
  double good_sum = 0;
  for (const double reward : scenario.learner_rewards()) good_sum += reward;
  const std::vector<double> actual{scenario.adversary_distance(), scenario.goal_distance(), good_sum,
                                   good_sum + scenario.rewards()[0]};
  const std::vector<double> expected{step.at("adversary_distance"), step.at("good_min_distance"), step.at("good_sum"),
                                     step.at("all_sum")};
  golden::expect_near_relative(actual, expected, tolerance, "D, G, sum of the good agents, sum of all");
}

void expect_step(const Scenario& scenario, const Json& step, double tolerance) {
  std::vector<double> positions;
  std::vector<double> velocities;
  for (const Particle& agent : scenario.world().agents()) {
    positions.insert(positions.end(), {agent.position.x, agent.position.y});
    velocities.insert(velocities.end(), {agent.velocity.x, agent.velocity.y});
  }
  golden::expect_near_relative(positions, golden::numbers(step.at("pos")), tolerance, "position");
  golden::expect_near_relative(velocities, golden::numbers(step.at("vel")), tolerance, "velocity");
  golden::expect_near_relative(state_of(scenario), golden::numbers(step.at("obs")), tolerance, "observations");
  golden::expect_near_relative(scenario.rewards(), golden::numbers(step.at("reward")), tolerance, "reward");
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
    const auto scenario = make_scenario(recording_.config);
    for (const Json& episode : recording_.json.at("cases")) {
      SCOPED_TRACE(episode.at("name").get<std::string>());
      start(*scenario, episode.at("initial"));
      body(*scenario, episode);
      if (HasFatalFailure()) return;
    }
  }

  const Recording recording_ = read_recording(GetParam());
};

TEST_P(MpeReplay, WholeEpisodesFollowTheRecording) {
  for_each_case([](Scenario& scenario, const Json& episode) {
    golden::expect_near_relative(state_of(scenario), golden::numbers(episode.at("initial_obs")), kStepTolerance,
                                 "first observation");
    for (const Json& step : episode.at("steps")) {
      scenario.step_all(actions_of(step));
      expect_step(scenario, step, kEpisodeTolerance);
      if (HasFatalFailure()) return;
    }
  });
}

TEST_P(MpeReplay, EverySingleStepFollowsTheRecording) {
  for_each_case([](Scenario& scenario, const Json& episode) {
    for (const Json& step : episode.at("steps")) {
      scenario.step_all(actions_of(step));
      expect_step(scenario, step, kStepTolerance);
      if (HasFatalFailure()) return;
      set_agents(scenario, step.at("pos"), step.at("vel"));
    }
  });
}

// A learner's two numbers with the force of the recorded five.
std::vector<float> joint_action_of(const Scenario& scenario, const Json& step) {
  std::vector<float> joint_action;
  for (std::size_t i = scenario.first_learner(); i < scenario.world().agents().size(); ++i) {
    Action action = step.at("action").at(i);
    for (double& component : action) component = std::clamp(component, 0.0, 1.0);
    joint_action.push_back(static_cast<float>(action[2] - action[1]));
    joint_action.push_back(static_cast<float>(action[4] - action[3]));
  }
  return joint_action;
}

// What the environment earns for the team, by the name of its "team_reward".
std::map<std::string, double> team_rewards_of(const Scenario& scenario, const Json& step) {
  const auto rewards = golden::numbers(step.at("reward"));
  const auto first = rewards.begin() + static_cast<std::ptrdiff_t>(scenario.first_learner());
  const double sum = std::accumulate(first, rewards.end(), 0.0);
  return {{"sum", sum}, {"mean", sum / static_cast<double>(rewards.end() - first)}, {"per_agent", *first}};
}

std::vector<double> terms_of(const Scenario& scenario, const Json& step) {
  auto terms = golden::numbers(step.at("reward"));
  terms.erase(terms.begin(), terms.begin() + static_cast<std::ptrdiff_t>(scenario.first_learner()));
  const auto team_rewards = team_rewards_of(scenario, step);
  terms.insert(terms.end(), {team_rewards.at("sum"), team_rewards.at("mean")});
  if (step.contains("coverage")) {
    const auto collisions = golden::numbers(step.at("collisions"));
    terms.insert(terms.end(), {step.at("coverage"), std::accumulate(collisions.begin(), collisions.end(), 0.0)});
  } else {
    terms.insert(terms.end(), {step.at("adversary_distance"), step.at("good_min_distance")});
  }
  return terms;
}

// Actions and observations are rounded to float, once each: 6e-8 of values up to 10.
constexpr double kFloatTolerance = 1e-6;

void expect_sight(const Environment& environment, const Scenario& scenario, const Json& step) {
  const auto as_doubles = [](const std::vector<float>& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  const Sight sight = look(environment);
  const auto state = golden::numbers(step.at("obs"));
  std::size_t others = 0;  // numbers that those who do not learn see
  for (std::size_t agent = 0; agent < scenario.first_learner(); ++agent) others += scenario.observation_size(agent);
  golden::expect_near_relative(as_doubles(sight.observations), std::span(state).subspan(others), kFloatTolerance,
                               "observations");
  golden::expect_near_relative(as_doubles(sight.state), state, kFloatTolerance, "state");
  golden::expect_near_relative(sight.terms, terms_of(scenario, step), kFloatTolerance, "terms");
}

void expect_learners(const Scenario& scenario, const Json& step) {
  for (std::size_t i = scenario.first_learner(); i < scenario.world().agents().size(); ++i) {
    const Particle& agent = scenario.world().agents()[i];
    golden::expect_near_relative(std::vector{agent.position.x, agent.position.y, agent.velocity.x, agent.velocity.y},
                                 golden::numbers({step.at("pos").at(i), step.at("vel").at(i)}), kFloatTolerance,
                                 "position, velocity");
  }
}

// The environment as it would be after `steps` steps that led to the scenario's state.
void load(Environment& environment, const Scenario& scenario, std::int64_t steps) {
  SnapshotWriter writer;
  writer.value("steps", steps);
  scenario.save(writer);
  SnapshotReader reader(writer.bytes());
  environment.load(reader);
}

void load(Scenario& scenario, const Environment& environment) {
  SnapshotWriter writer;
  environment.save(writer);
  SnapshotReader reader(writer.bytes());
  (void)reader.value<std::int64_t>("steps");
  scenario.load(reader);
}

// The environment, which is given two floats for each learner, in each recorded step from the state before it.
TEST_P(MpeReplay, TheEnvironmentFollowsEverySingleStep) {
  Config config = recording_.config;
  // The adversary acts for itself here. Under the current dynamics that shows one step later.
  const bool all_is_as_recorded = config.scenario == "cooperative_navigation" || config.dynamics == "current";
  for (const char* team_reward : {"sum", "mean", "per_agent"}) {
    config.team_reward = team_reward;
    const auto environment = make_environment(config);
    for_each_case([&](Scenario& scenario, const Json& episode) {
      std::int64_t steps = 0;
      for (const Json& step : episode.at("steps")) {
        load(*environment, scenario, steps++);
        const StepResult result = environment->step(joint_action_of(scenario, step));
        EXPECT_EQ(result.terminated, step.at("terminated").get<bool>());
        EXPECT_EQ(result.truncated, step.at("truncated").get<bool>());
        if (all_is_as_recorded) {
          const double reward = team_rewards_of(scenario, step).at(team_reward);
          EXPECT_NEAR(result.reward, reward, kFloatTolerance * std::max(1.0, std::abs(reward)));
          expect_sight(*environment, scenario, step);
        }
        load(scenario, *environment);
        expect_learners(scenario, step);
        if (HasFatalFailure()) return;
        set_agents(scenario, step.at("pos"), step.at("vel"));
      }
    });
  }
}

TEST_P(MpeReplay, EpisodesEndWhenTheRecordedOnesDo) {
  const auto environment = make_environment(recording_.config);
  const std::vector<float> action(static_cast<std::size_t>(environment->spec().joint_action_size()));
  for (const Json& episode : recording_.json.at("cases")) {
    environment->reset(1);
    for (const Json& step : episode.at("steps")) {
      const StepResult result = environment->step(action);
      EXPECT_EQ(result.terminated, step.at("terminated").get<bool>());
      EXPECT_EQ(result.truncated, step.at("truncated").get<bool>());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(golden, MpeReplay, testing::ValuesIn(golden::files(golden::kMpe)),
                         [](const auto& file) { return golden::test_name(file.param, file.index); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MpeReplay);

TEST(golden, HoldsRecordings) { golden::expect_recordings(); }

}  // namespace
}  // namespace tutti::mpe
