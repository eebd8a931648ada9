// One squashed Gaussian policy for each agent.
#pragma once

#include "gaussian_policy.hpp"
#include "nn/networks.hpp"
#include "tutti/algorithm.hpp"

namespace tutti {

/// A sample of the policies whose networks' outputs are [2, B, d]: actions and log-densities by element, [B, d].
SquashedSample sample_of(const torch::Tensor& outputs, RandomStream& random);

/// Networks that give every action dimension a mean and a logarithm of the deviation.
class GaussianActors {
 public:
  /// `hidden` as the source has it, its last activation included. `seed` decides the first weights, not the samples.
  GaussianActors(const std::vector<AgentSpec>& agents, std::vector<LayerSpec> hidden, bool share_parameters,
                 std::uint64_t seed, torch::Device device = torch::kCPU);

  /// A sample of all agents' policies, [B, O] -> actions and log-densities by element, [B, A].
  SquashedSample sample(const torch::Tensor& observations, RandomStream& random) const;

  /// tanh(mean) in ActMode::kDeterministic, a sample otherwise.
  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) const;

  const AgentNetworks& networks() const { return networks_; }

  void save(SnapshotWriter& writer, std::string_view name) const { networks_.save(writer, name); }
  void load(SnapshotReader& reader, std::string_view name) { networks_.load(reader, name); }

 private:
  AgentNetworks networks_;
};

}  // namespace tutti
