#include "omad/batch_renormalization.hpp"

#include <gtest/gtest.h>

#include "common/central_differences.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

// One layer with the given running statistics in every feature, past its warm-up.
BatchRenormalization warmed_up(const torch::Tensor& mean, const torch::Tensor& variance) {
  SnapshotWriter writer;
  save_tensor(writer, "norm", torch::cat({torch::ones_like(mean), torch::zeros_like(mean)}).view(-1));
  save_tensor(writer, "norm.running_mean", mean);
  save_tensor(writer, "norm.running_variance", variance);
  writer.value<std::int64_t>("norm.passes", 100'000);
  BatchRenormalization norm(1, mean.numel(), {}, torch::kFloat64);
  SnapshotReader reader(writer.bytes());
  norm.load(reader, "norm");
  return norm;
}

BatchRenormalization warmed_up(double mean, double variance) {
  return warmed_up(torch::tensor({mean}, kDouble), torch::tensor({variance}, kDouble));
}

torch::Tensor column(std::initializer_list<double> values) {
  return torch::tensor(std::vector<double>(values), kDouble).view({1, -1, 1});
}

// y of one training pass; a fresh layer has scale 1 and shift 0.
torch::Tensor train(BatchRenormalization& norm, const torch::Tensor& x) {
  const torch::NoGradGuard no_grad;
  return norm.block().tensor(0) * norm.normalise(x).normalised + norm.block().tensor(1);
}

// The loss sum (x^ w)^2 of a layer's normalised rows, where w has rows, and its gradient with respect to x by hand.
torch::Tensor loss_of(BatchRenormalization& norm, const torch::Tensor& x, const torch::Tensor& w) {
  return (norm.normalise(x).normalised.narrow(1, 0, w.size(1)) * w).square().sum();
}
torch::Tensor gradient_by_hand(BatchRenormalization& norm, const torch::Tensor& x, const torch::Tensor& w) {
  const BatchRenormalization::Batch batch = norm.normalise(x);
  const torch::Tensor rows = batch.normalised.narrow(1, 0, w.size(1)), gradient = 2 * rows * w.square();
  return BatchRenormalization::input_gradient(batch, gradient, gradient.sum(1, /*keepdim=*/true),
                                              (gradient * rows).sum(1, /*keepdim=*/true));
}

void expect_close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) {
  EXPECT_TRUE(torch::allclose(a, b, 0, tolerance)) << a << "\n" << b;
}

// Straight from the formulas, differentiated automatically; rho and delta are constants.
torch::Tensor textbook(const torch::Tensor& x, const torch::Tensor& m, const torch::Tensor& v) {
  const torch::Tensor mean = x.mean(1, true);
  const torch::Tensor variance = x.var(std::vector<std::int64_t>{1}, /*unbiased=*/false, true);
  const torch::Tensor running = (v + 1e-3).sqrt();
  const torch::Tensor rho = ((variance + 1e-3).sqrt() / running).clamp(1.0 / 3, 3).detach();
  const torch::Tensor delta = ((mean - m) / running).clamp(-5, 5).detach();
  const torch::Tensor M = mean - delta * variance.sqrt() / rho;
  return (x - M) / (variance / rho.square() + 1e-3).sqrt();
}

TEST(BatchRenormalization, WorkedExampleAfterWarmUp) {
  BatchRenormalization norm = warmed_up(0.5, 4);
  expect_close(train(norm, column({1, 2, 3, 6})), column({0.249795, 0.749741, 1.249688, 2.749527}), 1e-6);
  EXPECT_NEAR(norm.running_mean().item<double>(), 0.525, 1e-12);
  EXPECT_NEAR(norm.running_variance().item<double>(), 3.995, 1e-12);
}

TEST(BatchRenormalization, WorkedExampleWhereBothLimitsBite) {
  BatchRenormalization norm = warmed_up(0, 0.01);
  expect_close(train(norm, column({10, 20, 30, 60})), column({1.792842, 3.396389, 4.999936, 9.810576}), 1e-6);
}

TEST(BatchRenormalization, IsBatchNormalizationDuringWarmUp) {
  BatchRenormalization norm(1, 1, {}, torch::kFloat64);
  expect_close(train(norm, column({1, 2, 3, 6})), column({-1.068892, -0.534446, 0, 1.603338}), 1e-6);
  EXPECT_EQ(norm.passes(), 1);
}

TEST(BatchRenormalization, SwitchesAfterExactlyTheWarmUp) {
  const torch::Tensor x = column({1, 2, 3, 6});
  BatchRenormalization norm(1, 1, {.warmup = 2}, torch::kFloat64);
  const torch::Tensor first = train(norm, x);
  expect_close(train(norm, x), first, 0);
  EXPECT_FALSE(torch::allclose(train(norm, x), first));
}

