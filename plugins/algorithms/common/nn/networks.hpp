// Multilayer perceptrons in stacks, and one network for each agent.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "nn/agent_groups.hpp"
#include "nn/linear.hpp"
#include "nn/weights.hpp"

namespace tutti {

/// One layer: its width and what follows the product.
struct LayerSpec {
  std::int64_t size = 0;
  Activation activation = Activation::kIdentity;
};

/// Hidden layers of the given widths with one activation, then a layer of `outputs`.
std::vector<LayerSpec> layers(std::span<const std::int64_t> hidden, Activation activation, std::int64_t outputs,
                              Activation output_activation = Activation::kIdentity);

/// Seeds of the networks 0..count-1 called `name`, so that a network's first weights depend on nothing but its number.
std::vector<std::uint64_t> network_seeds(std::uint64_t seed, std::string_view name, std::int64_t count);

/// K equally shaped multilayer perceptrons evaluated as one. A copy is another handle to the same weights.
class Mlp {
 public:
  /// One network for each seed; the same first weights on every device.
  Mlp(std::span<const std::uint64_t> seeds, std::int64_t inputs, std::vector<LayerSpec> layers,
      torch::Device device = torch::kCPU, Initialisation initialisation = Initialisation::kTorch);

  /// [K, B, inputs], or [B, inputs] shared by all networks -> [K, B, outputs].
  torch::Tensor operator()(const torch::Tensor& input) const;

  /// The same in two parts, where the first columns of the input stay the same for many rows or many calls: what the
  /// first layer makes of them, [B, S] -> [K, B, width], and the networks on the columns that follow, whose rows come
  /// in equal numbers for each row of the first part, [R, inputs - S] -> [K, R, outputs]. Differentiable in the columns
  /// that follow and in nothing else; the weights get no gradients.
  torch::Tensor first_part(const torch::Tensor& input) const;
  torch::Tensor continued(const torch::Tensor& part, const torch::Tensor& rest) const;

  std::int64_t networks() const { return block_.networks(); }
  const WeightBlock& block() const { return block_; }
  Weights weights() const { return block_.weights(); }

  Mlp network(std::int64_t k) const { return {block_.network(k), specs_}; }  // K = 1, same memory
  Mlp frozen() const { return {block_.frozen(), specs_}; }  // same memory; gradients pass through, not into it
  Mlp clone() const { return {block_.clone(), specs_}; }    // a target network: memory of its own, frozen
  Mlp to(torch::ScalarType type) const { return {block_.to(type), specs_}; }

  void save(SnapshotWriter& writer, std::string_view name) const { block_.save(writer, name); }
  void load(SnapshotReader& reader, std::string_view name) { block_.load(reader, name); }

 private:
  Mlp(WeightBlock block, std::vector<LayerSpec> specs);

  std::vector<LayerSpec> specs_;
  WeightBlock block_;
  std::vector<Layer> layers_;  // views into the block
};

/// What every agent's network has in common.
struct AgentNetworkSpec {
  std::vector<LayerSpec> hidden;
  std::int64_t outputs_per_action = 1;  // 2 for a mean and a logarithm of the deviation
  Activation output_activation = Activation::kIdentity;
  bool share_parameters = false;  // one network for all agents of equal sizes, as AgentGroups has it
  torch::Device device = torch::kCPU;
};

/// One network for each agent. Agents of equal sizes are stacked into one product, others follow in a loop; the results
/// are the same. N agents, O the sum of observation sizes, A of action sizes.
class AgentNetworks {
 public:
  /// Throws Error if there are no agents. Agent i's first weights depend on `seed` and i alone.
  AgentNetworks(const std::vector<AgentSpec>& agents, const AgentNetworkSpec& spec, std::uint64_t seed);

  /// Outputs of all agents, [B, O] -> outputs_per_action tensors [B, A] in agent order, stacked: [outputs, B, A].
  torch::Tensor operator()(const torch::Tensor& observations) const;

  /// Outputs of one agent, [B, O] -> [outputs, B, d_i].
  torch::Tensor agent(std::size_t index, const torch::Tensor& observations) const;

  std::size_t agents() const { return groups_.agents(); }
  torch::Device device() const { return networks_.front().block().values().device(); }
  std::int64_t action_offset(std::size_t agent) const { return groups_.agent(agent).action_offset; }
  std::int64_t action_size(std::size_t agent) const { return groups_.agent(agent).action_size; }
  /// `joint` [B, A] with the columns of one agent replaced by `actions` [B, d_i].
  torch::Tensor replace(const torch::Tensor& joint, std::size_t agent, const torch::Tensor& actions) const;

  /// Weights of the stacks, for one optimizer over all agents.
  std::vector<Weights> weights() const;
  /// Weights for one optimizer each: entry optimizer_of(i) is agent i's; agents that share a network share the entry.
  std::vector<Weights> weights_by_network() const;
  std::size_t optimizer_of(std::size_t agent) const;

  /// The stacks themselves, one for each group of equal agents.
  std::vector<WeightBlock> blocks() const;

  AgentNetworks clone() const;  // as Mlp's
  AgentNetworks to(torch::ScalarType type) const;

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  AgentNetworks(std::int64_t outputs_per_action, AgentGroups groups, std::vector<Mlp> networks);

  std::int64_t outputs_per_action_;
  AgentGroups groups_;
  std::vector<Mlp> networks_;   // one for each group: a stack with one network for each member, or one for all
  std::vector<Mlp> of_agents_;  // the same, agent by agent
};

/// Networks at fixed observations [B, O], for updates that move one agent after another: what a network makes of them
/// is computed once, and again only after it has moved.
class AgentsAtObservations {
 public:
  /// Evaluates every agent's network with a graph if gradient mode is on.
  AgentsAtObservations(const AgentNetworks& networks, torch::Tensor observations);

  /// As AgentNetworks has them, [outputs, B, A] without gradient and [outputs, B, d_i] with a graph for one backward
  /// pass. Of a network that has moved, joint() has the outputs before that.
  torch::Tensor joint() const;
  torch::Tensor agent(std::size_t index) const;
  torch::Tensor replace(const torch::Tensor& joint, std::size_t agent, const torch::Tensor& actions) const {
    return networks_.replace(joint, agent, actions);
  }

  /// The weights of an agent's network have changed.
  void moved(std::size_t agent);

 private:
  const AgentNetworks& networks_;
  torch::Tensor observations_;
  std::vector<torch::Tensor> outputs_;  // as they were at first, for each agent
  std::vector<bool> moved_;
};

}  // namespace tutti
