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

TEST(SquashedGaussian, HasTheGradientsOfAutomaticDifferentiation) {
  RandomStream random(5);
  const auto draw = [&](double scale) { return (scale * normal_tensor(random, {40, 6})).to(torch::kFloat64); };
  const Tensor mean = draw(2).set_requires_grad(true), log_deviation = draw(2).set_requires_grad(true);
  const Tensor noise = draw(1), along_actions = draw(1), along_densities = draw(1);
  const SquashedSample ours = squashed_gaussian(mean, log_deviation, noise);
  const Tensor log_scale = log_deviation.clamp(-20, 2);
  const Tensor u = mean + log_scale.exp() * noise;
  const Tensor log_slope = 2 * (std::log(2.0) - u - torch::softplus(-2 * u));  // log(1 - tanh(u)^2)
  const Tensor theirs = -0.5 * noise.square() - 0.5 * std::log(2 * M_PI) - log_scale - log_slope;
  EXPECT_TRUE(ours.actions.allclose(torch::tanh(u), 1e-12, 1e-14));
  EXPECT_TRUE(ours.log_densities.allclose(theirs, 1e-12, 1e-12));
  const auto gradients = [&](const Tensor& actions, const Tensor& densities) {
    return torch::autograd::grad({(actions * along_actions + densities * along_densities).sum()},
                                 {mean, log_deviation});
  };
  const auto of_ours = gradients(ours.actions, ours.log_densities), of_theirs = gradients(torch::tanh(u), theirs);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(of_ours[i].allclose(of_theirs[i], 1e-12, 1e-12)) << "input " << i;
}

TEST(SquashedGaussian, AgreesInSingleAndDoublePrecision) {
  RandomStream random(6);
  const Tensor mean = 3 * normal_tensor(random, {40, 6}), log_deviation = normal_tensor(random, {40, 6}) - 1;
  const Tensor noise = normal_tensor(random, {40, 6});
  const SquashedSample single = squashed_gaussian(mean, log_deviation, noise);
  const SquashedSample twice =
      squashed_gaussian(mean.to(torch::kFloat64), log_deviation.to(torch::kFloat64), noise.to(torch::kFloat64));
  EXPECT_TRUE(single.actions.to(torch::kFloat64).allclose(twice.actions, 1e-5, 1e-6));
  EXPECT_TRUE(single.log_densities.to(torch::kFloat64).allclose(twice.log_densities, 1e-4, 1e-4));
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
