// A linear layer with what follows it as one node of the automatic differentiation, for one network or for a stack of
// equally shaped ones (agents, twin critics). Its backward pass is derived by hand.
#pragma once

#include "nn/layer.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// activation(input weight + bias + addend) for K networks and B rows.
///   input   [K, B, in], or [B, in] shared by all networks; its last dimension is dense, the others may be strided
///   weight  [K, in, out], each network's matrix dense
///   bias    [K, out]
///   addend  none, or contiguous [K, B', out], each of its rows for B / B' rows that follow each other: what another
///           part of the input has become, where it is the same for many rows or many calls
///   result  [K, B, out], contiguous
/// All float32 or all float64. Differentiable once in all four (in the addend where B' = B); without gradient mode
/// nothing is kept. The backward pass adds straight into the .grad() of a weight or bias that has one already
/// (torch::autograd::grad then finds none).
torch::Tensor linear(const torch::Tensor& input, const torch::Tensor& weight, const torch::Tensor& bias,
                     Activation activation = Activation::kIdentity, const torch::Tensor& addend = {});

/// Layers one after the other as one node: [K, B, in] or [B, in] -> [K, B, out], differentiable once in the input. The
/// backward pass adds the gradients of weights and biases where the layers want them. `weights` is a leaf, or undefined
/// if the layers want no gradients: it only lets the automatic differentiation know that there is something to do.
torch::Tensor perceptron(const std::vector<Layer>& layers, const torch::Tensor& weights, const torch::Tensor& input,
                         const torch::Tensor& addend = {});

}  // namespace tutti
