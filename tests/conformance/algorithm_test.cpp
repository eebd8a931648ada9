// What every algorithm has to keep, on a small task whose agents see different things.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "conformance/plugins.hpp"
#include "fixtures/line_environment.hpp"

namespace tutti::conformance {
namespace {

class CheckedMetrics final : public Metrics {
 public:
  explicit CheckedMetrics(const std::vector<std::string>& names) : names_(names.begin(), names.end()) {}
  void add(std::string_view name, double value) override {
    EXPECT_TRUE(names_.contains(std::string(name))) << name << " is not among metric_names()";
    reported_.emplace(name);
    if (!std::isfinite(value)) throw NotFiniteError(std::string(name));  // as the harness does after the update
  }
  bool wanted(std::string_view name) const override { return !reported_.contains(std::string(name)); }

  const std::set<std::string>& names() const { return names_; }
  const std::set<std::string>& reported() const { return reported_; }

 private:
  std::set<std::string> names_;
  std::set<std::string> reported_;
};

// One run's loop, as small as it gets: an algorithm and the copies that it acts in.
class Trainer {
 public:
  Trainer(const std::string& name, std::uint64_t seed)
      : values_(with_defaults(registry().algorithm(name).declare, {})),
        environments_(kCopies, fixtures::LineEnvironment(20)),
        exploration_(derive_seed(seed, "policy")),
        algorithm_(registry().create_algorithm(name, context(seed))),
        metrics_(algorithm_->metric_names()),
        observations_(kCopies * 5),
        next_observations_(kCopies * 5),
        states_(kCopies * 4),
        next_states_(kCopies * 4),
        actions_(kCopies * 2) {
    for (std::size_t copy = 0; copy < kCopies; ++copy) environments_[copy].reset(copy);
    look(observations_, states_);
  }

  // Steps and updates until `updates` more gradient steps are done.
  void train(std::int64_t updates) {
    const std::int64_t goal = algorithm_->updates() + updates;
    for (std::int64_t steps = 0; algorithm_->updates() < goal; steps += kCopies) {
      ASSERT_LT(steps, 100'000) << "no update is ever due";
      step();
    }
  }

  Algorithm& algorithm() { return *algorithm_; }
  const CheckedMetrics& metrics() const { return metrics_; }

  // From now on no reward is a number.
  void spoil_rewards() { spoiled_ = true; }

  std::vector<std::byte> snapshot() {
    SnapshotWriter writer;
    algorithm_->save(writer);
    return writer.bytes();
  }

  // Goes on from where `other` is.
  void load(Trainer& other) {
    const auto bytes = other.snapshot();
    SnapshotReader reader(bytes);
    algorithm_->load(reader);
    EXPECT_NO_THROW(reader.finish());
    environments_ = other.environments_;
    episodes_ = other.episodes_;
    exploration_ = other.exploration_;
    observations_ = other.observations_;
    states_ = other.states_;
  }

  std::vector<float> actions_for(std::size_t rows, ActMode mode, std::uint64_t seed = 3) {
    std::vector<float> observations(rows * 5);
    RandomStream(17).fill_uniform(observations, -1, 1);
    std::vector<float> actions(rows * 2, 9);
    RandomStream random(seed);
    algorithm_->act({observations.data(), rows, 5}, mode, random, {actions.data(), rows, 2});
    return actions;
  }

 private:
  static constexpr std::size_t kCopies = 4;

  AlgorithmContext context(std::uint64_t seed) {
    return {.environment = environments_.front().spec(),
            .task = "line/short",
            .values = values_,
            .copies = kCopies,
            .environment_steps = 100'000,
            .seed = seed,
            .folder = {},
            .replayed_steps = 0};
  }

  void look(std::vector<float>& observations, std::vector<float>& states) {
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      const std::span<float> row = std::span(observations).subspan(copy * 5, 5);
      environments_[copy].observe(0, row.first(2));
      environments_[copy].observe(1, row.subspan(2));
      environments_[copy].state(std::span(states).subspan(copy * 4, 4));
    }
  }

