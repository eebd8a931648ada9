#include "plugins/algorithms/masac/masac.cpp"

#include <gtest/gtest.h>

#include "plugin_checks.hpp"
#include "presets.hpp"

namespace tutti {
namespace {

/// Ten copies, one update for each environment step, fast rates.
ParameterValues small_values() {
  return {{"hidden", IntegerList{128, 128}},     {"batch_size", std::int64_t{128}},
          {"warm_up_steps", std::int64_t{1000}}, {"discount", 0.9},
          {"actor_learning_rate", 1e-3},         {"critic_learning_rate", 1e-3},
          {"temperature_learning_rate", 3e-3}};
}

TEST(Masac, LossEqualsBenchmarlsAverageOverAgentsWithTheTemperatureDividedByTheirNumber) {
  RandomStream random(1);
  const std::int64_t agents = 3;
  const double alpha = 0.7;
  const Tensor densities = normal_tensor(random, {5, agents}).requires_grad_(true);  // log pi_i of each agent
  const Tensor values = normal_tensor(random, {2, 5}).requires_grad_(true);
  const Tensor ours = team_loss(alpha / agents, densities.sum(1), values);
  const Tensor theirs = (alpha * densities - values.amin(0).unsqueeze(1)).mean();
  EXPECT_NEAR(ours.item<double>(), theirs.item<double>(), 1e-6);
  const auto our_gradients = torch::autograd::grad({ours}, {densities, values});
  const auto their_gradients = torch::autograd::grad({theirs}, {densities, values});
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(our_gradients[i].allclose(their_gradients[i], 1e-5, 1e-7));
}

TEST(Masac, TargetIsSoftAndBootstrapsWhereItMay) {
  Batch batch;
  batch.rewards = torch::tensor({1.0F, 1.0F});
  batch.bootstrap = torch::tensor({0.5F, 0.0F});
  const Tensor next = torch::tensor({{4.0F, 4.0F}, {3.0F, 5.0F}}), log_density = torch::tensor({-2.0F, 7.0F});
  EXPECT_TRUE(soft_target(batch, next, 0.5, log_density).equal(torch::tensor({1 + 0.5F * (3 + 1), 1.0F})));
}

/// One update after the warm-up from a state that `change` may alter first.
template <class Change>
Training after_change(const Change& change) {
  Training training(make_line_spread, with(small_values(), {{"updates_per_step", 0.1}}));
  training.steps(1000);
  change(training.as<Masac>());
  training.steps(10);
  return training;
}

Tensor actors_of(Training& training) {
  return part_of<GaussianActors>(training.as<Masac>(), "actors").networks().weights().front().values.clone();
}

TEST(Masac, TheTwoCriticsAreInterchangeable) {
  auto plain = after_change([](Masac&) {});
  auto swapped = after_change([](Masac& masac) {
    for (const char* name : {"critics", "target_critics"}) {
      const Tensor values = part_of<Mlp>(masac, name).block().values();
      values.copy_(values.flip(0).clone());
    }
  });
  EXPECT_TRUE(actors_of(swapped).equal(actors_of(plain)));
}

TEST(Masac, TemperatureRisesWhenTheTeamsEntropyIsTooLow) {
  const auto with_log_deviation = [](float value) {
    return after_change([value](Masac& masac) {
      const WeightBlock block = part_of<GaussianActors>(masac, "actors").networks().blocks().front();
      block.tensor(4).detach().zero_();                              // weights of the last layer
      block.tensor(5).detach().copy_(torch::tensor({0.0F, value}));  // bias: mean 0, logarithm of the deviation
    });
  };
  const auto temperature = [](Training training) {
    return part_of<Temperature>(training.as<Masac>(), "temperature").value();
  };
  EXPECT_GT(temperature(with_log_deviation(-4)), 1);
  EXPECT_LT(temperature(with_log_deviation(-0.5)), 1);
}

TEST(Masac, KeepsTheContract) { expect_keeps_the_contract(small_values()); }

TEST(Masac, ResumesExactly) { expect_resumes_exactly(with(small_values(), {{"n_step", std::int64_t{3}}})); }

TEST(Masac, PresetsFit) { expect_presets_fit(); }

TEST(Masac, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(with(small_values(), {{"buffer_size", std::int64_t{100}}}),
                 "batch_size is 128, but buffer_size is only 100; a batch has to fit into the buffer");
}

TEST(MasacLearning, SolvesTheSeparableBanditInOneMode) {
  Training training(make_separable_bandit, with(small_values(), {{"warm_up_steps", std::int64_t{500}}}));
  training.steps(7'000);
  EXPECT_GT(training.evaluate().mean_return, 0.95);
  const ToyEvaluation sampled = training.evaluate(ActMode::kSampled);
  EXPECT_LT(std::min(sampled.share_near(0, 0.6, 0.25), sampled.share_near(0, -0.6, 0.25)), 0.02);
}

// Optimal play gives -0.295, uniform random play -4.21.
TEST(MasacLearning, SpreadsOnTheLine) {
  EXPECT_GT(Training(make_line_spread, small_values()).steps(10'000).evaluate().mean_return, -0.6);
}

}  // namespace
}  // namespace tutti
