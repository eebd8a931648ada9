// Diffusion policies of a whole team. Agents of equal sizes are evaluated as one batched product, others one group
// after the other. Every agent has its own parameters unless it is told to share them, and its action depends on its
// own observation only.
//
// Shapes: B rows, O and A the sums of the agents' observation and action sizes, agents in the environment's order.
#pragma once

#include <string_view>
#include <vector>

#include "nn/agent_groups.hpp"
#include "omad/reverse_sde_policy.hpp"

namespace tutti {

class ReverseSdeTeam {
 public:
  /// Agent i's first weights depend on `seed` and i alone. With `share_parameters` agents of equal sizes have one
  /// policy, as AgentGroups has it. Throws Error if there are no agents.
  ReverseSdeTeam(const std::vector<AgentSpec>& agents, const ReverseSdePolicyOptions& options, std::uint64_t seed,
                 const torch::TensorOptions& tensors = torch::kFloat32, bool share_parameters = false);

  /// Joint actions and the costs of their paths, summed over the agents.
  struct Sample {
    torch::Tensor actions;       // [B, A]
    torch::Tensor running_cost;  // [B], R
    torch::Tensor cost;          // [B], C = R + P; its negative mean bounds the joint entropy from below
  };

  /// Samples at the joint observations [B, O], without gradient. `last_noise = false` leaves out the noise of the last
  /// step, which gives calmer actions whose costs mean nothing.
  Sample sample(const torch::Tensor& joint, RandomStream& random, bool last_noise = true) const;

  /// The same, to be differentiated once.
  struct Recording {
    Sample sample;
    std::vector<ReverseSdePolicy::Recording> groups;
  };
  Recording record(const torch::Tensor& joint, RandomStream& random) const;

  /// Adds to the gradients of all agents, given the loss's gradients with respect to the actions [B, A] and to every
  /// row's cost, a tensor without dimensions (P is a constant, so that of R and of C are the same).
  void backward(Recording& recording, const torch::Tensor& action_gradient, const torch::Tensor& cost_gradient);

  const AgentGroups& groups() const { return groups_; }
  const ReverseSdePolicy& policy(std::size_t group) const { return policies_[group]; }

  double mean_time_step() const;
  double mean_friction() const;
  double mean_last_deviation() const;  // of the noise of the last step

  std::vector<Weights> weights() const;

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  torch::Tensor observations(std::size_t group, const torch::Tensor& joint) const;
  torch::Tensor noise(std::size_t group, RandomStream& random, std::int64_t rows) const;
  Sample join(const std::vector<const ReverseSdePath*>& paths, std::int64_t rows) const;

  AgentGroups groups_;
  std::vector<ReverseSdePolicy> policies_;  // one for each group
};

}  // namespace tutti
