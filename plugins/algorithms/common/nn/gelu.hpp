// GELU in its tanh approximation, in vectorised loops: with u = sqrt(2/pi) (x + 0.044715 x^3),
// 0.5 x (1 + tanh u) = x / (1 + e^(-2u)).
#pragma once

#include "tutti/torch.hpp"

namespace tutti {

/// GELU, element by element, float32 or float64. Differentiable once.
torch::Tensor gelu(const torch::Tensor& x);

/// The loss's gradient before GELU, from the one behind it and from the values x before it.
torch::Tensor gelu_gradient(const torch::Tensor& gradient, const torch::Tensor& x);

}  // namespace tutti
