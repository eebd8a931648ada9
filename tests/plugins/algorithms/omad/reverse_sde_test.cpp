#include "omad/reverse_sde.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "common/central_differences.hpp"
#include "tutti/random.hpp"

namespace tutti {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

// f(x) = slope * x.
class LinearScore final : public ScoreFunction {
 public:
  explicit LinearScore(double slope) : slope_(slope) {}
  torch::Tensor forward(std::int64_t, const torch::Tensor& x) override { return slope_ * x; }
  torch::Tensor backward(std::int64_t, const torch::Tensor& gradient) override { return slope_ * gradient; }

 private:
  double slope_;
};

// f(k, x) = sin(k + x), for gradients.
class SineScore final : public ScoreFunction {
 public:
  torch::Tensor forward(std::int64_t k, const torch::Tensor& x) override {
    angles_.resize(std::max(angles_.size(), static_cast<std::size_t>(k) + 1));
    angles_[static_cast<std::size_t>(k)] = x + static_cast<double>(k);
    return angles_[static_cast<std::size_t>(k)].sin();
  }
  torch::Tensor backward(std::int64_t k, const torch::Tensor& gradient) override {
    return gradient * angles_[static_cast<std::size_t>(k)].cos();
  }

 private:
  std::vector<torch::Tensor> angles_;
};

torch::Tensor normals(RandomStream& random, torch::IntArrayRef shape) {
  torch::Tensor result = torch::empty(shape, kDouble);
  random.fill_normal(std::span<double>(result.data_ptr<double>(), static_cast<std::size_t>(result.numel())));
  return result;
}

// Sample moments of one dimension over many paths.
struct Moments {
  double end_variance = 0, step_costs = 0, running = 0, running_deviation = 0, total = 0, total_deviation = 0;
  double beyond = 0;  // share of |a| > 0.9
};

Moments measure(ScoreFunction& score, std::int64_t steps, std::int64_t chunks = 20, double time_step = 0.1) {
  constexpr std::int64_t kRows = 100'000;
  RandomStream random(7);
  const ReverseSde sde(1, 1, {.steps = steps, .initial_time_step = time_step}, torch::kFloat64);
  Moments sum;
  double running_squares = 0, total_squares = 0;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    const ReverseSdePath path = sde.sample(score, normals(random, {steps + 1, 1, kRows, 1}), /*keep=*/true);
    const torch::Tensor end = path.positions.back().squeeze(-1);
    const torch::Tensor log_derivative = 2 * (std::numbers::ln2 - end - torch::softplus(-2 * end));
    const torch::Tensor total = path.running_cost + path.terminal_cost;
    const double share = 1.0 / static_cast<double>(chunks * kRows);
    sum.end_variance += share * end.square().sum().item<double>();
    sum.step_costs += share * (path.running_cost + log_derivative).sum().item<double>();
    sum.running += share * path.running_cost.sum().item<double>();
    sum.total += share * total.sum().item<double>();
    sum.beyond += share * (path.actions.abs() > 0.9).sum().item<double>();
    running_squares += share * path.running_cost.square().sum().item<double>();
    total_squares += share * total.square().sum().item<double>();
  }
  sum.running_deviation = std::sqrt(running_squares - sum.running * sum.running);
  sum.total_deviation = std::sqrt(total_squares - sum.total * sum.total);
  return sum;
}

TEST(ReverseSde, ScheduleOfEightSteps) {
  const std::vector<double> expected = {0.999845, 0.957698, 0.847034, 0.684436, 0.494273, 0.305043, 0.145105, 0.038429};
  const std::vector<double> schedule = reverse_sde_schedule(8);
  ASSERT_EQ(schedule.size(), expected.size());
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(schedule[k], expected[k], 5e-7) << k;
}

TEST(ReverseSde, ScheduleOfSixteenSteps) {
  const std::vector<double> expected = {0.999845, 0.987991, 0.957698, 0.910112, 0.847034, 0.770848, 0.684436, 0.591067,
                                        0.494273, 0.397714, 0.305043, 0.219765, 0.145105, 0.083888, 0.038429, 0.010446};
  const std::vector<double> schedule = reverse_sde_schedule(16);
  ASSERT_EQ(schedule.size(), expected.size());
  double sum = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(schedule[k], expected[k], 5e-7) << k;
    sum += schedule[k];
  }
  EXPECT_NEAR(sum, 8.443695, 5e-7);
}

TEST(ReverseSde, FreshPolicyHasTheAnalyticCosts) {
  LinearScore zero(0);
  const Moments moments = measure(zero, 8);
  EXPECT_NEAR(moments.running, 2.855943, 0.006);
  EXPECT_NEAR(moments.total, 0.520714, 0.005);
  EXPECT_NEAR(moments.step_costs, -0.000410, 0.001);
  EXPECT_NEAR(moments.end_variance, 6.255167, 0.02);
  EXPECT_NEAR(moments.running_deviation, 2.71, 0.02);
  EXPECT_NEAR(moments.total_deviation, 2.11, 0.02);
  EXPECT_NEAR(moments.beyond, 0.556, 0.002);
}

