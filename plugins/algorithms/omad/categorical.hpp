// Value distributions over equally spaced atoms (Bellemare, Dabney, Munos 2017, "C51"): projection of a shifted
// distribution back onto the atoms, expected value, and the cross entropy that trains the prediction.
//
//   const CategoricalSupport support{.count = 100, .limit = 500};                  // z_j = -limit ... limit
//   const torch::Tensor values = rewards + discount * support.atoms(rewards.options());   // [B, n]
//   const torch::Tensor target = support.project(next_probabilities, values);
//   categorical_loss(logits, target, 0.005).mean().backward();
//
// Shapes: B rows, n atoms; a leading "..." is any number of dimensions. float32 or float64.
#pragma once

#include <cstdint>

#include "tutti/torch.hpp"

namespace tutti {

/// The atoms z_j = -limit + j * spacing, j = 0 ... count-1. At least two.
struct CategoricalSupport {
  std::int64_t count = 100;
  double limit = 500;  // V_max

  double spacing() const { return 2 * limit / static_cast<double>(count - 1); }

  /// The atoms in ascending order, [n].
  torch::Tensor atoms(const torch::TensorOptions& options) const;

  /// Moves the mass `probabilities` [B, n], which sits at `values` [B, n], to the two nearest atoms each. Values
  /// outside the support are clipped to its ends. Keeps the total mass, and the mean of the clipped values.
  torch::Tensor project(const torch::Tensor& probabilities, const torch::Tensor& values) const;

  /// Share of the mass that project() would clip, [B]. Much more than a percent means that `limit` is too small.
  torch::Tensor clipped_mass(const torch::Tensor& probabilities, const torch::Tensor& values) const;
};

/// Mean of the distributions softmax(logits), [..., n] -> [...]. Differentiable in the logits.
torch::Tensor expected_value(const torch::Tensor& logits, const torch::Tensor& atoms);

/// Cross entropy with `target` plus a reward for the entropy of the prediction, per row, [..., n] -> [...]:
/// -sum_j m_j log p_j + entropy_coefficient * sum_j p_j log p_j with p = softmax(logits). Differentiable in the
/// logits; the target is a constant and may lack leading dimensions.
torch::Tensor categorical_loss(const torch::Tensor& logits, const torch::Tensor& target, double entropy_coefficient);

}  // namespace tutti
