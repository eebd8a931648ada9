// Two agents whose actions are one number each, whatever they see: small enough to follow an update by hand.
#pragma once

#include "tutti/torch.hpp"

namespace tutti {

/// With the interface that the actor updates need of AgentNetworks.
struct ConstantActors {
  std::vector<torch::Tensor> theta{number(0.1), number(-0.2)};

  static torch::Tensor number(double value) { return torch::full({1}, value, torch::kFloat64).requires_grad_(true); }

  torch::Tensor operator()(const torch::Tensor& observations) const {
    return torch::stack(theta, 1).expand({observations.size(0), 2}).unsqueeze(0);
  }
  torch::Tensor agent(std::size_t i, const torch::Tensor& observations) const {
    return theta[i].expand({observations.size(0), 1}).unsqueeze(0);
  }
  torch::Tensor replace(const torch::Tensor& joint, std::size_t agent, const torch::Tensor& actions) const {
    return agent == 0 ? torch::cat({actions, joint.narrow(1, 1, 1)}, 1)
                      : torch::cat({joint.narrow(1, 0, 1), actions}, 1);
  }
  std::size_t agents() const { return 2; }
  std::int64_t action_offset(std::size_t agent) const { return static_cast<std::int64_t>(agent); }
  std::int64_t action_size(std::size_t) const { return 1; }

  /// Gradient descent with step 1 on one agent.
  void descend(std::size_t i) {
    const torch::NoGradGuard no_grad;
    theta[i].sub_(theta[i].grad());
    theta[i].mutable_grad() = torch::Tensor();
  }
  double value(std::size_t i) const { return theta[i].item<double>(); }
};

/// Q(s, a) = a_1 a_2, [B, 2] -> [B].
inline torch::Tensor product_of_actions(const torch::Tensor& actions) {
  return actions.select(1, 0) * actions.select(1, 1);
}

}  // namespace tutti
