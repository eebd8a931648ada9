#include "omad/categorical.hpp"

#include <gtest/gtest.h>

#include "common/central_differences.hpp"

namespace tutti {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

torch::Tensor row(std::initializer_list<double> values) {
  return torch::tensor(std::vector<double>(values), kDouble).unsqueeze(0);
}

void expect_close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) {
  EXPECT_TRUE(torch::allclose(a, b, 0, tolerance)) << a << "\n" << b;
}

TEST(Categorical, ProjectionOfTheWorkedExample) {
  const CategoricalSupport support{.count = 5, .limit = 2};
  const torch::Tensor p = row({.1, .2, .4, .2, .1});
  const torch::Tensor z = support.atoms(kDouble);
  const double reward = 0.3, discount = 0.9, entropy_cost = 0.5;
  const torch::Tensor m = support.project(p, reward + discount * (z.unsqueeze(0) - entropy_cost));
  expect_close(m, row({0.105, 0.255, 0.39, 0.185, 0.065}), 1e-12);
  EXPECT_NEAR((m * z).sum().item<double>(), -0.15, 1e-12);

  const torch::Tensor terminal = support.project(p, torch::full_like(p, reward));
  expect_close(terminal, row({0, 0, 0.7, 0.3, 0}), 1e-12);
}

TEST(Categorical, ProjectionKeepsMassAndMeanOfClippedValues) {
  const CategoricalSupport support{.count = 100, .limit = 200};
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    at::manual_seed(1);
    const torch::Tensor p = torch::softmax(torch::randn({64, 100}, kDouble), -1).to(type);
    const torch::Tensor values = 150 * torch::randn({64, 100}, type);
    const torch::Tensor m = support.project(p, values).to(kDouble);  // sums without rounding of their own
    expect_close(m.sum(-1), torch::ones({64}, kDouble), 1e-6);
    const torch::Tensor mean = (m * support.atoms(kDouble)).sum(-1);
    expect_close(mean, (p.to(kDouble) * values.to(kDouble).clamp(-200, 200)).sum(-1), 1e-5 * 200);
  }
}

TEST(Categorical, ProjectionKeepsTheMassOfExactHits) {
  const CategoricalSupport support{.count = 5, .limit = 2};
  const torch::Tensor p = row({.1, .2, .4, .2, .1});
  expect_close(support.project(p, torch::full_like(p, 1)), row({0, 0, 0, 1, 0}), 1e-15);
  expect_close(support.project(p, torch::full_like(p, 9)), row({0, 0, 0, 0, 1}), 1e-15);
  expect_close(support.project(p, torch::full_like(p, -9)), row({1, 0, 0, 0, 0}), 1e-15);
}

TEST(Categorical, ProjectionOntoItselfChangesNothing) {
  const CategoricalSupport support{.count = 5, .limit = 2};
  const torch::Tensor p = row({.1, .2, .4, .2, .1});
  expect_close(support.project(p, support.atoms(kDouble).unsqueeze(0)), p, 1e-15);
}

TEST(Categorical, ProjectionOfWhatIsNotANumberIsNotANumber) {
  const CategoricalSupport support{.count = 5, .limit = 2};
  const torch::Tensor p = row({.1, .2, .4, .2, .1});
  const torch::Tensor m = support.project(p, torch::full_like(p, std::nan("")));
  EXPECT_TRUE(m.isnan().any().item<bool>());
}

TEST(Categorical, ClippedMassCountsWhatLiesOutside) {
  const CategoricalSupport support{.count = 5, .limit = 2};
  const torch::Tensor mass = support.clipped_mass(row({.1, .2, .4, .2, .1}), row({-2.5, -2, 0, 2, 3}));
  EXPECT_NEAR(mass.item<double>(), 0.2, 1e-12);
}

TEST(Categorical, LossGradientMatchesCentralDifferences) {
  at::manual_seed(2);
  const torch::Tensor logits = torch::randn({2, 3, 7}, kDouble).requires_grad_(true);
  const torch::Tensor target = torch::softmax(torch::randn({3, 7}, kDouble), -1);
  const auto loss = [&] { return categorical_loss(logits, target, 0.3).square().sum(); };
  loss().backward();
  const torch::Tensor numeric = central_differences([&] { return loss().item<double>(); }, logits.detach());
  EXPECT_LT(relative_error(logits.grad(), numeric), 1e-8);
}

TEST(Categorical, LossIsCrossEntropyLessRewardedEntropy) {
  const torch::Tensor logits = row({0, 0});
  const torch::Tensor target = row({1, 0});
  EXPECT_NEAR(categorical_loss(logits, target, 0.1).item<double>(), std::log(2) - 0.1 * std::log(2), 1e-12);
}

TEST(Categorical, ExpectedValueGradientIsProbabilityTimesAdvantage) {
  at::manual_seed(3);
  const CategoricalSupport support{.count = 7, .limit = 3};
  const torch::Tensor z = support.atoms(kDouble);
  const torch::Tensor logits = torch::randn({4, 7}, kDouble).requires_grad_(true);
  const torch::Tensor q = expected_value(logits, z);
  q.sum().backward();
  const torch::Tensor p = torch::softmax(logits, -1).detach();
  expect_close(logits.grad(), p * (z - q.detach().unsqueeze(-1)), 1e-12);
}

}  // namespace
}  // namespace tutti
