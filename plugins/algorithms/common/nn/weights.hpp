// Values and gradients of networks in contiguous blocks, so that optimizers and Polyak averages run over one array
// instead of many small tensors.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tutti/random.hpp"
#include "tutti/snapshot.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// What an optimizer moves: two contiguous tensors of equal size and type. Shares memory with the tensors of a network.
struct Weights {
  torch::Tensor values;
  torch::Tensor gradient;
};

/// Parameters of K equally shaped networks: row k of values() and gradient() holds network k, and tensor(j) is a leaf
/// of the automatic differentiation that sees parameter j of all K networks, [K, shape...]. The backward pass adds into
/// gradient(). A copy of a block is another handle to the same memory.
class WeightBlock {
 public:
  using Shapes = std::vector<std::vector<std::int64_t>>;

  /// `shapes`: of every parameter of one network.
  WeightBlock(std::int64_t networks, Shapes shapes, const torch::TensorOptions& options = torch::kFloat32);

  std::int64_t networks() const { return values_.size(0); }
  const torch::Tensor& tensor(std::size_t index) const { return tensors_[index]; }
  const torch::Tensor& values() const { return values_; }      // [K, P]
  const torch::Tensor& gradient() const { return gradient_; }  // [K, P]; undefined if frozen

  Weights weights() const { return {values_.view(-1), gradient_.view(-1)}; }
  Weights weights(std::int64_t network) const { return {values_[network], gradient_[network]}; }

  WeightBlock network(std::int64_t k) const;     // K = 1, same memory
  WeightBlock frozen() const;                    // same memory, gradients do not reach it
  WeightBlock clone() const;                     // memory of its own, frozen: a target network
  WeightBlock to(torch::ScalarType type) const;  // memory of its own, with gradients

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  WeightBlock(Shapes shapes, torch::Tensor values, torch::Tensor gradient);

  Shapes shapes_;
  torch::Tensor values_, gradient_;
  std::vector<torch::Tensor> tensors_;
};

/// How the first weights are drawn. Biases are zero except with kTorch.
enum class Initialisation {
  kTorch,  // uniform in +-1/sqrt(inputs), biases too (PyTorch's Linear)
  kLecun,  // normal cut at two deviations, variance 1/inputs after the cut (Flax)
  kHaiku,  // normal cut at two deviations, deviation 1/sqrt(inputs) before the cut
};

/// Draws a matrix [inputs, outputs] and its bias [outputs], in this order.
void initialise(torch::Tensor weight, torch::Tensor bias, Initialisation initialisation, RandomStream& random);

}  // namespace tutti