  void step() {
    algorithm_->act({observations_.data(), kCopies, 5}, ActMode::kExplore, exploration_, {actions_.data(), kCopies, 2});
    float rewards[kCopies];
    std::uint8_t terminated[kCopies];
    std::uint8_t truncated[kCopies];
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      const StepResult result = environments_[copy].step(std::span(actions_).subspan(copy * 2, 2));
      rewards[copy] = spoiled_ ? std::nanf("") : static_cast<float>(result.reward);
      terminated[copy] = result.terminated;
      truncated[copy] = result.truncated;
    }
    look(next_observations_, next_states_);
    algorithm_->observe({.observations = {observations_.data(), kCopies, 5},
                         .states = {states_.data(), kCopies, 4},
                         .actions = {actions_.data(), kCopies, 2},
                         .rewards = rewards,
                         .next_observations = {next_observations_.data(), kCopies, 5},
                         .next_states = {next_states_.data(), kCopies, 4},
                         .terminated = terminated,
                         .truncated = truncated});
    algorithm_->update(metrics_);
    for (std::size_t copy = 0; copy < kCopies; ++copy) {
      if (terminated[copy] != 0 || truncated[copy] != 0) environments_[copy].reset(100 + episodes_++);
    }
    look(observations_, states_);
  }

  ParameterValues values_;
  std::vector<fixtures::LineEnvironment> environments_;
  std::uint64_t episodes_ = 0;
  bool spoiled_ = false;
  RandomStream exploration_;
  std::unique_ptr<Algorithm> algorithm_;
  CheckedMetrics metrics_;
  std::vector<float> observations_;       // [E, O]
  std::vector<float> next_observations_;  // [E, O]
  std::vector<float> states_;             // [E, S]
  std::vector<float> next_states_;        // [E, S]
  std::vector<float> actions_;            // [E, A]
};

class AlgorithmConformance : public testing::TestWithParam<std::string> {
 protected:
  static bool learns() {
    Trainer trainer(GetParam(), 1);
    return !trainer.algorithm().metric_names().empty();
  }
  static constexpr std::int64_t kUpdates = 3;
};

#define SKIP_UNLESS_IT_LEARNS() \
  if (!learns()) GTEST_SKIP() << "has nothing to learn: no metrics"

TEST_P(AlgorithmConformance, SameSeedGivesTheSameBytesAfterUpdates) {
  SKIP_UNLESS_IT_LEARNS();
  Trainer first(GetParam(), 5);
  Trainer second(GetParam(), 5);
  first.train(kUpdates);
  second.train(kUpdates);
  EXPECT_TRUE(first.snapshot() == second.snapshot());
}

TEST_P(AlgorithmConformance, EveryMetricIsReportedWithinAFewUpdates) {
  SKIP_UNLESS_IT_LEARNS();
  Trainer trainer(GetParam(), 5);
  trainer.train(2 * kUpdates);
  EXPECT_EQ(trainer.metrics().reported(), trainer.metrics().names());
}

TEST_P(AlgorithmConformance, OtherSeedsGiveOtherParameters) {
  SKIP_UNLESS_IT_LEARNS();
  Trainer first(GetParam(), 5);
  Trainer second(GetParam(), 6);
  EXPECT_FALSE(first.snapshot() == second.snapshot());
}

TEST_P(AlgorithmConformance, ASnapshotGoesOnBitForBit) {
  SKIP_UNLESS_IT_LEARNS();
  Trainer original(GetParam(), 5);
  original.train(kUpdates);
  Trainer restored(GetParam(), 99);
  restored.load(original);
  EXPECT_TRUE(original.snapshot() == restored.snapshot());
  original.train(kUpdates);
  restored.train(kUpdates);
  EXPECT_TRUE(original.snapshot() == restored.snapshot());
}

TEST_P(AlgorithmConformance, EvaluationChangesNothing) {
  Trainer trainer(GetParam(), 5);
  if (learns()) trainer.train(kUpdates);
  const auto before = trainer.snapshot();
  trainer.actions_for(7, ActMode::kDeterministic);
  trainer.actions_for(7, ActMode::kSampled);
  EXPECT_TRUE(before == trainer.snapshot());
}

TEST_P(AlgorithmConformance, ActsForAnyNumberOfRowsInsideTheBounds) {
  Trainer trainer(GetParam(), 5);
  for (const ActMode mode : {ActMode::kDeterministic, ActMode::kSampled}) {
    for (const std::size_t rows : {1U, 3U, 64U}) {
      for (const float action : trainer.actions_for(rows, mode)) {
        EXPECT_GE(action, -1);
        EXPECT_LE(action, 1);
      }
    }
  }
}

TEST_P(AlgorithmConformance, TheSameStreamGivesTheSameActions) {
  Trainer trainer(GetParam(), 5);
  for (const ActMode mode : {ActMode::kDeterministic, ActMode::kSampled}) {
    EXPECT_EQ(trainer.actions_for(5, mode), trainer.actions_for(5, mode));
  }
}

TEST_P(AlgorithmConformance, APolicySnapshotReproducesTheActions) {
  Trainer original(GetParam(), 5);
  if (learns()) original.train(kUpdates);
  SnapshotWriter writer;
  original.algorithm().save_policy(writer);
  Trainer other(GetParam(), 6);
  SnapshotReader reader(writer.bytes());
  other.algorithm().load_policy(reader);
  EXPECT_NO_THROW(reader.finish());
  for (const ActMode mode : {ActMode::kDeterministic, ActMode::kSampled}) {
    EXPECT_EQ(original.actions_for(5, mode), other.actions_for(5, mode));
  }
}

TEST_P(AlgorithmConformance, ASnapshotOfSomethingElseIsRefused) {
  SKIP_UNLESS_IT_LEARNS();
  Trainer trainer(GetParam(), 5);
  SnapshotWriter writer;
  writer.value<double>("something else", 1);
  SnapshotReader reader(writer.bytes());
  EXPECT_THROW(trainer.algorithm().load(reader), Error);
}

TEST_P(AlgorithmConformance, WhatIsNotANumberIsSaidToBeNotFinite) {
  SKIP_UNLESS_IT_LEARNS();
  Trainer trainer(GetParam(), 5);
  trainer.spoil_rewards();
  EXPECT_THROW(trainer.train(kUpdates), NotFiniteError);
}

TEST_P(AlgorithmConformance, ItsDefaultsAndPresetsAreValid) {
  const AlgorithmPlugin& plugin = registry().algorithm(GetParam());
  ParameterSchema schema;
  plugin.declare(schema);
  const ParameterValues defaults = with_defaults(plugin.declare, {});
  EXPECT_NO_THROW(plugin.check(defaults));
  std::vector<Preset> presets;
  plugin.presets(presets);
  for (const Preset& preset : presets) {
    for (const auto& [name, value] : preset.values) {
      if (name == "copies") continue;
      const auto spec = std::ranges::find(schema, name, &ParameterSpec::name);
      ASSERT_NE(spec, schema.end()) << preset.name << ": " << name;
      EXPECT_TRUE(fit(*spec, value)) << preset.name << ": " << name << " = " << to_text(value);
    }
  }
}

// One parameter at a time. What is not refused while a suite is checked has to be an algorithm that can be made,
// without memory that no machine has.
TEST_P(AlgorithmConformance, ValuesThatNobodyMeansAreRefusedInWordsOrCanBeRun) {
  const AlgorithmPlugin& plugin = registry().algorithm(GetParam());
  ParameterSchema schema;
  plugin.declare(schema);
  for (const ParameterSpec& spec : schema) {
    for (const ParameterValue& value : hostile_values()) {
      const auto fitted = fit(spec, value);
      if (!fitted) continue;  // the suite says what was expected
      const ParameterValues values = with_defaults(plugin.declare, {{spec.name, *fitted}});
      try {
        plugin.check(values);
      } catch (const Error& error) {
        EXPECT_NE(error.what(), std::string());
        continue;
      }
      const std::string what = spec.name + " = " + to_text(*fitted).substr(0, 100);
      const EnvironmentSpec environment = fixtures::LineEnvironment(20).spec();
      const AlgorithmContext context{.environment = environment,
                                     .task = "line/short",
                                     .values = values,
                                     .copies = 4,
                                     .environment_steps = 100'000,
                                     .seed = 1,
                                     .folder = {},
                                     .replayed_steps = 0};
      EXPECT_LT(plugin.resources(context).memory_bytes, std::int64_t{1} << 34) << what;
      EXPECT_NO_THROW((void)registry().create_algorithm(GetParam(), context)) << what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPlugin, AlgorithmConformance, testing::ValuesIn(registry().names(PluginKind::kAlgorithm)),
                         [](const auto& entry) { return test_name(entry.param); });

}  // namespace
}  // namespace tutti::conformance