struct AnalyticCase {
  double slope;
  std::int64_t steps;
  double end_variance, step_costs, running, total, entropy;  // 0: not known
};

class AnalyticScore : public testing::TestWithParam<AnalyticCase> {};

TEST_P(AnalyticScore, HasTheAnalyticCostsAndBoundsTheEntropyFromBelow) {
  const AnalyticCase& expected = GetParam();
  LinearScore score(expected.slope);
  const Moments moments = measure(score, expected.steps, 10);
  EXPECT_NEAR(moments.running, expected.running, 0.01);
  EXPECT_NEAR(moments.total, expected.total, 0.01);
  if (expected.entropy == 0) return;
  EXPECT_NEAR(moments.end_variance, expected.end_variance, 0.006);
  EXPECT_NEAR(moments.step_costs, expected.step_costs, 0.01);
  // x_T is Gaussian, so its entropy is known; the bound for x_T leaves out the tanh.
  const double entropy = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e * moments.end_variance);
  const double terminal = -0.5 * std::log(2 * std::numbers::pi * std::numbers::e * 2.5 * 2.5);
  EXPECT_NEAR(entropy, expected.entropy, 0.005);
  EXPECT_GT(entropy, -(moments.step_costs + terminal));
}

INSTANTIATE_TEST_SUITE_P(ReverseSde, AnalyticScore,
                         testing::Values(AnalyticCase{-2, 8, 1.190598, 1.924700, 2.786162, 0.450933, 1.506167},
                                         AnalyticCase{-2, 16, 0.597235, 2.331886, 2.820073, 0.484844, 1.161216},
                                         AnalyticCase{-1, 8, 0, 0, 2.387225, 0.051996, 0},
                                         AnalyticCase{-1, 16, 0, 0, 2.167111, -0.168118, 0}));

TEST(ReverseSde, BoundNeverExceedsTheEntropyOfTheUniformDistribution) {
  for (const double slope : {-3.0, -0.5, 0.5}) {
    LinearScore score(slope);
    EXPECT_LT(-measure(score, 8, 2).total, std::numbers::ln2 + 0.01) << slope;
  }
}

// The score whose chain has the right mean for a target N(0, s^2). Run from the target, the backward kernels
// N(kappa_k x_{k+1}, 2 eta_k), kappa_k = 1 - eta_k / sigma_0^2, keep x_k Gaussian with variance
//   v_T = s^2,   v_k = kappa_k^2 v_{k+1} + 2 eta_k.
// Bayes' rule gives x_{k+1} given x_k the mean kappa_k (v_{k+1} / v_k) x_k. The forward mean is
// kappa_k x + eta_k f_k(x), so f_k(x) = kappa_k (v_{k+1} / v_k - 1) / eta_k x.
class GaussianTargetScore final : public ScoreFunction {
 public:
  GaussianTargetScore(std::int64_t steps, double time_step, double target_variance) {
    const std::vector<double> schedule = reverse_sde_schedule(steps);
    double variance = target_variance;
    for (std::int64_t k = steps; k-- > 0;) {
      const double eta = time_step * schedule[static_cast<std::size_t>(k)], kappa = 1 - eta / (2.5 * 2.5);
      const double before = kappa * kappa * variance + 2 * eta;
      slopes_.insert(slopes_.begin(), kappa * (variance / before - 1) / eta);
      variance = before;
    }
  }
  torch::Tensor forward(std::int64_t k, const torch::Tensor& x) override { return slope(k) * x; }
  torch::Tensor backward(std::int64_t k, const torch::Tensor& gradient) override { return slope(k) * gradient; }

 private:
  double slope(std::int64_t k) const { return slopes_[static_cast<std::size_t>(k)]; }
  std::vector<double> slopes_;
};

// What is left of the gap has two sources: the forward kernel's variance 2 eta_k is not quite Bayes' (it falls with the
// step size), and the chain of total time 9.6 has not quite forgotten the target at the prior. The expected numbers
// follow from the same recursions without sampling.
TEST(ReverseSde, BoundBecomesTightOnAGaussianTargetWithMoreAndSmallerSteps) {
  const double deviation = 0.5, total_time = 9.6, double_pi_e = 2 * std::numbers::pi * std::numbers::e;
  double previous = std::numeric_limits<double>::infinity();
  for (const auto& [steps, expected] : {std::pair{8, 0.5132}, {32, 0.1233}, {128, 0.0308}}) {
    const std::vector<double> schedule = reverse_sde_schedule(steps);
    const double time_step = total_time / std::accumulate(schedule.begin(), schedule.end(), 0.0);
    GaussianTargetScore score(steps, time_step, deviation * deviation);
    const Moments moments = measure(score, steps, 2, time_step);
    const double entropy = 0.5 * std::log(double_pi_e * moments.end_variance);  // x_T is Gaussian
    const double bound = 0.5 * std::log(double_pi_e * 2.5 * 2.5) - moments.step_costs;
    EXPECT_NEAR(entropy - bound, expected, 0.01) << steps;
    EXPECT_LT(entropy - bound, previous) << steps;
    previous = entropy - bound;
  }
  EXPECT_LT(previous, 0.05);
}

