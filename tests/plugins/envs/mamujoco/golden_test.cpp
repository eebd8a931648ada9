// Replays every recorded episode of the robots: from its start, from every checkpoint, and each single step from the
// recorded position and velocity before it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "environment.hpp"
#include "recording.hpp"

namespace tutti::mamujoco {
namespace {

using golden::Json;

constexpr double kFewSteps = 1e-10;      // five steps from a start or a checkpoint
constexpr double kSamePosition = 1e-11;  // what is computed from a recorded position and velocity
constexpr double kFlagsOnly = std::numeric_limits<double>::infinity();
// How many times further an observation or state may be off than positions and velocities are. Standardising n numbers
// of deviation s amplifies an error by up to (2 + sqrt(n)) / s, at most 130 in the recordings (Swimmer, s = 0.04); the
// clipped contact forces moved 78 times as far as positions and velocities (Ant, each coordinate perturbed in turn).
constexpr double kSeenPerPosition = 200;

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

bool is_named_task(const std::string& recorded) {
  std::vector<TaskSpec> tasks;
  named_tasks(tasks);
  return std::ranges::any_of(tasks, [&](const TaskSpec& task) {
    std::string name = "mamujoco_" + task.name;
    std::ranges::replace(name, '-', '_');
    return name == recorded;
  });
}

// Contacts make the smallest difference grow; see the table in tests/golden/README.md. `is_complete`: no step so far
// was left out of the recording.
double tolerance_at(const Json& recording, std::int64_t step, bool is_complete) {
  if (recording.at("robot") == "Swimmer") return step <= 5 ? kFewSteps : 1e-9;
  if (!is_complete) return kFlagsOnly;
  if (step <= 5) return kFewSteps;
  if (recording.at("robot") == "Walker2d") return 1e-8;
  if (step <= 20) return 1e-8;
  return step <= 40 ? 1e-6 : kFlagsOnly;
}

void expect_position(const Simulation& simulation, const Json& step, double tolerance) {
  if (tolerance == kFlagsOnly) {
    for (const double value : simulation.qpos()) ASSERT_TRUE(std::isfinite(value));
    for (const double value : simulation.qvel()) ASSERT_TRUE(std::isfinite(value));
    return;
  }
  golden::expect_near(simulation.qpos(), golden::numbers(step.at("qpos")), tolerance, "qpos");
  golden::expect_near(simulation.qvel(), golden::numbers(step.at("qvel")), tolerance, "qvel");
}

using Terms = std::map<std::string, double, std::less<>>;

Terms terms_of(const Environment& environment) {
  const std::vector<std::string>& names = environment.spec().reward_terms;
  std::vector<double> values(names.size());
  environment.reward_terms(values);
  Terms terms;
  for (std::size_t i = 0; i < names.size(); ++i) terms[names[i]] = values[i];
  return terms;
}

Terms terms_of(const Outcome& outcome) {
  return {{"forward", outcome.forward},
          {"control", outcome.control},
          {"contact", outcome.contact},
          {"survive", outcome.survive}};
}

// The references call some terms otherwise.
std::string our_name(const std::string& recorded) {
  if (recorded == "ctrl") return "control";
  return recorded == "fwd" || recorded == "run" || recorded == "x_velocity" ? "forward" : recorded;
}

// None of Walker2d under HARL.
Json recorded_terms(const Json& step) { return step.value("terms", Json::object()); }

void expect_terms(const Terms& terms, const Json& step, double tolerance) {
  const Json recorded = recorded_terms(step);
  for (const auto& [name, value] : recorded.items()) {
    const auto found = terms.find(our_name(name));
    ASSERT_NE(found, terms.end()) << "unknown reward term \"" << name << '"';
    ASSERT_NEAR(found->second, value.get<double>(), tolerance) << name;
  }
}

// The recorded velocity along x, by whichever name comes first.
std::optional<double> recorded_velocity(const Json& step) {
  const Json recorded = recorded_terms(step);
  for (const auto& [name, value] : recorded.items()) {
    if (our_name(name) == "forward") return value.get<double>();
  }
  return std::nullopt;
}

class RobotReplay : public testing::TestWithParam<std::filesystem::path> {
 protected:
  RobotReplay() : RobotReplay(read_recording(GetParam())) {}
  explicit RobotReplay(Recording recording)
      : recording_(std::move(recording.json)),
        config_(std::move(recording.config)),
        made_(make_environment(config_, kModels)),
        environment_(dynamic_cast<RobotEnvironment&>(*made_)),
        simulation_(environment_.simulation()),
        zero_(simulation_.robot().joints.size()) {}

  void start(const Json& episode) {
    environment_.reset(0);
    simulation_.reset(golden::numbers(episode.at("initial").at("qpos")),
                      golden::numbers(episode.at("initial").at("qvel")));
    steps_ = 0;
  }

