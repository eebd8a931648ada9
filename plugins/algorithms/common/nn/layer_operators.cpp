#include "nn/layer_operators.hpp"

#include <cmath>
#include <numbers>
#include <utility>

namespace tutti {
namespace {

using torch::Tensor;

/// GELU and mish with their slopes, as elementwise.hpp has them.
std::pair<Tensor, Tensor> value_and_slope(Activation kind, const Tensor& x) {
  if (kind == Activation::kMish) {
    const Tensor gate = torch::tanh(torch::softplus(x));
    return {x * gate, gate + x * (1 - gate.square()) * torch::sigmoid(x)};
  }
  const double root = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, cubic = root * 0.044715;
  const Tensor square = x.square(), gate = 0.5 * torch::tanh(x * (root + cubic * square)) + 0.5;
  return {x * gate, gate + x * (gate - gate.square()) * (2 * root + 6 * cubic * square)};
}

Tensor activated(Activation kind, const Tensor& x) {
  switch (kind) {
    case Activation::kIdentity:
      return x;
    case Activation::kRelu:
      return torch::relu(x);
    case Activation::kTanh:
      return torch::tanh(x);
    case Activation::kMish:
    case Activation::kGelu:
      break;
  }
  return value_and_slope(kind, x).first;
}

/// The gradient before the activation, from the one behind it and from what forward kept.
Tensor before_activation(Activation kind, const Tensor& gradient, const Tensor& kept) {
  if (kind == Activation::kRelu) return gradient.masked_fill(kept <= 0, 0);
  if (kind == Activation::kTanh) return gradient * (1 - kept.square());
  return keeps_slopes(kind) ? gradient * kept : gradient;
}

/// [K, B, in], of an input that all networks may share.
Tensor of_networks(const Tensor& input, std::int64_t networks) {
  return input.dim() == 2 ? input.unsqueeze(0).expand({networks, -1, -1}) : input;
}

/// What comes before the activation.
Tensor product(const Layer& layer, const Tensor& input, const Tensor& addend) {
  const Tensor rows = of_networks(input, layer.weight.size(0));
  const Tensor result = torch::baddbmm(layer.bias.unsqueeze(1), rows, layer.weight);
  if (!addend.defined()) return result;
  return (result.unflatten(1, {addend.size(1), -1}) + addend.unsqueeze(2)).flatten(1, 2);
}

}  // namespace

Tensor layers_forward_by_operators(std::span<const Layer> layers, const Tensor& input, const Tensor& addend,
                                   LayersPass* pass) {
  Tensor rows = input;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const Tensor before = product(layer, rows, i == 0 ? addend : Tensor());
    if (pass != nullptr) pass->inputs.push_back(rows);
    if (pass != nullptr && keeps_slopes(layer.activation)) {
      const auto [value, slope] = value_and_slope(layer.activation, before);
      pass->kept.push_back(slope);
      rows = value;
    } else {
      rows = activated(layer.activation, before);
      // The result becomes part of a graph; what the graph keeps of it must not own that graph.
      if (pass != nullptr) pass->kept.push_back(rows.detach());
    }
  }
  return rows;
}

LayersGradients layers_backward_by_operators(std::span<const Layer> layers, const LayersPass& pass,
                                             const Tensor& gradient, bool wants_input) {
  LayersGradients result;
  Tensor behind = gradient;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const Layer& layer = layers[i];
    const Tensor before = before_activation(layer.activation, behind, pass.kept[i]);
    if (layer.bias_gradient.defined()) layer.bias_gradient.add_(before.sum(1));
    if (layer.weight_gradient.defined()) {
      const Tensor rows = of_networks(pass.inputs[i], layer.weight.size(0));
      layer.weight_gradient.add_(torch::bmm(rows.transpose(1, 2), before));
    }
    if (i == 0) result.of_addend = before;
    if (i > 0 || wants_input) behind = torch::bmm(before, layer.weight.transpose(1, 2));
  }
  if (wants_input) result.input = pass.inputs.front().dim() == 2 ? behind.sum(0) : behind;
  return result;
}

}  // namespace tutti
