#include "critics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

namespace tutti {
namespace {

using torch::Tensor;

/// A truncated and a terminated step.
Batch two_steps() {
  Batch batch;
  batch.rewards = torch::tensor({1.0F, 1.0F});
  batch.bootstrap = torch::tensor({0.5F, 0.0F});
  return batch;
}

TEST(TwinTarget, TakesTheSmallerValueAndBootstrapsWhereItMay) {
  const Tensor target = twin_target(two_steps(), torch::tensor({{4.0F, 4.0F}, {3.0F, 5.0F}}));
  EXPECT_TRUE(target.equal(torch::tensor({2.5F, 1.0F})));
}

TEST(SoftTarget, TakesThePriceOfTheDensityOffTheSmallerValue) {
  const Tensor next = torch::tensor({{4.0F, 4.0F}, {3.0F, 5.0F}}), log_density = torch::tensor({-2.0F, 7.0F});
  const Tensor target = soft_target(two_steps(), next, torch::scalar_tensor(0.5), log_density);
  EXPECT_TRUE(target.equal(torch::tensor({1 + 0.5F * (3 + 1), 1.0F})));
}

TEST(SquaredError, EqualsLibTorchInValueAndGradient) {
  RandomStream random(4);
  const Tensor values = normal_tensor(random, {2, 5}).to(torch::kFloat64).requires_grad_(true);
  const Tensor target = normal_tensor(random, {5}).to(torch::kFloat64);
  const Tensor ours = squared_error(values, target), theirs = (values - target).square().mean(1).sum();
  EXPECT_NEAR(ours.item<double>(), theirs.item<double>(), 1e-14);
  const Tensor gradient = torch::autograd::grad({3 * ours}, {values})[0];
  EXPECT_TRUE(gradient.allclose(torch::autograd::grad({3 * theirs}, {values})[0], 1e-14, 1e-14));
}

TEST(SquaredError, IsNotANumberWhereAValueIsNone) {
  const Tensor values = torch::tensor({{1.0F, std::nanf("")}});
  EXPECT_TRUE(std::isnan(squared_error(values, torch::zeros({2})).item<double>()));
}

/// As the harness has them between two rows of training.csv.
struct RowMetrics final : Metrics {
  std::map<std::string, double, std::less<>> values;
  void add(std::string_view name, double value) override { values[std::string(name)] = value; }
  bool wanted(std::string_view name) const override { return !values.contains(name); }
};

TEST(ReportCritic, GivesMeansDeviationAndNormOnceForEachRow) {
  const Weights weights{torch::zeros({2}), torch::tensor({3.0F, 4.0F})};
  const Adam adam({weights}, {});
  RowMetrics metrics;
  report_critic(metrics, torch::tensor({1.0F, 3.0F}), torch::tensor({4.0F, 8.0F}), adam);
  const std::map<std::string, double, std::less<>> expected{
      {"mean_q", 2}, {"target_mean", 6}, {"target_deviation", 2}, {"critic_gradient_norm", 5}};
  EXPECT_EQ(metrics.values, expected);
  report_critic(metrics, torch::zeros({2}), torch::zeros({2}), adam);
  EXPECT_EQ(metrics.values, expected);
}

}  // namespace
}  // namespace tutti
