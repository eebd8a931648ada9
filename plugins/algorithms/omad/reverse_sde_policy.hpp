// A diffusion policy for N equally shaped agents: the chain of reverse_sde.hpp with one score network for each agent,
// as DIME has it (Celik et al. 2025, arXiv:2502.02316). Agents share nothing; they are only evaluated side by side.
//
//   ReverseSdePath path = policy.sample(observations, policy.noise(random, rows));         // no gradient
//   ...
//   ReverseSdePolicy::Recording recording = policy.record(observations, noise);            // to be differentiated
//   policy.backward(recording, action_gradient, running_cost_gradient);                    // adds to the gradients
//
// Shapes: N agents, B rows, O observation, d action dimensions, T steps.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "nn/layer.hpp"
#include "omad/reverse_sde.hpp"
#include "tutti/random.hpp"
#include "tutti/snapshot.hpp"

namespace tutti {

struct ReverseSdePolicyOptions {
  ReverseSdeOptions chain;
  std::int64_t width = 256;  // of the hidden layers and of the time embedding
  std::int64_t hidden_layers = 3;
};

/// The score networks f(k, x, o) of N agents, one WeightBlock.
///
///   z_j = w_j k + p_j,  w = linspace(0.1, 100),  p learned           k is the step's number, not a fraction
///   t   = linear(gelu(linear([sin z, cos z])))
///   f   = clip(output(gelu(...gelu(linear([x, o, t])))), -1e4, 1e4)
///
/// The first layer of [x, o, t] is evaluated in its three parts: t depends on the step only and o not on it, so only
/// the part of x is computed in every step.
class ScoreNetwork {
 public:
  /// One network for each seed.
  ScoreNetwork(std::span<const std::uint64_t> seeds, std::int64_t observation_size, std::int64_t action_size,
               const ReverseSdePolicyOptions& options, const torch::TensorOptions& tensors);

  /// The networks for fixed observations [N, B, O].
  class ForObservations final : public ScoreFunction {
   public:
    ForObservations(const ScoreNetwork& network, const torch::Tensor& observations, bool keep);

    torch::Tensor forward(std::int64_t step, const torch::Tensor& position) override;
    torch::Tensor backward(std::int64_t step, const torch::Tensor& score_gradient) override;

    /// Sends back what backward() has gathered for the parts that all steps share. Once, after the last backward().
    void finish_backward();

   private:
    std::span<const Layer> layers(std::int64_t step);

    const ScoreNetwork& network_;
    bool keep_;
    torch::Tensor sine_, cosine_;                         // of z
    LayersPass time_pass_, observation_pass_;             // behind both parts, if they are kept
    torch::Tensor time_part_, observation_part_;          // of the first layer, [N, T, H] and [N, B, H]
    torch::Tensor time_gradient_, observation_gradient_;  // the same for theirs, summed over the steps so far
    std::vector<Layer> first_layers_;                     // of the body, one for each step
    std::vector<Layer> layers_;                           // of the body; the first one is that of the present step
    std::vector<LayersPass> passes_;                      // one for each step
  };

  const WeightBlock& block() const { return block_; }

 private:
  Layer layer(std::size_t weight, std::size_t bias, Activation activation) const;
  std::vector<Layer> time_layers() const;  // from [sin z, cos z] to the first layer's part of t

  std::int64_t steps_;
  std::int64_t hidden_layers_;
  torch::Tensor angles_;  // w_j k, [1, T, H]
  WeightBlock block_;
};

/// N agents' diffusion policies.
class ReverseSdePolicy {
 public:
  /// One agent for each seed; an agent's first weights depend on its seed alone.
  ReverseSdePolicy(std::span<const std::uint64_t> seeds, std::int64_t observation_size, std::int64_t action_size,
                   const ReverseSdePolicyOptions& options, const torch::TensorOptions& tensors = torch::kFloat32);

  /// Standard normal noise for `rows` paths of every agent, [T+1, N, rows, d].
  torch::Tensor noise(RandomStream& random, std::int64_t rows) const;

  /// Samples actions at observations [N, B, O].
  ReverseSdePath sample(const torch::Tensor& observations, const torch::Tensor& noise) const;

  /// A sampled batch that can be differentiated once.
  struct Recording {
    ReverseSdePath path;
    std::unique_ptr<ScoreNetwork::ForObservations> score;
  };
  Recording record(const torch::Tensor& observations, const torch::Tensor& noise) const;

  /// Adds to the gradients of all parameters, given those of the actions [N, B, d] and of the running cost [N, B].
  void backward(Recording& recording, const torch::Tensor& action_gradient, const torch::Tensor& running_gradient);

  const ReverseSde& chain() const { return chain_; }
  const ScoreNetwork& score() const { return score_; }
  std::vector<Weights> weights() const { return {chain_.block().weights(), score_.block().weights()}; }

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  std::int64_t agents_, action_size_;
  torch::TensorOptions tensors_;
  ReverseSde chain_;
  ScoreNetwork score_;
};

}  // namespace tutti
