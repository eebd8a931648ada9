// What every environment has to keep, for each of its named tasks.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "conformance/plugins.hpp"
#include "tutti/random.hpp"

namespace tutti::conformance {
namespace {

struct NamedTask {
  std::string environment;
  TaskSpec task;
};

void PrintTo(const NamedTask& named, std::ostream* out) { *out << named.environment << "/" << named.task.name; }

std::vector<NamedTask> every_task() {
  std::vector<NamedTask> result;
  for (const std::string& environment : registry().names(PluginKind::kEnvironment)) {
    std::vector<TaskSpec> tasks;
    registry().environment(environment).tasks(tasks);
    for (TaskSpec& task : tasks) result.push_back({environment, std::move(task)});
  }
  return result;
}

// Everything that one step shows, compared bit for bit.
struct Moment {
  std::vector<float> observations;
  std::vector<float> state;
  std::vector<double> terms;
  double reward = 0;
  bool terminated = false;
  bool truncated = false;
  bool operator==(const Moment&) const = default;
  bool ended() const { return terminated || truncated; }
};

Moment look(const Environment& environment, const StepResult& result = {}) {
  const EnvironmentSpec& spec = environment.spec();
  Moment moment{.observations = std::vector<float>(static_cast<std::size_t>(spec.joint_observation_size())),
                .state = std::vector<float>(static_cast<std::size_t>(spec.state_size)),
                .terms = std::vector<double>(spec.reward_terms.size()),
                .reward = result.reward,
                .terminated = result.terminated,
                .truncated = result.truncated};
  std::span<float> rest(moment.observations);
  for (std::size_t agent = 0; agent < spec.agents.size(); ++agent) {
    const auto size = static_cast<std::size_t>(spec.agents[agent].observation_size);
    environment.observe(agent, rest.first(size));
    rest = rest.subspan(size);
  }
  environment.state(moment.state);
  environment.reward_terms(moment.terms);
  return moment;
}

class EnvironmentConformance : public testing::TestWithParam<NamedTask> {
 protected:
  static std::unique_ptr<Environment> make() {
    const auto& [environment, task] = GetParam();
    return registry().create_environment(environment,
                                         with_defaults(registry().environment(environment).declare, task.values));
  }

  // Steps with actions from `actions` until the episode ends or `most` steps are done.
  static std::vector<Moment> play(Environment& environment, RandomStream& actions, std::int64_t most) {
    std::vector<Moment> moments;
    std::vector<float> action(static_cast<std::size_t>(environment.spec().joint_action_size()));
    while (static_cast<std::int64_t>(moments.size()) < most && (moments.empty() || !moments.back().ended())) {
      actions.fill_uniform(action, -1, 1);
      const StepResult result = environment.step(action);
      moments.push_back(look(environment, result));
    }
    return moments;
  }