  // Goes on from a recorded step, as if the steps before it had been made.
  void start_from(const Json& step) {
    environment_.reset(0);
    Simulation::Checkpoint checkpoint = simulation_.checkpoint();
    checkpoint.qpos = golden::numbers(step.at("qpos"));
    checkpoint.qvel = golden::numbers(step.at("qvel"));
    checkpoint.warm_start = golden::numbers(step.at("checkpoint").at("qacc_warmstart"));
    std::ranges::copy(golden::numbers(step.at("checkpoint").at("torso_xpos")), checkpoint.torso);
    simulation_.restore(checkpoint);
    SnapshotWriter writer;
    writer.text("robot", config_.robot);
    writer.value<std::int64_t>("steps", step.at("t"));
    simulation_.save(writer);
    SnapshotReader reader(writer.bytes());
    environment_.load(reader);
  }

  // Whether no step between the last one and `step` was left out of the recording.
  bool follows(const Json& step) const { return step.at("t") == steps_ + 1; }

  // Steps up to the recorded one; those left out between two recorded ones had zero actions.
  StepResult advance(const Json& step) {
    for (; !follows(step); ++steps_) environment_.step_exactly(zero_);
    ++steps_;
    return environment_.step_exactly(golden::numbers(step.at("action")));
  }

  // Puts the recorded position and velocity in place of the simulated ones. What lags behind them (the torso's
  // position, contact forces) stays if the steps so far led there; otherwise the torso is taken to be where it is at
  // rest, and contact forces come from the recorded state.
  void adopt(const Json& step, bool is_known) {
    Simulation::Checkpoint checkpoint = simulation_.checkpoint();
    checkpoint.qpos = golden::numbers(step.at("qpos"));
    checkpoint.qvel = golden::numbers(step.at("qvel"));
    if (!is_known) {
      std::copy_n(checkpoint.qpos.begin(), 3, checkpoint.torso);
      if (!is_harl() && simulation_.robot().contact_forces && step.contains("state")) {
        const auto state = golden::numbers(step.at("state"));
        const std::size_t of_bodies = checkpoint.contact_forces.size() - 6;  // of all but the first, the world
        ASSERT_EQ(state.size(), simulation_.state_size());
        std::copy_n(state.end() - static_cast<std::ptrdiff_t>(of_bodies), of_bodies,
                    checkpoint.contact_forces.begin() + 6);
      }
    }
    simulation_.restore(checkpoint);
  }

  // Everything that a step shows, `tolerance` being that of position and velocity.
  void expect_step(const StepResult& result, const Json& step, double tolerance) const {
    EXPECT_EQ(result.terminated, step.at("terminated").get<bool>());
    EXPECT_EQ(result.truncated, step.at("truncated").get<bool>());
    ASSERT_NO_FATAL_FAILURE(expect_position(simulation_, step, tolerance));
    if (tolerance == kFlagsOnly) return;
    // The velocity along x is the difference of two positions over the time between them; other terms move by less.
    const double of_reward = (2 / step_seconds() + 1) * tolerance;
    EXPECT_NEAR(result.reward, step.at("reward").get<double>(), of_reward);
    ASSERT_NO_FATAL_FAILURE(expect_terms(terms_of(environment_), step, of_reward));
    ASSERT_NO_FATAL_FAILURE(expect_seen(step, kSeenPerPosition * tolerance));
  }

  // Observations and state, where they are recorded.
  void expect_seen(const Json& step, double tolerance) const {
    if (step.contains("state")) expect_state(step.at("state"), tolerance);
    if (step.contains("obs")) expect_observations(environment_, step.at("obs"), tolerance);
    expect_other_neighbourhoods(step, tolerance);
  }

  void expect_state(const Json& recorded, double tolerance) const {
    std::vector<double> state(static_cast<std::size_t>(environment_.spec().state_size));
    environment_.state_exactly(state);
    golden::expect_near(state, golden::numbers(recorded), tolerance, "state");
  }

  void expect_observations(const RobotEnvironment& environment, const Json& recorded, double tolerance) const {
    // Without a depth Gymnasium-Robotics shows the whole state.
    if (!is_harl() && recording_.at("agent_obsk").is_null()) {
      for (const Json& observation : recorded) expect_state(observation, tolerance);
      return;
    }
    const EnvironmentSpec& spec = environment.spec();
    ASSERT_EQ(recorded.size(), spec.agents.size());
    for (std::size_t agent = 0; agent < spec.agents.size(); ++agent) {
      std::vector<double> observation(static_cast<std::size_t>(spec.agents[agent].observation_size));
      environment.observe_exactly(agent, observation);
      golden::expect_near(observation, golden::numbers(recorded[agent]), tolerance, spec.agents[agent].name);
    }
  }

  // "obs_k2": what an environment with a neighbourhood of 2 shows in the same position.
  void expect_other_neighbourhoods(const Json& step, double tolerance) const {
    constexpr std::string_view kPrefix = "obs_k";
    for (const auto& [key, recorded] : step.items()) {
      if (!key.starts_with(kPrefix)) continue;
      SCOPED_TRACE(key);
      Config config = config_;
      config.neighbourhood = std::stoll(key.substr(kPrefix.size()));
      const auto made = make_environment(config, kModels);
      auto& environment = dynamic_cast<RobotEnvironment&>(*made);
      environment.simulation().restore(simulation_.checkpoint());
      expect_observations(environment, recorded, tolerance);
    }
  }

