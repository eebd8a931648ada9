// Mish (Misra 2019, arXiv:1908.08681) in vectorised loops. Diffusion policies evaluate it several million times for
// each update, where LibTorch's own would take longer than the matrix products.
#pragma once

#include "tutti/torch.hpp"

namespace tutti {

/// x <- x tanh(log(1 + e^x)), element by element, of a contiguous tensor; float32 or float64. Builds no graph.
void mish_in_place(torch::Tensor& x);

/// The loss's gradient before mish, from the one behind it and from the values x before it.
torch::Tensor mish_gradient(const torch::Tensor& gradient, const torch::Tensor& x);

}  // namespace tutti
