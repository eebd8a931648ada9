#include "deterministic_policy.hpp"

namespace tutti {

torch::Tensor with_noise(const torch::Tensor& actions, double deviation, double limit, RandomStream& random) {
  torch::Tensor noise = normal_tensor(random, actions.sizes()).mul_(deviation);
  if (limit > 0) noise.clamp_(-limit, limit);
  return noise.add_(actions).clamp_(-1, 1);
}

void act_deterministically(const AgentNetworks& actors, Rows<const float> observations, ActMode mode,
                           double exploration_deviation, RandomStream& random, Rows<float> actions) {
  const torch::NoGradGuard no_grad;
  torch::Tensor chosen = actors(as_tensor(observations))[0];
  if (mode == ActMode::kExplore) chosen = with_noise(chosen, exploration_deviation, 0, random);
  as_tensor(actions).copy_(chosen);
}

}  // namespace tutti
