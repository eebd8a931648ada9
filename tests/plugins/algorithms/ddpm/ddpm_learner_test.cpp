#include "ddpm/ddpm_learner.hpp"

#include <gtest/gtest.h>

#include "snapshot_parts.hpp"
#include "toy_tasks.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

using torch::Tensor;

/// Two agents with two numbers to see and one action each; no warm-up.
DdpmConfig small_config() {
  DdpmConfig config;
  config.denoiser_hidden_sizes = config.critic_hidden_sizes = {16, 16};
  config.batch_size = 8;
  config.buffer_size = 100;
  config.reward_scale = 2;
  config.warm_up_steps = 0;
  return config;
}

DdpmLearner make(const DdpmConfig& config) {
  static const EnvironmentSpec spec = make_line_spread()->spec();
  static const ParameterValues none;
  const AlgorithmContext context{.environment = spec,
                                 .task = "toy",
                                 .values = none,
                                 .copies = 10,
                                 .environment_steps = 1000,
                                 .seed = 1,
                                 .folder = {},
                                 .replayed_steps = 0};
  return {context, config};
}

struct IgnoredMetrics final : Metrics {
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return false; }
};

TEST(DdpmLearner, PolicyRateIsConstantAtFirstAndThenFallsToItsEnd) {
  DdpmConfig config = small_config();
  config.policy_rate_constant_steps = 2;
  config.policy_rate_decay_steps = 4;
  DdpmLearner learner = make(config);
  IgnoredMetrics metrics;
  const double expected[] = {3e-4, 3e-4, 3e-4, 2.325e-4, 1.65e-4, 0.975e-4, 3e-5, 3e-5};
  for (const double rate : expected) {
    EXPECT_NEAR(learner.policy_rate(), rate, 1e-12);
    const Tensor predicted =
        learner.denoiser()(torch::zeros({4, 4}), torch::zeros({4, 2}), torch::zeros({4}, torch::kInt64));
    learner.step_policy(predicted.square().mean(), metrics);
  }
}

TEST(DdpmLearner, TargetsBootstrapAfterTruncationAndNotAfterTermination) {
  Batch batch;
  batch.rewards = torch::tensor({1.0F, 1.0F});
  batch.bootstrap = torch::tensor({0.99F, 0.0F});  // a truncated and a terminated step
  batch.next_observations = torch::ones({2, 4});
  const Tensor targets = make(small_config()).critic_targets(batch, torch::zeros({2, 2}));
  EXPECT_NE(targets[0].item<float>(), 2.0F);
  EXPECT_EQ(targets[1].item<float>(), 2.0F);  // reward scale 2
}

// Exploration noise starts at 0.1 * 5 for each action, so many noisy actions leave the box.
TEST(DdpmLearner, ClipsNoiseInTargetsOnlyIfAskedTo) {
  for (const bool clip : {false, true}) {
    DdpmConfig config = small_config();
    config.clip_target_noise = clip;
    const Tensor actions = make(config).sample_actions(torch::zeros({200, 4}));
    EXPECT_EQ(actions.abs().max().item<double>() <= 1, clip);
  }
}

TEST(DdpmLearner, ExploringActionsStayInTheBox) {
  const std::vector<float> observations(200 * 4);
  std::vector<float> actions(200 * 2);
  RandomStream random(1);
  make(small_config()).act({observations.data(), 200, 4}, ActMode::kExplore, random, {actions.data(), 200, 2});
  for (const float action : actions) EXPECT_LE(std::abs(action), 1);
  EXPECT_NE(actions[0], actions[2]);
}

TEST(DdpmLearner, CriticsBelongToThePolicyOnlyWhereItSelects) {
  const auto bytes = [](std::int64_t particles) {
    DdpmConfig config = small_config();
    config.evaluation_particles = particles;
    SnapshotWriter writer;
    make(config).save_policy(writer);
    return writer.bytes().size();
  };
  EXPECT_GT(bytes(4), bytes(1));
}

TEST(DdpmLearner, SnapshotOfAnotherShapeIsRefused) {
  DdpmLearner learner = make(small_config());
  DdpmConfig config = small_config();
  config.denoiser_hidden_sizes = {8, 8};
  DdpmLearner other = make(config);
  SnapshotWriter writer;
  save_parts(learner, writer);
  SnapshotReader reader(writer.bytes());
  EXPECT_THROW(load_parts(other, reader), Error);
}

}  // namespace
}  // namespace tutti
