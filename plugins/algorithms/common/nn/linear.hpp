// A linear layer with what follows it, for one network or for a stack of equally shaped ones (agents, twin critics):
// one autograd node whose products go through matrix_product and whose backward pass is derived by hand.
#pragma once

#include "tutti/torch.hpp"

namespace tutti {

/// GELU is its tanh approximation, mish(x) = x tanh(softplus(x)).
enum class Activation { kIdentity, kRelu, kTanh, kMish, kGelu };

/// activation(input weight + bias + addend) for K networks and B rows.
///   input   [K, B, in], or [B, in] shared by all networks; its last dimension is dense, the others may be strided
///   weight  [K, in, out], each network's matrix dense
///   bias    [K, out]
///   addend  none, or contiguous [K, B', out], each of its rows for B / B' rows that follow each other: what another
///   part
///           of the input has become, where it is the same for many rows or many calls
///   result  [K, B, out], contiguous
/// All float32 or all float64. Differentiable once in all four (in the addend where B' = B); without gradient mode
/// nothing is kept. The backward pass adds straight into the .grad() of a weight or bias that has one already
/// (torch::autograd::grad then finds none).
torch::Tensor linear(const torch::Tensor& input, const torch::Tensor& weight, const torch::Tensor& bias,
                     Activation activation = Activation::kIdentity, const torch::Tensor& addend = {});

}  // namespace tutti
