// One noise predictor for each agent: a diffusion policy that factorises over the agents.
// Source: network and time embedding of the public code of arXiv:2502.00361 (DPMD, SDAC).
//
//   embedding of step t:  e_t = Linear(mish(Linear(s_t))),  s_t = [sin(t f), cos(t f)] / sqrt(16),  f_j = 10000^(-j/8)
//   noise in x_t:         eps_i(o_i, x_i, t) = MLP_i([x_i, o_i, e_t]), mish after every hidden layer
//
// Sampling splits the first layer: W_o o + b is computed once for each observation and serves all steps and particles,
// W_e e_t once for each step; inside the chain only W_x x remains.
//
// Shapes: B rows, N agents, O the sum of observation sizes, A of action sizes, T steps.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ddpm/ddpm.hpp"
#include "nn/networks.hpp"

namespace tutti {

struct DenoiserOptions {
  std::vector<std::int64_t> hidden_sizes{128, 128, 128};
  std::int64_t steps = 20;        // T
  bool share_parameters = false;  // one network for all agents of equal sizes, as AgentGroups has it
  torch::Device device = torch::kCPU;
};

/// A copy is another handle to the same weights.
class AgentDenoisers {
 public:
  /// Throws Error if there are no agents. Agent i's first weights depend on `seed` and i alone.
  AgentDenoisers(const std::vector<AgentSpec>& agents, const DenoiserOptions& options, std::uint64_t seed);

  /// The noise that every agent sees in its part of `noisy` [B, A], at each row's own step [B] (int64): [B, A].
  torch::Tensor operator()(const torch::Tensor& observations, const torch::Tensor& noisy,
                           const torch::Tensor& step) const;

  /// Joint actions of `particles` independent chains for each row of `observations` [B, O], without gradient:
  /// [B * particles, A], those of one row side by side.
  torch::Tensor sample(const torch::Tensor& observations, std::int64_t particles, const DiffusionSchedule& schedule,
                       double initial_deviation, RandomStream& random) const;

  torch::Device device() const { return positions_.device(); }
  std::vector<Weights> weights() const;

  AgentDenoisers clone() const;  // memory of its own, without gradients
  /// These weights <- (1 - rate) these + rate source.
  void follow(const AgentDenoisers& source, double rate) const;

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  struct Networks {  // of one group
    Mlp time;        // embedding of the step
    Mlp body;
  };

  torch::Tensor sample_group(std::size_t group, const torch::Tensor& observations, std::int64_t particles,
                             const DiffusionSchedule& schedule, double initial_deviation, RandomStream& random) const;

  std::size_t hidden_layers_;
  torch::Tensor positions_;  // s_0 ... s_{T-1}, [T, 16]
  AgentGroups groups_;
  std::vector<Networks> networks_;
};

}  // namespace tutti