TEST(BatchRenormalization, IsBatchNormalizationWhenRunningEqualsBatchStatistics) {
  BatchRenormalization norm = warmed_up(3, 3.5);
  BatchRenormalization plain(1, 1, {}, torch::kFloat64);
  const torch::Tensor x = column({1, 2, 3, 6});
  expect_close(train(norm, x), train(plain, x), 1e-12);
}

TEST(BatchRenormalization, EvaluationIsAffineAndChangesNothing) {
  at::manual_seed(1);
  BatchRenormalization norm(2, 3, {}, torch::kFloat64);
  train(norm, torch::randn({2, 16, 3}, kDouble) * 2 + 1);
  const torch::Tensor mean = norm.running_mean().clone(), variance = norm.running_variance().clone();
  const torch::Tensor x = torch::randn({2, 5, 3}, kDouble);
  const torch::Tensor y = norm.evaluate(x);
  const auto [scale, shift] = norm.affine();
  expect_close(y, scale * x + shift, 1e-12);
  EXPECT_TRUE(norm.running_mean().equal(mean));
  EXPECT_TRUE(norm.running_variance().equal(variance));
  EXPECT_EQ(norm.passes(), 1);
}

TEST(BatchRenormalization, GradientDuringWarmUpMatchesCentralDifferences) {
  at::manual_seed(2);
  BatchRenormalization norm(2, 3, {}, torch::kFloat64);
  const torch::Tensor x = torch::randn({2, 5, 3}, kDouble), weights = torch::randn({2, 5, 3}, kDouble);
  const torch::Tensor numeric = central_differences([&] { return loss_of(norm, x, weights).item<double>(); }, x);
  EXPECT_LT(relative_error(gradient_by_hand(norm, x, weights), numeric), 1e-7);
}

TEST(BatchRenormalization, GradientAfterWarmUpMatchesAutomaticDifferentiation) {
  at::manual_seed(3);
  const torch::Tensor mean = torch::randn({1, 1, 4}, kDouble), variance = torch::rand({1, 1, 4}, kDouble) + 0.05;
  BatchRenormalization norm = warmed_up(mean, variance);
  const torch::Tensor x = (3 * torch::randn({1, 6, 4}, kDouble)).requires_grad_(true);
  const torch::Tensor weights = torch::randn({1, 6, 4}, kDouble);
  const torch::Tensor by_hand = gradient_by_hand(norm, x.detach(), weights);
  (textbook(x, mean, variance) * weights).square().sum().backward();
  EXPECT_LT(relative_error(by_hand, x.grad()), 1e-12);
}

TEST(BatchRenormalization, GradientReachesRowsWhoseOutputsAreNotUsed) {
  at::manual_seed(4);
  BatchRenormalization norm(1, 2, {}, torch::kFloat64);
  const torch::Tensor x = torch::randn({1, 8, 2}, kDouble), weights = torch::ones({1, 4, 2}, kDouble);
  const torch::Tensor by_hand = gradient_by_hand(norm, x, weights);
  EXPECT_GT(by_hand.slice(1, 4).abs().min().item<double>(), 0);
  const torch::Tensor numeric = central_differences([&] { return loss_of(norm, x, weights).item<double>(); }, x);
  EXPECT_LT(relative_error(by_hand, numeric), 1e-7);
}

TEST(BatchRenormalization, ConstantFeatureGivesAFiniteGradient) {
  BatchRenormalization norm = warmed_up(0.5, 4);
  const torch::Tensor x = torch::full({1, 4, 1}, 2.0, kDouble);
  EXPECT_TRUE(gradient_by_hand(norm, x, torch::ones_like(x)).isfinite().all().item<bool>());
}

TEST(BatchRenormalization, SnapshotContinuesExactly) {
  at::manual_seed(5);
  BatchRenormalization norm(2, 3, {.warmup = 1}, torch::kFloat64), other(2, 3, {.warmup = 1}, torch::kFloat64);
  train(norm, torch::randn({2, 8, 3}, kDouble));
  SnapshotWriter writer;
  norm.save(writer, "norm");
  SnapshotReader reader(writer.bytes());
  other.load(reader, "norm");
  const torch::Tensor x = torch::randn({2, 8, 3}, kDouble);
  EXPECT_TRUE(train(norm, x).equal(train(other, x)));
  EXPECT_EQ(other.passes(), 2);
}

}  // namespace
}  // namespace tutti
