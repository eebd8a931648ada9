// Two critics as CrossQ has them (Bhatt et al. 2024): norm(input), then for every hidden layer relu(linear) and norm,
// then a linear layer. A normalization's scale and shift become part of the matrix that follows it, in training as in
// evaluation, so that no pass over the rows is made for them.
//
// Shapes: B rows, I inputs, n outputs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "nn/layer.hpp"
#include "omad/batch_renormalization.hpp"

namespace tutti::omad {

class Critics {
 public:
  Critics(std::uint64_t seed, std::int64_t inputs, const std::vector<std::int64_t>& hidden, std::int64_t outputs,
          BatchRenormalizationOptions normalization, const torch::TensorOptions& options = torch::kFloat32);

  /// Training mode: normalises by the statistics of these rows and remembers them. [B, I] -> [2, B, n], one node of the
  /// automatic differentiation, which adds the weights' gradients. Rows behind the last one with a gradient cost
  /// nothing in the last layer.
  torch::Tensor train(const torch::Tensor& input);

  /// Evaluation mode, frozen: running statistics, gradients reach the input only. [B, I] -> [2, B, n].
  torch::Tensor evaluate(const torch::Tensor& input) const;

  std::vector<Weights> weights() const;

  /// A target network's step: every weight moves by `rate` of the way to its counterpart. Running statistics are its
  /// own, of the rows that it sees in train().
  void follow(const Critics& source, double rate);

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

  const WeightBlock& block() const { return block_; }  // of the linear layers: weight and bias of each

  /// What train() leaves for its backward pass, for each layer.
  struct TrainedLayer {
    BatchRenormalization::Batch batch;
    Layer folded;  // reads the normalised rows
    LayersPass pass;
  };
  /// Adds the weights' gradients, given that of the outputs, [2, B, n].
  void backward(const std::vector<TrainedLayer>& trained, const torch::Tensor& gradient) const;

 private:
  static constexpr std::int64_t kCount = 2;

  torch::Tensor weight(std::size_t layer) const { return block_.tensor(2 * layer).detach(); }
  torch::Tensor bias(std::size_t layer) const { return block_.tensor(2 * layer + 1).detach(); }

  /// The layer behind x -> scale x + shift, [2, 1, F] each.
  Layer folded(std::size_t layer, const torch::Tensor& scale, const torch::Tensor& shift) const;

  std::vector<BatchRenormalization> norms_;
  WeightBlock block_{0, {}};
};

}  // namespace tutti::omad
