#include "gaussian_policy.hpp"

#include <gtest/gtest.h>

#include "gaussian_actors.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

Tensor scalar(double value) { return torch::full({1}, value, torch::kFloat64); }

TEST(SquashedGaussian, HasTheDensityWorkedOutByHand) {
  const double mean = 0.3, log_deviation = -0.5, u = 0.8;
  const SquashedSample sample =
      squashed_gaussian(scalar(mean), scalar(log_deviation), scalar((u - mean) / std::exp(log_deviation)));
  EXPECT_NEAR(sample.actions.item<double>(), 0.664037, 1e-6);
  EXPECT_NEAR(sample.log_densities.item<double>(), -0.177217, 1e-6);
}

TEST(SquashedGaussian, IntegratesToOneWithTheEntropyOfTheTrapezoidalRule) {
  const double mean = 0.3, deviation = std::exp(-0.5);
  const std::int64_t count = 20'001;
  const Tensor actions = torch::linspace(-1 + 1e-7, 1 - 1e-7, count, torch::kFloat64);
  const Tensor noise = (torch::atanh(actions) - mean) / deviation;
  const Tensor log_density =
      squashed_gaussian(torch::full_like(noise, mean), torch::full_like(noise, -0.5), noise).log_densities;
  const Tensor density = log_density.exp();
  EXPECT_NEAR(torch::trapezoid(density, actions).item<double>(), 1, 1e-4);
  EXPECT_NEAR(torch::trapezoid(-density * log_density, actions).item<double>(), 0.529789, 1e-4);
}

TEST(SquashedGaussian, StaysFiniteFarOutside) {
  const SquashedSample sample = squashed_gaussian(scalar(30), scalar(0), scalar(0));
  EXPECT_EQ(sample.actions.item<double>(), 1);
  // log N(0) - 2 (log 2 - 30), the asymptote of log(1 - tanh^2).
  EXPECT_NEAR(sample.log_densities.item<double>(), -0.5 * std::log(2 * M_PI) - 2 * std::log(2) + 60, 1e-9);
}

TEST(SquashedGaussian, CutsTheLogarithmOfTheDeviation) {
  const Tensor log_deviation = scalar(5).requires_grad_(true);
  const SquashedSample sample = squashed_gaussian(scalar(0), log_deviation, scalar(0.01));
  EXPECT_NEAR(sample.actions.item<double>(), std::tanh(0.01 * std::exp(2.0)), 1e-9);
  sample.actions.sum().backward();
  EXPECT_EQ(log_deviation.grad().item<double>(), 0);
}

TEST(GaussianActors, ActByTheMeanInEvaluationAndBySamplesOtherwise) {
  const std::vector<AgentSpec> agents{{"a", 2, 1}, {"b", 2, 1}};
  const GaussianActors actors(agents, {{8, Activation::kTanh}}, false, 3);
  std::vector<float> observations(4 * 100, 0.5F), actions(2 * 100);
  RandomStream random(1);
  actors.act({observations.data(), 100, 4}, ActMode::kDeterministic, random, {actions.data(), 100, 2});
  for (std::size_t row = 1; row < 100; ++row) EXPECT_EQ(actions[2 * row], actions[0]);
  const Tensor mean = actors.networks()(torch::full({1, 4}, 0.5F))[0];
  EXPECT_NEAR(actions[0], std::tanh(mean[0][0].item<double>()), 1e-6);
  actors.act({observations.data(), 100, 4}, ActMode::kSampled, random, {actions.data(), 100, 2});
  EXPECT_NE(actions[0], actions[2]);
}

}  // namespace
}  // namespace tutti
