// Batch renormalization (Ioffe 2017) in the form that CrossQ (Bhatt et al. 2024) made popular for critics: plain batch
// normalization for the first `warmup` training passes, afterwards corrected towards the running statistics.
//
//   per feature, with batch mean mu and biased batch variance s^2 over the rows, running mean m and variance v:
//     rho   = clip(sqrt(s^2 + eps) / sqrt(v + eps), 1/ratio_max, ratio_max)         constant for the gradient
//     delta = clip((mu - m) / sqrt(v + eps), -shift_max, shift_max)                 constant for the gradient
//     M = mu - delta s / rho,   S = s^2 / rho^2        (before the warm-up is over: M = mu, S = s^2)
//     y = g (x - M) / sqrt(S + eps) + b
//     m <- momentum m + (1 - momentum) mu,   v <- momentum v + (1 - momentum) s^2
//
// Gradients flow through mu and s^2 into every row of the batch, also into rows whose outputs no loss uses.
// Shapes: C independent layers side by side (the two critics), n rows, F features.
#pragma once

#include <cstdint>
#include <string_view>

#include "nn/weights.hpp"
#include "tutti/snapshot.hpp"
#include "tutti/torch.hpp"

namespace tutti {

struct BatchRenormalizationOptions {
  double momentum = 0.99;
  double epsilon = 1e-3;
  double ratio_max = 3;           // r_max
  double shift_max = 5;           // d_max
  std::int64_t warmup = 100'000;  // training passes with plain batch normalization
};

class BatchRenormalization {
 public:
  BatchRenormalization(std::int64_t layers, std::int64_t features, BatchRenormalizationOptions options = {},
                       const torch::TensorOptions& tensors = torch::kFloat32);

  /// A batch in training mode.
  struct Batch {
    torch::Tensor normalised;  // x^ = (x - M) / sqrt(S + eps), [C, n, F]: y = g x^ + b
    torch::Tensor statistics;  // what it was normalised with, [6, C, F]
  };

  /// Normalises [C, n, F] by the batch's statistics and updates the running ones. Scale and shift are left to what
  /// reads the result.
  Batch normalise(const torch::Tensor& input);

  /// The input's gradient, [C, n, F], from that of the normalised rows: of the first of them, [C, m, F], that of the
  /// others is 0. `sum` is that gradient's sum over the rows, `product` that of it times the normalised rows, [C, 1,
  /// F].
  static torch::Tensor input_gradient(const Batch& batch, const torch::Tensor& gradient, const torch::Tensor& sum,
                                      const torch::Tensor& product);

  /// Normalises by the running statistics; changes nothing.
  torch::Tensor evaluate(const torch::Tensor& input) const;

  /// evaluate() as y = scale * x + shift, both [C, 1, F], without gradient: to be folded into the next matrix.
  struct Affine {
    torch::Tensor scale;
    torch::Tensor shift;
  };
  Affine affine() const;

  /// Scale g and shift b, [C, 1, F] each: what an optimizer moves.
  const WeightBlock& block() const { return block_; }

  const torch::Tensor& running_mean() const { return running_mean_; }          // [C, 1, F]
  const torch::Tensor& running_variance() const { return running_variance_; }  // [C, 1, F]
  std::int64_t passes() const { return passes_; }                              // training passes so far

  /// Scale, shift, running statistics and the number of passes.
  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  Batch normalise_by_operators(const torch::Tensor& input, bool corrects);

  BatchRenormalizationOptions options_;
  WeightBlock block_;
  torch::Tensor running_mean_;
  torch::Tensor running_variance_;
  std::int64_t passes_ = 0;
};

}  // namespace tutti
