#include "ddpm/ddpm_denoiser.hpp"

#include <gtest/gtest.h>

#include "ddpm/ddpm_temperature.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

const std::vector<AgentSpec> kEqual{{"a", 5, 2}, {"b", 5, 2}, {"c", 5, 2}};
const std::vector<AgentSpec> kMixed{{"a", 5, 2}, {"b", 3, 1}, {"c", 5, 2}};

DenoiserOptions small_options(bool share = false) { return {{16, 16}, 20, share}; }

// The chain in its textbook form, one evaluation of the whole network for each step.
torch::Tensor sample_plainly(const AgentDenoisers& denoisers, const std::vector<AgentSpec>& agents,
                             const torch::Tensor& observations, std::int64_t particles, RandomStream& random) {
  std::int64_t action_size = 0;
  for (const AgentSpec& agent : agents) action_size += agent.action_size;
  const torch::NoGradGuard no_grad;
  const torch::Tensor repeated = observations.repeat_interleave(particles, 0);
  const Denoiser denoiser = [&](const torch::Tensor& x, std::int64_t step) {
    return denoisers(repeated, x, torch::full({x.size(0)}, step, torch::kInt64));
  };
  return sample_by_denoising(linear_diffusion_schedule(20), denoiser, {repeated.size(0), action_size}, 0.5, random);
}

// Noise is drawn in the order of the stacked networks, which for one agent is that of the joint action.
TEST(AgentDenoisers, SplittingTheFirstLayerDoesNotChangeSamples) {
  const std::vector<AgentSpec> agents{{"only", 5, 2}};
  const AgentDenoisers denoisers(agents, small_options(), 1);
  const torch::Tensor observations = torch::linspace(-1, 1, 20).view({4, 5});
  RandomStream split(2), plain(2);
  const torch::Tensor result = denoisers.sample(observations, 3, linear_diffusion_schedule(20), 0.5, split);
  const torch::Tensor expected = sample_plainly(denoisers, agents, observations, 3, plain);
  ASSERT_EQ(result.sizes(), expected.sizes());
  EXPECT_LT((result - expected).abs().max().item<double>(), 1e-5);
}

TEST(AgentDenoisers, AgentsOfTheSameSizesAreIndependentNetworks) {
  const AgentDenoisers denoisers(kEqual, small_options(), 1);
  const AgentDenoisers alone({kEqual[0]}, small_options(), 1);
  const torch::Tensor observations = torch::linspace(-1, 1, 60).view({4, 15});
  const torch::Tensor noisy = torch::linspace(-2, 2, 24).view({4, 6});
  const torch::Tensor step = torch::tensor({0, 3, 11, 19}, torch::kInt64);
  const torch::Tensor first = alone(observations.narrow(1, 0, 5), noisy.narrow(1, 0, 2), step);
  const torch::Tensor joint = denoisers(observations, noisy, step);
  EXPECT_LT((joint.narrow(1, 0, 2) - first).abs().max().item<double>(), 1e-6);

  torch::Tensor changed = observations.clone();
  changed.narrow(1, 5, 5).add_(1);  // what the second agent sees
  const torch::Tensor difference = (denoisers(changed, noisy, step) - joint).abs().amax(0);
  EXPECT_EQ(difference.narrow(0, 0, 2).max().item<double>(), 0);
  EXPECT_GT(difference.narrow(0, 2, 2).min().item<double>(), 0);
  EXPECT_EQ(difference.narrow(0, 4, 2).max().item<double>(), 0);
}

TEST(AgentDenoisers, AgentsOfDifferentSizesKeepTheirPlaces) {
  const AgentDenoisers denoisers(kMixed, small_options(), 1);
  const torch::Tensor observations = torch::linspace(-1, 1, 26).view({2, 13});
  const torch::Tensor noisy = torch::linspace(-1, 1, 10).view({2, 5});
  const torch::Tensor step = torch::tensor({2, 7}, torch::kInt64);
  const torch::Tensor joint = denoisers(observations, noisy, step);
  torch::Tensor changed = observations.clone();
  changed.narrow(1, 5, 3).add_(1);  // the second agent's three
  const torch::Tensor difference = (denoisers(changed, noisy, step) - joint).abs().amax(0);
  EXPECT_GT(difference[2].item<double>(), 0);
  EXPECT_EQ(difference.sum().item<double>(), difference[2].item<double>());
  RandomStream random(3);
  EXPECT_EQ(denoisers.sample(observations, 4, linear_diffusion_schedule(20), 0.5, random).sizes(),
            (std::vector<std::int64_t>{8, 5}));
}

