// Agents of equal sizes form a group: its networks are stacked and evaluated as one batched product, groups follow each
// other in a loop. Here is which agents are together, and the way between joint rows and what a group's networks read.
//
// Shapes: B rows, N agents, O and A the sums of their observation and action sizes, in the environment's order; n
// members of a group, each with o and d of them.
#pragma once

#include <span>
#include <vector>

#include "tutti/environment.hpp"
#include "tutti/torch.hpp"

namespace tutti {

class AgentGroups {
 public:
  struct Agent {
    std::int64_t observation_offset, observation_size, action_offset, action_size;  // its columns of joint rows
    std::size_t group, place;                                                       // its number among the members
  };

  /// With `share_parameters` a group has one network instead of one for each member: it reads the members' rows one
  /// after the other, and finds the agent's identity, one-hot, behind the observation. Throws Error if there are no
  /// agents.
  AgentGroups(const std::vector<AgentSpec>& agents, bool share_parameters);

  std::size_t agents() const { return agents_.size(); }
  const Agent& agent(std::size_t index) const { return agents_[index]; }

  std::size_t count() const { return members_.size(); }
  const std::vector<std::size_t>& members(std::size_t group) const { return members_[group]; }  // agent numbers
  std::int64_t action_size(std::size_t group) const { return first(group).action_size; }
  std::int64_t inputs(std::size_t group) const;  // o, or o + N
  bool shared() const { return shared_; }

  /// Of the group's networks, from one seed for each agent.
  std::vector<std::uint64_t> seeds(std::size_t group, std::span<const std::uint64_t> of_agents) const;

  /// [B, O] -> [n, B, o], which may be a view; shared [1, n B, o + N].
  torch::Tensor observations(std::size_t group, const torch::Tensor& joint) const;
  /// [B, A] -> [n, B, d], which may be a view; shared [1, n B, d].
  torch::Tensor actions(std::size_t group, const torch::Tensor& joint) const;
  /// One agent's alone, [B, O] -> [1, B, o], which may be a view; shared [1, B, o + N].
  torch::Tensor observation(std::size_t agent, const torch::Tensor& joint) const;

  /// The inverse for what the networks of every group return, `outputs` numbers for each action: [n, B, outputs d] or
  /// [1, n B, outputs d] -> [outputs, B, A].
  torch::Tensor joint(const std::vector<torch::Tensor>& by_group, std::int64_t outputs = 1) const;

 private:
  const Agent& first(std::size_t group) const { return agents_[members_[group].front()]; }
  torch::Tensor columns(std::size_t group, const torch::Tensor& joint, std::int64_t Agent::*offset,
                        std::int64_t size) const;
  torch::Tensor with_identities(const torch::Tensor& observations, std::span<const std::size_t> members) const;

  bool shared_;
  std::vector<Agent> agents_;
  std::vector<std::vector<std::size_t>> members_;
};

}  // namespace tutti