TEST(ReverseSde, ThreeFormsOfTheStepCostAgree) {
  RandomStream random(3);
  SineScore score;
  const std::int64_t steps = 8;
  const ReverseSde sde(2, 3, {.steps = steps}, torch::kFloat64);
  const torch::Tensor noise = normals(random, {steps + 1, 2, 5, 3});
  const ReverseSdePath path = sde.sample(score, noise, /*keep=*/true);
  const std::vector<double> schedule = reverse_sde_schedule(steps);
  const auto log_normal = [](const torch::Tensor& x, const torch::Tensor& mean, const torch::Tensor& variance) {
    return (-(x - mean).square() / (2 * variance) - 0.5 * (2 * std::numbers::pi * variance).log()).sum(-1);
  };
  torch::Tensor densities = torch::zeros({2, 5}, kDouble), quadratic = densities.clone(), textbook = densities.clone();
  for (std::int64_t k = 0; k < steps; ++k) {
    const auto index = static_cast<std::size_t>(k);
    const torch::Tensor eta = sde.time_step() * schedule[index] / sde.friction();
    const torch::Tensor &x = path.positions[index], &next = path.positions[index + 1], &f = path.scores[index];
    const torch::Tensor forward_mean = x + eta * (f - x / 6.25), backward_mean = next - eta * next / 6.25;
    densities += log_normal(next, forward_mean, 2 * eta) - log_normal(x, backward_mean, 2 * eta);
    quadratic += 0.5 * ((x - backward_mean).square() / (2 * eta) - noise[k + 1].square()).sum(-1);
    const torch::Tensor g = (x + next) / 6.25 - f;
    textbook += (eta * g.square() / 4 - (eta / 2).sqrt() * g * noise[k + 1]).sum(-1);
  }
  const torch::Tensor& end = path.positions.back();
  const torch::Tensor log_derivative = (2 * (std::numbers::ln2 - end - torch::softplus(-2 * end))).sum(-1);
  const torch::Tensor step_costs = path.running_cost + log_derivative;
  EXPECT_TRUE(torch::allclose(step_costs, densities, 0, 1e-12));
  EXPECT_TRUE(torch::allclose(step_costs, quadratic, 0, 1e-12));
  EXPECT_TRUE(torch::allclose(step_costs, textbook, 0, 1e-12));
}

// x = 0.8, f = -1.5, eta = 0.07, eps = 0.4: next 0.835706, cost -0.0775210.
TEST(ReverseSde, WorkedStep) {
  class Constant final : public ScoreFunction {
    torch::Tensor forward(std::int64_t, const torch::Tensor& x) override { return torch::full_like(x, -1.5); }
    torch::Tensor backward(std::int64_t, const torch::Tensor& g) override { return torch::zeros_like(g); }
  } score;
  const double c = reverse_sde_schedule(1)[0];
  const ReverseSde sde(1, 1, {.steps = 1, .initial_time_step = 0.07 / c}, torch::kFloat64);
  const torch::Tensor noise = torch::tensor({0.8 / 2.5, 0.4}, kDouble).view({2, 1, 1, 1});
  const ReverseSdePath path = sde.sample(score, noise, /*keep=*/true);
  const double end = path.positions.back().item<double>();
  EXPECT_NEAR(end, 0.835706, 5e-7);
  const double log_derivative = 2 * (std::numbers::ln2 - end - std::log1p(std::exp(-2 * end)));
  EXPECT_NEAR(path.running_cost.item<double>() + log_derivative, -0.0775210, 5e-8);
  EXPECT_NEAR(path.terminal_cost.item<double>(),
              -0.5 * 0.32 * 0.32 - 0.5 * std::log(2 * std::numbers::pi) - std::log(2.5), 1e-12);
}

TEST(ReverseSde, GradientOfStepSizesMatchesCentralDifferences) {
  RandomStream random(5);
  SineScore score;
  ReverseSde sde(2, 3, {}, torch::kFloat64);
  const torch::Tensor noise = normals(random, {9, 2, 4, 3});
  const torch::Tensor action_weights = normals(random, {2, 4, 3}), cost_weights = normals(random, {2, 4});
  const auto loss = [&] {
    const ReverseSdePath path = sde.sample(score, noise, /*keep=*/false);
    return ((path.actions * action_weights).sum() + (path.running_cost * cost_weights).sum()).item<double>();
  };
  const ReverseSdePath path = sde.sample(score, noise, /*keep=*/true);
  sde.backward(score, path, action_weights, cost_weights);
  for (const torch::Tensor& parameter : {sde.block().tensor(0), sde.block().tensor(1)}) {
    EXPECT_LT(relative_error(parameter.grad(), central_differences(loss, parameter.detach())), 1e-7);
  }
}

TEST(ReverseSde, FreshStepSizesAreTheInitialOnes) {
  const ReverseSde sde(2, 3, {.initial_time_step = 0.1, .initial_friction = 1}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(sde.time_step(), torch::full({2, 1, 1}, 0.1, kDouble)));
  EXPECT_TRUE(torch::allclose(sde.friction(), torch::ones({2, 1, 3}, kDouble)));
}

}  // namespace
}  // namespace tutti
