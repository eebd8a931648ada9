#include "gaussian_actors.hpp"

#include "tutti/torch.hpp"

namespace tutti {

SquashedSample sample_of(const torch::Tensor& outputs, RandomStream& random) {
  const torch::Tensor mean = outputs[0], log_deviation = outputs[1];
  return squashed_gaussian(mean, log_deviation, normal_tensor(random, mean.sizes(), mean.device()));
}

GaussianActors::GaussianActors(const std::vector<AgentSpec>& agents, std::vector<LayerSpec> hidden,
                               bool share_parameters, std::uint64_t seed, torch::Device device)
    : networks_(agents,
                {.hidden = std::move(hidden),
                 .outputs_per_action = 2,
                 .share_parameters = share_parameters,
                 .device = device},
                seed) {}

SquashedSample GaussianActors::sample(const torch::Tensor& observations, RandomStream& random) const {
  return sample_of(networks_(observations), random);
}

void GaussianActors::act(Rows<const float> observations, ActMode mode, RandomStream& random,
                         Rows<float> actions) const {
  const torch::NoGradGuard no_grad;
  const torch::Tensor outputs = networks_(on_device(as_tensor(observations), networks_.device()));
  const bool deterministic = mode == ActMode::kDeterministic;
  as_tensor(actions).copy_(deterministic ? torch::tanh(outputs[0]) : sample_of(outputs, random).actions);
}

}  // namespace tutti
