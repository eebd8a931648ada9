// Replays every recorded episode of the robots: from its start, from every checkpoint, and, for observations, rewards
// and flags, from the recorded positions and velocities.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "environment.hpp"
#include "observations.hpp"
#include "recordings.hpp"

namespace tutti::mamujoco {
namespace {

using golden::Json;

constexpr std::string_view kFormat = "tutti-golden-mujoco-1";
constexpr double kFewSteps = 1e-10;      // five steps from a start or a checkpoint
constexpr double kSamePosition = 1e-11;  // what is computed from a recorded position and velocity
constexpr double kFlagsOnly = std::numeric_limits<double>::infinity();

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

std::string robot_name(const Json& recording) {
  const std::string task = recording["robot"];
  return std::ranges::find(robots(), task, &Robot::task)->name;
}

Config config_of(const Json& recording) {
  Config config;
  config.robot = robot_name(recording);
  config.profile = recording["profile"];
  config.factorization = recording["factorization"];
  if (recording["agent_obsk"].is_number()) config.neighbourhood = recording["agent_obsk"];
  try {
    config.check();
  } catch (const Error&) {  // not one of the named ones
    config.actuators = recording["agent_actuators"].get<IntegerLists>();
  }
  return config;
}

// Contacts make the smallest difference grow; see the table in tests/golden/README.md.
double tolerance_at(const Json& recording, const Json& episode, std::int64_t step) {
  if (step <= 5) return kFewSteps;
  if (episode["name"] == "time_limit") return kFlagsOnly;
  if (recording["robot"] == "Swimmer") return 1e-9;
  if (recording["robot"] == "Walker2d") return 1e-8;
  if (step <= 20) return 1e-8;
  return step <= 40 ? 1e-6 : kFlagsOnly;
}

void expect_position(const Simulation& simulation, const Json& step, double tolerance) {
  if (tolerance == kFlagsOnly) {
    for (const double value : simulation.qpos()) ASSERT_TRUE(std::isfinite(value));
    for (const double value : simulation.qvel()) ASSERT_TRUE(std::isfinite(value));
    return;
  }
  const auto largest_difference = [](std::span<const double> actual, const std::vector<double>& expected) {
    double largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) largest = std::max(largest, std::abs(actual[i] - expected[i]));
    return actual.size() == expected.size() ? largest : kFlagsOnly;
  };
  ASSERT_LE(largest_difference(simulation.qpos(), golden::numbers(step["qpos"])), tolerance) << "qpos";
  ASSERT_LE(largest_difference(simulation.qvel(), golden::numbers(step["qvel"])), tolerance) << "qvel";
}

void expect_flags(const StepResult& result, const Json& step) {
  EXPECT_EQ(result.terminated, step["terminated"].get<bool>());
  EXPECT_EQ(result.truncated, step["truncated"].get<bool>());
}

void expect_observations(const RobotEnvironment& environment, const Json& step) {
  if (!step.contains("obs")) return;
  const EnvironmentSpec& spec = environment.spec();
  ASSERT_EQ(step["obs"].size(), spec.agents.size());
  for (std::size_t agent = 0; agent < spec.agents.size(); ++agent) {
    std::vector<double> observation(static_cast<std::size_t>(spec.agents[agent].observation_size));
    environment.observe_exactly(agent, observation);
    golden::expect_near(observation, golden::numbers(step["obs"][agent]), kSamePosition, spec.agents[agent].name);
  }
  std::vector<double> state(static_cast<std::size_t>(spec.state_size));
  environment.state_exactly(state);
  golden::expect_near(state, golden::numbers(step["state"]), kSamePosition, "state");
}

// "obs_k2": local observations of depth 2.
void expect_other_neighbourhoods(const Simulation& simulation, const Factorization& agents, const Json& step) {
  constexpr std::string_view kPrefix = "obs_k";
  for (const auto& [key, recorded] : step.items()) {
    if (!key.starts_with(kPrefix)) continue;
    int depth = 0;
    std::from_chars(key.data() + kPrefix.size(), key.data() + key.size(), depth);
    for (std::size_t agent = 0; agent < agents.size(); ++agent) {
      const LocalObservation local(simulation.robot(), agents[agent], depth);
      std::vector<double> observation(local.size());
      local.write(simulation, observation);
      golden::expect_near(observation, golden::numbers(recorded[agent]), kSamePosition, key);
    }
  }
}

void expect_outcome(const Outcome& outcome, const Json& step) {
  const std::map<std::string, double> terms{{"forward", outcome.forward}, {"fwd", outcome.forward},
                                            {"run", outcome.forward},     {"x_velocity", outcome.forward},
                                            {"ctrl", outcome.control},    {"contact", outcome.contact},
                                            {"survive", outcome.survive}};
  for (const auto& [name, value] : step["terms"].items()) {
    golden::expect_near(std::vector{terms.at(name)}, std::vector{value.get<double>()}, kSamePosition, name);
  }
  golden::expect_near(std::vector{outcome.reward()}, std::vector{step["reward"].get<double>()}, kSamePosition,
                      "reward");
  EXPECT_EQ(outcome.terminated, step["terminated"].get<bool>());
}

class RobotReplay : public testing::TestWithParam<std::filesystem::path> {
 protected:
  RobotReplay()
      : recording_(golden::read(GetParam())),
        config_(config_of(recording_)),
        made_(make_environment(config_, kModels)),
        environment_(dynamic_cast<RobotEnvironment&>(*made_)),
        simulation_(environment_.simulation()),
        zero_(simulation_.robot().joints.size()) {}