  // What the present position is worth. Without a known position before the step the velocity along x is taken from the
  // recording, if it is there; all that is added to it must still give the reward.
  void expect_score(Outcome outcome, bool has_velocity, const Json& step) const {
    const auto recorded = recorded_velocity(step);
    if (!has_velocity && recorded) outcome.forward = *recorded;
    if (has_velocity || recorded) {
      EXPECT_NEAR(outcome.reward(), step.at("reward").get<double>(), kSamePosition);
    }
    expect_terms(terms_of(outcome), step, kSamePosition);
    if (is_harl() && step.at("truncated").get<bool>()) return;  // never terminated, even if the robot fell
    EXPECT_EQ(outcome.terminated, step.at("terminated").get<bool>());
  }

  std::vector<double> controls_of(const Json& step) const {
    const auto action = golden::numbers(step.at("action"));
    std::vector<double> controls(action.size());
    std::size_t next = 0;
    for (const auto& agent : config_.resolved_factorization()) {
      for (const int actuator : agent) controls[static_cast<std::size_t>(actuator)] = action.at(next++);
    }
    return controls;
  }

  bool is_harl() const { return config_.profile == "harl"; }
  bool is_at_rest() const {
    return std::ranges::all_of(simulation_.qvel(), [](double velocity) { return std::abs(velocity) < 1e-5; });
  }
  double step_seconds() const {
    return recording_.at("timestep").get<double>() * recording_.at("frame_skip").get<double>();
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
  EXPECT_EQ(Json(config_.resolved_factorization()), recording_.at("agent_actuators"));
  EXPECT_EQ(simulation_.robot().frame_skip, recording_.at("frame_skip").get<int>());
  EXPECT_EQ(simulation_.model().opt.timestep, recording_.at("timestep").get<double>());
  if (is_named_task(recording_.at("task"))) {
    EXPECT_TRUE(config_.actuators.empty()) << "no mapping gives the recorded actuators of this task";
  }
}

TEST_P(RobotReplay, WholeEpisodesFollowTheRecording) {
  for (const Json& episode : recording_.at("cases")) {
    SCOPED_TRACE(episode.at("name").get<std::string>());
    start(episode);
    expect_position(simulation_, episode.at("after_reset"), kFewSteps);
    ASSERT_NO_FATAL_FAILURE(expect_seen(episode.at("after_reset"), kSamePosition));
    bool is_complete = true;  // so far
    for (const Json& step : episode.at("steps")) {
      is_complete = is_complete && follows(step);
      const StepResult result = advance(step);
      SCOPED_TRACE("step " + std::to_string(steps_));
      ASSERT_NO_FATAL_FAILURE(expect_step(result, step, tolerance_at(recording_, steps_, is_complete)));
    }
  }
}

// After each step the recorded position and velocity replace the simulated ones, so that nothing grows.
TEST_P(RobotReplay, EverySingleStepFollowsTheRecording) {
  for (const Json& episode : recording_.at("cases")) {
    SCOPED_TRACE(episode.at("name").get<std::string>());
    start(episode);
    bool is_known = true;  // whether the steps so far led to the recorded position
    for (const Json& step : episode.at("steps")) {
      SCOPED_TRACE("step " + step.at("t").dump());
      const bool has_velocity = follows(step) && (is_known || !simulation_.robot().torso_velocity || is_at_rest());
      is_known = is_known && follows(step);
      const double x_before = simulation_.x();
      const StepResult result = advance(step);
      if (is_known) {
        ASSERT_NO_FATAL_FAILURE(expect_step(result, step, kFewSteps));
      }
      ASSERT_NO_FATAL_FAILURE(adopt(step, is_known));
      ASSERT_NO_FATAL_FAILURE(expect_score(simulation_.score(controls_of(step), x_before), has_velocity, step));
      ASSERT_NO_FATAL_FAILURE(expect_seen(step, kSamePosition));
    }
  }
}

TEST_P(RobotReplay, FiveStepsFromEveryCheckpointFollowTheRecording) {
  for (const Json& episode : recording_.at("cases")) {
    SCOPED_TRACE(episode.at("name").get<std::string>());
    const Json& steps = episode.at("steps");
    for (std::size_t first = 0; first < steps.size(); ++first) {
      if (!steps[first].contains("checkpoint")) continue;
      SCOPED_TRACE("checkpoint at step " + steps[first].at("t").dump());
      start_from(steps[first]);
      steps_ = steps[first].at("t");
      for (std::size_t next = first + 1; next < std::min(first + 6, steps.size()) && follows(steps[next]); ++next) {
        const StepResult result = advance(steps[next]);
        ASSERT_NO_FATAL_FAILURE(expect_step(result, steps[next], kFewSteps)) << "step " << steps_;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(golden, RobotReplay, testing::ValuesIn(golden::files(golden::kMujoco)),
                         [](const auto& file) { return golden::test_name(file.param, file.index); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RobotReplay);

TEST(golden, HoldsRecordings) { golden::expect_recordings(); }

}  // namespace
}  // namespace tutti::mamujoco
