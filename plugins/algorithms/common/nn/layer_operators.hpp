// layer.hpp by LibTorch's operators; arguments and results are the same.
#pragma once

#include "nn/layer.hpp"

namespace tutti {

torch::Tensor layers_forward_by_operators(std::span<const Layer> layers, const torch::Tensor& input,
                                          const torch::Tensor& addend, LayersPass* pass);
LayersGradients layers_backward_by_operators(std::span<const Layer> layers, const LayersPass& pass,
                                             const torch::Tensor& gradient, bool wants_input);

}  // namespace tutti