  void start(const Json& episode) {
    environment_.reset(0);
    simulation_.reset(golden::numbers(episode["initial"]["qpos"]), golden::numbers(episode["initial"]["qvel"]));
  }

  // Steps up to the recorded one; those left out between two recorded ones had zero actions.
  StepResult advance(const Json& step) {
    for (; steps_ + 1 < step["t"].get<std::int64_t>(); ++steps_) environment_.step_exactly(zero_);
    ++steps_;
    return environment_.step_exactly(golden::numbers(step["action"]));
  }

  std::vector<double> controls_of(const Json& step) const {
    const auto action = golden::numbers(step["action"]);
    std::vector<double> controls(action.size());
    std::size_t next = 0;
    for (const auto& agent : config_.resolved_factorization()) {
      for (const int actuator : agent) controls[static_cast<std::size_t>(actuator)] = action[next++];
    }
    return controls;
  }

  Json recording_;
  Config config_;
  std::unique_ptr<Environment> made_;
  RobotEnvironment& environment_;
  Simulation& simulation_;
  std::vector<double> zero_;
  std::int64_t steps_ = 0;
};

TEST_P(RobotReplay, AgentsDriveTheRecordedActuators) {
  EXPECT_EQ(Json(config_.resolved_factorization()), recording_["agent_actuators"]);
  EXPECT_EQ(simulation_.robot().frame_skip, recording_["frame_skip"].get<int>());
  EXPECT_EQ(simulation_.model().opt.timestep, recording_["timestep"].get<double>());
}

TEST_P(RobotReplay, WholeEpisodesFollowTheRecording) {
  ASSERT_FALSE(recording_["cases"].empty());
  for (const Json& episode : recording_["cases"]) {
    SCOPED_TRACE(episode["name"].get<std::string>());
    start(episode);
    expect_position(simulation_, episode["after_reset"], kFewSteps);
    expect_observations(environment_, episode["after_reset"]);
    steps_ = 0;
    for (const Json& step : episode["steps"]) {
      const StepResult result = advance(step);
      SCOPED_TRACE("step " + std::to_string(steps_));
      expect_flags(result, step);
      ASSERT_NO_FATAL_FAILURE(expect_position(simulation_, step, tolerance_at(recording_, episode, steps_)));
    }
  }
}

// After each step the recorded position and velocity replace the simulated ones, so that nothing grows.
TEST_P(RobotReplay, ObservationsAndRewardsFollowTheRecordedPositions) {
  for (const Json& episode : recording_["cases"]) {
    SCOPED_TRACE(episode["name"].get<std::string>());
    start(episode);
    steps_ = 0;
    for (const Json& step : episode["steps"]) {
      SCOPED_TRACE("step " + step["t"].dump());
      if (step["t"] != steps_ + 1) break;  // the step before was left out
      const double x_before = simulation_.x();
      advance(step);
      ASSERT_NO_FATAL_FAILURE(expect_position(simulation_, step, kFewSteps));
      std::ranges::copy(golden::numbers(step["qpos"]), simulation_.qpos().begin());
      std::ranges::copy(golden::numbers(step["qvel"]), simulation_.qvel().begin());
      ASSERT_NO_FATAL_FAILURE(expect_outcome(simulation_.score(controls_of(step), x_before), step));
      ASSERT_NO_FATAL_FAILURE(expect_observations(environment_, step));
      ASSERT_NO_FATAL_FAILURE(expect_other_neighbourhoods(simulation_, config_.resolved_factorization(), step));
    }
  }
}

TEST_P(RobotReplay, FiveStepsFromEveryCheckpointFollowTheRecording) {
  for (const Json& episode : recording_["cases"]) {
    SCOPED_TRACE(episode["name"].get<std::string>());
    const Json& steps = episode["steps"];
    for (std::size_t first = 0; first < steps.size(); ++first) {
      if (!steps[first].contains("checkpoint")) continue;
      SCOPED_TRACE("checkpoint at step " + steps[first]["t"].dump());
      start(episode);
      Simulation::Checkpoint checkpoint = simulation_.checkpoint();
      checkpoint.qpos = golden::numbers(steps[first]["qpos"]);
      checkpoint.qvel = golden::numbers(steps[first]["qvel"]);
      checkpoint.warm_start = golden::numbers(steps[first]["checkpoint"]["qacc_warmstart"]);
      std::ranges::copy(golden::numbers(steps[first]["checkpoint"]["torso_xpos"]), checkpoint.torso);
      simulation_.restore(checkpoint);
      for (std::size_t next = first + 1; next < std::min(first + 6, steps.size()); ++next) {
        const StepResult result = environment_.step_exactly(golden::numbers(steps[next]["action"]));
        ASSERT_NO_FATAL_FAILURE(expect_position(simulation_, steps[next], kFewSteps));
        const double step_seconds = recording_["timestep"].get<double>() * recording_["frame_skip"].get<double>();
        EXPECT_NEAR(result.reward, steps[next]["reward"].get<double>(), 2 * kFewSteps / step_seconds);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(golden, RobotReplay, testing::ValuesIn(golden::files(kFormat)),
                         [](const auto& file) { return golden::test_name(file.param); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RobotReplay);

}  // namespace
}  // namespace tutti::mamujoco
