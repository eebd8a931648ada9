// How deterministic actors act, how a target action is blurred (Fujimoto et al. 2018, target policy smoothing), and the
// loss of actors that improve each on its own. Shapes: B batch, N agents, O and A the sums of observation and action
// sizes.
#pragma once

#include <vector>

#include "nn/networks.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// actions + noise, cut to [-1, 1]; the noise has `deviation` and is itself cut to [-limit, limit] if limit > 0.
torch::Tensor with_noise(const torch::Tensor& actions, double deviation, double limit, RandomStream& random);

/// Writes the actors' actions; in ActMode::kExplore with noise of `exploration_deviation`. A sample of a deterministic
/// policy is its action.
void act_deterministically(const AgentNetworks& actors, Rows<const float> observations, ActMode mode,
                           double exploration_deviation, RandomStream& random, Rows<float> actions);

/// Where an agent's actions are among the joint ones.
struct ActionColumns {
  std::int64_t begin, size;
};

/// The joint actions at which the agents' gradients are taken, [N B, A]: block i has the replayed actions, except that
/// agent i's part comes from its present actor. Gradients of block i reach actor i alone. One node of the automatic
/// differentiation.
torch::Tensor own_action_replaced(const std::vector<ActionColumns>& agents, const torch::Tensor& replayed,
                                  const torch::Tensor& present);

/// Sum over agents of the loss -mean Q_1(s, replayed actions but for the agent's own), in one pass over N B rows.
/// `value(actions)` is Q_1 (or Q) of the batch's states, repeated for each agent, [N B, A] -> [N B].
template <class Actors, class Value>
torch::Tensor actor_loss(const Actors& actors, const torch::Tensor& observations, const torch::Tensor& replayed,
                         const Value& value) {
  std::vector<ActionColumns> agents;
  for (std::size_t i = 0; i < actors.agents(); ++i) agents.push_back({actors.action_offset(i), actors.action_size(i)});
  const torch::Tensor joint = own_action_replaced(agents, replayed, actors(observations)[0]);
  return -value(joint).sum() / observations.size(0);
}

}  // namespace tutti