  static constexpr std::int64_t kSteps = 120;
};

TEST_P(EnvironmentConformance, DeclaresSizesThatMakeSense) {
  const auto environment = make();
  const EnvironmentSpec& spec = environment->spec();
  ASSERT_FALSE(spec.agents.empty());
  for (const AgentSpec& agent : spec.agents) {
    EXPECT_FALSE(agent.name.empty());
    EXPECT_GT(agent.observation_size, 0);
    EXPECT_GT(agent.action_size, 0);
  }
  EXPECT_GT(spec.state_size, 0);
  EXPECT_GT(spec.episode_limit, 0);
  if (spec.state_is_joint_observation) {
    EXPECT_EQ(spec.state_size, spec.joint_observation_size());
  }
}

TEST_P(EnvironmentConformance, SameSeedGivesSameTrajectory) {
  const auto first = make();
  const auto second = make();
  for (const std::uint64_t seed : {7U, 8U}) {
    first->reset(seed);
    second->reset(seed);
    EXPECT_EQ(look(*first), look(*second));
    RandomStream actions(seed);
    RandomStream same_actions(seed);
    EXPECT_EQ(play(*first, actions, kSteps), play(*second, same_actions, kSteps));
  }
}

TEST_P(EnvironmentConformance, ResetForgetsWhatWasBefore) {
  const auto used = make();
  const auto fresh = make();
  RandomStream actions(1);
  used->reset(1);
  play(*used, actions, 7);
  used->reset(2);
  fresh->reset(2);
  RandomStream one(3);
  RandomStream other(3);
  EXPECT_EQ(play(*used, one, kSteps), play(*fresh, other, kSteps));
}

TEST_P(EnvironmentConformance, OtherSeedsStartOtherEpisodes) {
  const auto environment = make();
  environment->reset(1);
  const Moment first = look(*environment);
  environment->reset(2);
  EXPECT_NE(first, look(*environment));
}

TEST_P(EnvironmentConformance, ASnapshotContinuesBitForBitInAnotherCopy) {
  for (const std::int64_t before : {0, 1, 11}) {
    const auto original = make();
    const auto copy = make();
    RandomStream actions(5);
    original->reset(4);
    play(*original, actions, before);
    SnapshotWriter writer;
    original->save(writer);
    SnapshotReader reader(writer.bytes());
    copy->load(reader);
    EXPECT_NO_THROW(reader.finish());
    RandomStream same_actions = actions;
    EXPECT_EQ(play(*original, actions, kSteps), play(*copy, same_actions, kSteps)) << "after " << before << " steps";
  }
}

TEST_P(EnvironmentConformance, EveryOutputIsFinite) {
  const auto environment = make();
  RandomStream actions(6);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    environment->reset(seed);
    for (const Moment& moment : play(*environment, actions, kSteps)) {
      for (const float value : moment.observations) ASSERT_TRUE(std::isfinite(value));
      for (const float value : moment.state) ASSERT_TRUE(std::isfinite(value));
      for (const double value : moment.terms) ASSERT_TRUE(std::isfinite(value));
      ASSERT_TRUE(std::isfinite(moment.reward));
    }
  }
}

TEST_P(EnvironmentConformance, AnEpisodeEndsAtItsLimit) {
  const auto environment = make();
  RandomStream actions(9);
  environment->reset(9);
  const auto moments = play(*environment, actions, environment->spec().episode_limit + 1);
  ASSERT_TRUE(moments.back().ended());
  ASSERT_LE(static_cast<std::int64_t>(moments.size()), environment->spec().episode_limit);
  if (!moments.back().terminated) {
    EXPECT_EQ(static_cast<std::int64_t>(moments.size()), environment->spec().episode_limit);
  }
}

TEST_P(EnvironmentConformance, StateIsTheJointObservationWhereItSaysSo) {
  const auto environment = make();
  if (!environment->spec().state_is_joint_observation) GTEST_SKIP() << "the state is something else";
  environment->reset(3);
  const Moment moment = look(*environment);
  EXPECT_EQ(moment.state, moment.observations);
}

TEST_P(EnvironmentConformance, CoverageWritesFinitePoints) {
  const auto environment = make();
  const EnvironmentSpec& spec = environment->spec();
  if (spec.coverage.empty()) GTEST_SKIP() << "declares no coverage";
  environment->reset(3);
  std::vector<double> points(static_cast<std::size_t>(spec.coverage_points) * spec.coverage.size(), std::nan(""));
  environment->coverage(points);
  for (const double value : points) EXPECT_TRUE(std::isfinite(value));
}

TEST_P(EnvironmentConformance, WrongActionsAreRefused) {
  const auto environment = make();
  environment->reset(1);
  std::vector<float> actions(static_cast<std::size_t>(environment->spec().joint_action_size()) + 1);
  EXPECT_THROW(environment->step(actions), Error);
  actions.pop_back();
  actions.back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(environment->step(actions), Error);
  actions.back() = std::numeric_limits<float>::infinity();
  EXPECT_THROW(environment->step(actions), Error);
}

TEST_P(EnvironmentConformance, ASnapshotOfSomethingElseIsRefused) {
  const auto environment = make();
  SnapshotWriter writer;
  writer.value<double>("something else", 1);
  SnapshotReader reader(writer.bytes());
  EXPECT_THROW(environment->load(reader), Error);
}

// One parameter at a time. A suite makes each of its tasks once while it is checked.
TEST_P(EnvironmentConformance, ValuesThatNobodyMeansAreRefusedInWordsOrCanBeRun) {
  const std::string& name = GetParam().environment;
  ParameterSchema schema;
  registry().environment(name).declare(schema);
  for (const ParameterSpec& spec : schema) {
    for (const ParameterValue& value : hostile_values()) {
      const auto fitted = fit(spec, value);
      if (!fitted) continue;  // the suite says what was expected
      ParameterValues values = GetParam().task.values;
      values.insert_or_assign(spec.name, *fitted);
      try {
        const auto environment =
            registry().create_environment(name, with_defaults(registry().environment(name).declare, values));
        environment->reset(1);
      } catch (const Error& error) {
        EXPECT_NE(error.what(), std::string());
      } catch (const std::exception& error) {
        ADD_FAILURE() << spec.name << " = " << to_text(*fitted).substr(0, 100) << ": " << error.what();
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTask, EnvironmentConformance, testing::ValuesIn(every_task()), [](const auto& entry) {
  return test_name(entry.param.environment + "_" + entry.param.task.name);
});

}  // namespace
}  // namespace tutti::conformance
