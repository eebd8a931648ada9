// Linear layers of K stacked networks with what follows them, forward and backward on plain tensors: no graph, no
// gradient mode. Nodes of the automatic differentiation are made of this (linear.hpp, networks.hpp).
//
// Shapes: K networks, B rows. All tensors float32, or all float64.
#pragma once

#include <span>
#include <vector>

#include "tutti/torch.hpp"

namespace tutti {

/// GELU is its tanh approximation, mish(x) = x tanh(softplus(x)).
enum class Activation { kIdentity, kRelu, kTanh, kMish, kGelu };

struct Layer {
  torch::Tensor weight;  // [K, in, out], each network's matrix dense
  torch::Tensor bias;    // [K, out], dense
  Activation activation = Activation::kIdentity;
  torch::Tensor weight_gradient, bias_gradient;  // what theirs are added to, strided as they are; undefined: unwanted
};

/// activation(input weight + bias + addend), [K, B, out].
///   input   [K, B, in], or [B, in] shared by all networks; its last dimension is dense, the others may be strided
///   addend  undefined, or [K, B', out], each of its rows for B / B' rows that follow each other; dense
///   kept    unless it is null, gets what activation_backward needs
torch::Tensor layer_forward(const Layer& layer, const torch::Tensor& input, const torch::Tensor& addend = {},
                            torch::Tensor* kept = nullptr);

/// The gradient before the activation from the one behind it, [K, B, out] dense; adds the bias's if that is wanted.
torch::Tensor activation_backward(const Layer& layer, const torch::Tensor& kept, const torch::Tensor& gradient);

/// Adds the weight's gradient, from the gradient before the activation and the layer's input.
void add_weight_gradient(const Layer& layer, const torch::Tensor& input, const torch::Tensor& gradient);

/// The input's gradient from the one before the activation: [K, B, in], or [B, in] if all networks share the input.
torch::Tensor input_gradient(const Layer& layer, const torch::Tensor& gradient, bool shared);

/// What one pass through layers keeps so that it can be differentiated.
struct LayersPass {
  std::vector<torch::Tensor> inputs;  // of each layer
  std::vector<torch::Tensor> kept;    // of each layer
};

/// Layers one after the other, [K, B, in] or [B, in] -> [K, B, out]; the addend is the first one's. `pass` may be null.
torch::Tensor layers_forward(std::span<const Layer> layers, const torch::Tensor& input, const torch::Tensor& addend,
                             LayersPass* pass);

/// What a backward pass through layers is for, beside the gradients that the layers themselves want.
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
