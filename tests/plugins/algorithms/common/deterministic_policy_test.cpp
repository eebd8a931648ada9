#include "deterministic_policy.hpp"

#include <gtest/gtest.h>

#include "constant_actors.hpp"

namespace tutti {
namespace {

using torch::Tensor;

TEST(TargetNoise, IsCutAtItsLimitAndSitsThereAsOftenAsANormalDoes) {
  RandomStream random(2);
  const torch::Tensor noise = with_noise(torch::zeros({200'000, 1}), 0.2, 0.5, random);
  EXPECT_LE(noise.abs().max().item<double>(), 0.5);
  EXPECT_NEAR((noise.abs() >= 0.5).to(torch::kFloat64).mean().item<double>(), 0.0124, 0.001);  // P(|z| > 2.5)
  EXPECT_NEAR(noise.std().item<double>(), 0.2, 0.003);
  EXPECT_LE(with_noise(torch::full({1000, 1}, 0.9F), 0.2, 0.5, random).max().item<double>(), 1);
}

/// One gradient descent step of length 1 on the actors' loss with Q = a_1 a_2, from (0.1, -0.2).
TEST(ActorLoss, EachAgentSeesTheReplayedActionsOfTheOthers) {
  ConstantActors actors;
  const Tensor observations = torch::zeros({1, 1}, torch::kFloat64),
               replayed = torch::full({1, 2}, 0.5, torch::kFloat64);
  actor_loss(actors, observations, replayed, product_of_actions).backward();
  actors.descend(0);
  actors.descend(1);
  EXPECT_NEAR(actors.value(0), 0.6, 1e-12);
  EXPECT_NEAR(actors.value(1), 0.3, 1e-12);
}

TEST(ActorLoss, OnePassOverAllAgentsEqualsOneLossForEach) {
  const std::vector<AgentSpec> agents{{"a", 3, 2}, {"b", 2, 1}};
  const AgentNetworks together(agents, {.hidden = {{8, Activation::kRelu}}}, 1), apart = together.to(torch::kFloat32);
  const Mlp critic(network_seeds(2, "critic", 1), 3, layers(std::vector<std::int64_t>{8}, Activation::kRelu, 1));
  RandomStream random(3);
  const Tensor observations = normal_tensor(random, {6, 5}), replayed = normal_tensor(random, {6, 3});
  const auto value = [&](const Tensor& actions) { return critic.frozen()(actions)[0].squeeze(1); };
  actor_loss(together, observations, replayed, value).backward();
  for (std::size_t i = 0; i < 2; ++i) {
    (-value(apart.replace(replayed, i, apart.agent(i, observations)[0])).mean()).backward();
  }
  for (std::size_t group = 0; group < 2; ++group) {
    EXPECT_TRUE(together.weights()[group].gradient.allclose(apart.weights()[group].gradient, 1e-4, 1e-6));
  }
}

}  // namespace
}  // namespace tutti
