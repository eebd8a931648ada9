// Linear layers of K stacked networks with what follows them, forward and backward on plain tensors: no graph, no
// gradient mode. Nodes of the automatic differentiation are made of this (linear.hpp, networks.hpp).
//
// Shapes: K networks, B rows. All tensors float32, or all float64. On the CPU loops and products of our own compute
// them, elsewhere LibTorch's operators (layer_operators.hpp).
#pragma once

#include <span>
#include <vector>

#include "nn/loops.hpp"
#include "tutti/torch.hpp"

namespace tutti {

struct Layer {
  torch::Tensor weight;  // [K, in, out], each network's matrix dense
  torch::Tensor bias;    // [K, out], dense
  Activation activation = Activation::kIdentity;
  torch::Tensor weight_gradient, bias_gradient;  // what theirs are added to, strided as they are; undefined: unwanted
};

/// What one pass through layers keeps so that it can be differentiated.
struct LayersPass {
  std::vector<torch::Tensor> inputs;  // of each layer
  std::vector<torch::Tensor> kept;    // of each layer: the slopes of its activation, or its results
};

/// Layers one after the other, each activation(input weight + bias), [K, B, out of the last].
///   input   [K, B, in], or [B, in] shared by all networks; its last dimension is dense, the others may be strided
///   addend  undefined, or [K, B', out of the first], added before the first activation, each of its rows for B / B'
///           rows that follow each other; dense
///   pass    unless it is null, gets what layers_backward needs
torch::Tensor layers_forward(std::span<const Layer> layers, const torch::Tensor& input, const torch::Tensor& addend,
                             LayersPass* pass);

/// What a backward pass through layers gives beside the gradients that the layers themselves want, which it adds.
struct LayersGradients {
  torch::Tensor input;      // [K, B, in] or [B, in]; undefined if unwanted
  torch::Tensor of_addend;  // [K, B, out of the first layer]
};
LayersGradients layers_backward(std::span<const Layer> layers, const LayersPass& pass, const torch::Tensor& gradient,
                                bool wants_input);

/// The input's gradient alone, [B, in], of networks that share the input. Rows whose gradient is 0 for a network, as
/// where the smaller of two values counts, are left out of its products.
torch::Tensor shared_input_gradient(std::span<const Layer> layers, const LayersPass& pass,
                                    const torch::Tensor& gradient);

}  // namespace tutti