TEST(AgentDenoisers, SharedNetworksTellAgentsApartByIdentity) {
  const AgentDenoisers denoisers(kEqual, small_options(true), 1);
  EXPECT_EQ(denoisers.weights().size(), 2U);  // time embedding and body, once
  const torch::Tensor observations = torch::zeros({1, 15});
  const torch::Tensor predicted = denoisers(observations, torch::zeros({1, 6}), torch::zeros({1}, torch::kInt64));
  EXPECT_GT((predicted.narrow(1, 0, 2) - predicted.narrow(1, 2, 2)).abs().min().item<double>(), 0);
}

TEST(AgentDenoisers, PredictionsDependOnTheStep) {
  const AgentDenoisers denoisers(kEqual, small_options(), 1);
  const torch::Tensor observations = torch::ones({2, 15}), noisy = torch::ones({2, 6});
  const torch::Tensor predicted = denoisers(observations, noisy, torch::tensor({1, 18}, torch::kInt64));
  EXPECT_GT((predicted[0] - predicted[1]).abs().max().item<double>(), 1e-4);
}

TEST(AgentDenoisers, HaveTheSourcesNumberOfParameters) {
  const AgentDenoisers denoisers({{"ant half", 63, 4}, {"ant half", 63, 4}}, {{256, 256, 256}, 20, false}, 1);
  std::int64_t parameters = 0;
  for (const Weights& weights : denoisers.weights()) parameters += weights.values.numel();
  EXPECT_EQ(parameters, 2 * 155'188);
}

TEST(AgentDenoisers, RefuseATeamWithoutAgents) { EXPECT_THROW(AgentDenoisers({}, small_options(), 1), Error); }

TEST(SelectBest, ChoosesOneIndexForAllAgentsOfARow) {
  const torch::Tensor candidates = torch::arange(12, torch::kFloat32).view({6, 2});  // two rows, three particles
  const torch::Tensor chosen = select_best(candidates, 3, [](const torch::Tensor& actions) {
    EXPECT_EQ(actions.size(0), 6);
    return torch::tensor({0.0F, 2.0F, 1.0F, 5.0F, 4.0F, 3.0F});
  });
  EXPECT_TRUE(chosen.equal(torch::tensor({{2.0F, 3.0F}, {6.0F, 7.0F}})));
}

TEST(SelectBest, DoesNotAskForTheValueOfASingleParticle) {
  const torch::Tensor candidates = torch::ones({4, 2});
  const torch::Tensor chosen = select_best(candidates, 1, [](const torch::Tensor& actions) {
    ADD_FAILURE() << "the critic was asked";
    return actions.sum(1);
  });
  EXPECT_TRUE(chosen.equal(candidates));
}

// From the formula in double precision; j Adam steps with rate 7e-3 from alpha = 5.
TEST(ExplorationTemperature, RelaxesAsTheSourcesDoes) {
  ExplorationTemperature temperature(5, 7e-3);
  const std::vector<std::pair<int, double>> expected{{1, 4.9651},   {10, 4.6624},  {50, 3.5583},  {100, 2.6316},
                                                     {200, 1.6532}, {300, 1.2426}, {400, 1.0747}, {500, 1.0117},
                                                     {800, 0.9841}, {1000, 0.9838}};
  int steps = 0;
  for (const auto& [step, value] : expected) {
    for (; steps < step; ++steps) temperature.relax();
    EXPECT_NEAR(temperature.value(), value, 1e-4) << "after " << step << " steps";
  }
}

}  // namespace
}  // namespace tutti
