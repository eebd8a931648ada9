// How deterministic actors act, and how a target action is blurred (Fujimoto et al. 2018, target policy smoothing).
#pragma once

#include "networks.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// actions + noise, cut to [-1, 1]; the noise has `deviation` and is itself cut to [-limit, limit] if limit > 0.
torch::Tensor with_noise(const torch::Tensor& actions, double deviation, double limit, RandomStream& random);

/// Writes the actors' actions; in ActMode::kExplore with noise of `exploration_deviation`. A sample of a deterministic
/// policy is its action.
void act_deterministically(const AgentNetworks& actors, Rows<const float> observations, ActMode mode,
                           double exploration_deviation, RandomStream& random, Rows<float> actions);

}  // namespace tutti
