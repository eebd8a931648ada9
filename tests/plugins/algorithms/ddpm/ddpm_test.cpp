#include "ddpm/ddpm.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tutti/error.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

// Numbers by direct evaluation of the formulas in double precision, T = 20.
TEST(DiffusionSchedule, HasTheSourcesBetas) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  ASSERT_EQ(schedule.size(), 20U);
  EXPECT_NEAR(schedule[0].beta, 0.00008, 1e-9);
  EXPECT_NEAR(schedule[1].beta, 0.042139, 1e-6);
  EXPECT_NEAR(schedule[2].beta, 0.084198, 1e-6);
  EXPECT_NEAR(schedule[19].beta, 0.7992, 1e-9);
}

TEST(DiffusionSchedule, MixesSignalAndNoiseToUnitVariance) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  EXPECT_NEAR(schedule[0].signal, 0.99996, 1e-6);
  EXPECT_NEAR(schedule[5].signal, 0.70944, 1e-5);
  EXPECT_NEAR(schedule[10].signal, 0.25179, 1e-5);
  EXPECT_NEAR(schedule[15].signal, 0.034053, 1e-6);
  EXPECT_NEAR(schedule[19].signal, 0.0022953, 1e-7);
  for (const DiffusionStep& step : schedule) {
    EXPECT_NEAR(step.signal * step.signal + step.noise * step.noise, 1, 1e-12);
  }
}

TEST(DiffusionSchedule, WeighsCleanAndNoisyActionsAsTheSourceDoes) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  EXPECT_NEAR(schedule[0].clean_weight, 1, 1e-12);
  EXPECT_NEAR(schedule[0].noisy_weight, 0, 1e-12);
  EXPECT_EQ(schedule[0].deviation, 0);
  EXPECT_NEAR(schedule[10].clean_weight, 0.148581, 1e-6);
  EXPECT_NEAR(schedule[10].noisy_weight, 0.723726, 1e-6);
}

TEST(DiffusionSchedule, RefusesAChainOfOneStep) { EXPECT_THROW(linear_diffusion_schedule(1), Error); }

TEST(EstimateClean, InvertsAddNoiseWhenTheNoiseIsKnown) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  RandomStream random(3);
  const torch::Tensor step = torch::arange(0, 11, torch::kInt64);
  const torch::Tensor clean = torch::linspace(-1, 1, 22).reshape({11, 2});
  const torch::Tensor noise = normal_tensor(random, {11, 2});
  const torch::Tensor recovered = estimate_clean(schedule, add_noise(schedule, clean, step, noise), step, noise);
  EXPECT_LT((recovered - clean).abs().max().item<double>(), 1e-5);
}

TEST(EstimateClean, GivesOneEstimateForEachDrawOfNoise) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  RandomStream random(4);
  const torch::Tensor step = torch::tensor({3, 7}, torch::kInt64);
  const torch::Tensor noisy = normal_tensor(random, {2, 3});
  const torch::Tensor noise = normal_tensor(random, {5, 2, 3});
  const torch::Tensor all = estimate_clean(schedule, noisy, step, noise);
  ASSERT_EQ(all.sizes(), (std::vector<std::int64_t>{5, 2, 3}));
  for (std::int64_t m = 0; m < 5; ++m) EXPECT_TRUE(all[m].equal(estimate_clean(schedule, noisy, step, noise[m])));
}

TEST(SampleByDenoising, ReturnsTheActionWhoseNoiseTheDenoiserKnows) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  const torch::Tensor action = torch::tensor({0.7F, -0.2F, 0.99F});
  const Denoiser oracle = [&](const torch::Tensor& x, std::int64_t t) {
    const DiffusionStep& step = schedule[static_cast<std::size_t>(t)];
    return (x - step.signal * action) / step.noise;
  };
  RandomStream random(5);
  const torch::Tensor sampled = sample_by_denoising(schedule, oracle, {4, 3}, 0.5, random);
  EXPECT_LT((sampled - action).abs().max().item<double>(), 1e-4);
}

// For a ~ N(m, s^2) the exact denoiser is linear, so mean and variance of the chain follow a recursion in two numbers:
// the estimate of the clean action is m + g (x - signal m) with g = signal s^2 / (signal^2 s^2 + noise^2). With 20
// large steps the chain ends narrower (0.042) than the distribution that it denoises.
TEST(SampleByDenoising, FollowsTheRecursionOfAGaussian) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  constexpr double kMean = 0.2;
  constexpr double kDeviation = 0.1;
  const auto variance_at = [](const DiffusionStep& step) {
    return step.signal * step.signal * kDeviation * kDeviation + step.noise * step.noise;
  };
  const Denoiser exact = [&](const torch::Tensor& x, std::int64_t t) {
    const DiffusionStep& step = schedule[static_cast<std::size_t>(t)];
    return (x - step.signal * kMean) * (step.noise / variance_at(step));
  };
  double mean = 0, variance = 0.25;
  for (auto step = schedule.rbegin(); step != schedule.rend(); ++step) {
    const double gain = step->signal * kDeviation * kDeviation / variance_at(*step);
    mean = step->clean_weight * (kMean + gain * (mean - step->signal * kMean)) + step->noisy_weight * mean;
    const double slope = step->clean_weight * gain + step->noisy_weight;
    variance = slope * slope * variance + step->deviation * step->deviation;
  }
  RandomStream random(6);
  const torch::Tensor sampled = sample_by_denoising(schedule, exact, {100000, 1}, 0.5, random);
  EXPECT_NEAR(sampled.mean().item<double>(), mean, 1e-3);
  EXPECT_NEAR(sampled.std().item<double>(), std::sqrt(variance), 1e-3);
  EXPECT_NEAR(std::sqrt(variance), 0.042, 1e-3);
}

TEST(RandomDiffusionSteps, AreUniform) {
  const DiffusionSchedule schedule = linear_diffusion_schedule(20);
  RandomStream random(7);
  const torch::Tensor counts = torch::bincount(random_diffusion_steps(schedule, 200000, random), {}, 20);
  EXPECT_GT(counts.min().item<std::int64_t>(), 9600);  // 10000 expected, standard deviation 97
  EXPECT_LT(counts.max().item<std::int64_t>(), 10400);
}

}  // namespace
}  // namespace tutti
