#include "nn/layer.hpp"

#include <algorithm>

#include "nn/layer_operators.hpp"
#include "nn/matrix_product.hpp"
#include "nn/operators.hpp"

namespace tutti {
namespace {

using torch::Tensor;

/// Network k's part of [K, ...]; null if the tensor is undefined.
template <class Real>
Real* part_of(const Tensor& tensor, std::int64_t k) {
  return tensor.defined() ? tensor.data_ptr<Real>() + k * tensor.stride(0) : nullptr;
}

/// A layer of one network.
template <class Real>
struct NetworkLayer {
  std::int64_t in, out;
  const Real *weight, *bias;
  Activation activation;
  Real *weight_gradient, *bias_gradient;  // null: unwanted

  NetworkLayer(const Layer& layer, std::int64_t k)
      : in(layer.weight.size(1)),
        out(layer.weight.size(2)),
        weight(part_of<Real>(layer.weight, k)),
        bias(part_of<Real>(layer.bias, k)),
        activation(layer.activation),
        weight_gradient(part_of<Real>(layer.weight_gradient, k)),
        bias_gradient(part_of<Real>(layer.bias_gradient, k)) {}

  /// result <- activation(input weight + bias + addend); `slopes` may be null.
  void forward(std::int64_t rows, Factor<Real> input, const Real* addend, std::int64_t repeat, Real* result,
               Real* slopes) const {
    matrix_product<Real>(rows, out, in, input, {weight, out}, result, out);
    add_and_activate<Real>(activation, {result, rows, out, bias, addend, repeat, slopes});
  }

  /// before <- the gradient before the activation from the one behind it; adds the gradients that are wanted.
  void backward(std::int64_t rows, Factor<Real> input, const Real* kept, const Real* behind, Real* before) const {
    differentiate_activation<Real>(activation, rows, out, behind, kept, before, bias_gradient);
    if (weight_gradient == nullptr) return;
    input.transposed = true;
    matrix_product<Real>(in, out, rows, input, {before, out}, weight_gradient, out, /*accumulate=*/true);
  }

  /// The input's gradient from the one before the activation.
  void input_gradient(std::int64_t rows, const Real* before, Real* result, bool accumulate) const {
    matrix_product<Real>(rows, in, out, {before, out}, {weight, out, true}, result, in, accumulate);
  }
};

/// The rows that network k reads, [B, in].
template <class Real>
Factor<Real> rows_of(const Tensor& input, std::int64_t k) {
  return {input.data_ptr<Real>() + (input.dim() == 2 ? 0 : k * input.stride(0)), input.stride(-2)};
}

void check(std::span<const Layer> layers, const Tensor& input, const Tensor& addend) {
  const Tensor& weight = layers.front().weight;
  const std::int64_t networks = weight.size(0), rows = input.size(-2);
  TORCH_CHECK(input.size(-1) == weight.size(1), "layer: input has ", input.size(-1), " columns; expected ",
              weight.size(1));
  TORCH_CHECK(input.dim() == 2 || input.size(0) == networks, "layer: input is for ", input.size(0),
              " networks; expected ", networks);
  TORCH_CHECK(!addend.defined() || (addend.is_contiguous() && addend.dim() == 3 && addend.size(0) == networks &&
                                    addend.size(2) == weight.size(2) && rows % addend.size(1) == 0),
              "layer: the addend must be contiguous, [networks, a divisor of the rows, outputs]");
}

std::int64_t largest_width(std::span<const Layer> layers) {
  std::int64_t width = 0;
  for (const Layer& layer : layers) width = std::max(width, layer.weight.size(2));
  return width;
}

torch::TensorOptions plain(const Tensor& tensor) { return tensor.options().requires_grad(false); }

/// One network after the other, so that what a layer leaves is in the cache when the next one reads it. Without a pass
/// the results between layers take turns in two buffers.
template <class Real>
Tensor forward(std::span<const Layer> layers, const Tensor& input, const Tensor& addend, LayersPass* pass) {
  check(layers, input, addend);
  const std::int64_t networks = layers.front().weight.size(0), rows = input.size(-2);
  const std::int64_t repeat = addend.defined() ? rows / addend.size(1) : 1;
  const auto make = [&](const Layer& layer) {
    return torch::empty({networks, rows, layer.weight.size(2)}, plain(input));
  };
  const Tensor result = make(layers.back());
  Tensor turns;
  if (pass == nullptr) {
    turns = torch::empty({2, 1, rows, layers.size() > 1 ? largest_width(layers.first(layers.size() - 1)) : 0},
                         plain(input));
  } else {
    pass->inputs.push_back(input);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      // The result becomes part of a graph; what the graph keeps of it must not own that graph.
      const Tensor behind = i + 1 < layers.size() ? make(layers[i]) : result.detach();
      pass->kept.push_back(keeps_slopes(layers[i].activation) ? make(layers[i]) : behind);
      if (i + 1 < layers.size()) pass->inputs.push_back(behind);
    }
  }
  for (std::int64_t k = 0; k < networks; ++k) {
    Factor<Real> x = rows_of<Real>(input, k);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const NetworkLayer<Real> layer(layers[i], k);
      const bool last = i + 1 == layers.size();
      Real* out = last              ? part_of<Real>(result, k)
                  : pass != nullptr ? part_of<Real>(pass->inputs[i + 1], k)
                                    : part_of<Real>(turns, static_cast<std::int64_t>(i % 2));
      const bool keep = pass != nullptr && keeps_slopes(layer.activation);
      layer.forward(rows, x, i == 0 ? part_of<Real>(addend, k) : nullptr, repeat, out,
                    keep ? part_of<Real>(pass->kept[i], k) : nullptr);
      x = {out, layer.out};
    }
  }
  return result;
}

/// Network k's layers from behind to the first one's gradient before its activation, which goes to `first`. The
/// gradients between layers take turns in two buffers of [B, largest width].
template <class Real>
void network_backward(std::span<const Layer> layers, std::int64_t k, std::int64_t rows, const LayersPass& pass,
                      const Real* gradient, Real* first, const Tensor& turns) {
  const Real* behind = gradient;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const NetworkLayer<Real> layer(layers[i], k);
    Real* before = i == 0 ? first : part_of<Real>(turns, 0);
    layer.backward(rows, layer.weight_gradient == nullptr ? Factor<Real>{} : rows_of<Real>(pass.inputs[i], k),
                   part_of<Real>(pass.kept[i], k), behind, before);
    if (i == 0) return;
    layer.input_gradient(rows, before, part_of<Real>(turns, 1), /*accumulate=*/false);
    behind = part_of<Real>(turns, 1);
  }
}

template <class Real>
LayersGradients backward(std::span<const Layer> layers, const LayersPass& pass, const Tensor& gradient,
                         bool wants_input) {
  const std::int64_t networks = gradient.size(0), rows = gradient.size(1), in = layers.front().weight.size(1);
  const bool shared = pass.inputs.front().dim() == 2;
  const Tensor turns = torch::empty({2, rows, largest_width(layers)}, plain(gradient));
  LayersGradients result;
  result.of_addend = torch::empty({networks, rows, layers.front().weight.size(2)}, plain(gradient));
  if (wants_input) {
    result.input =
        shared ? torch::empty({rows, in}, plain(gradient)) : torch::empty({networks, rows, in}, plain(gradient));
  }
  for (std::int64_t k = 0; k < networks; ++k) {
    Real* first = part_of<Real>(result.of_addend, k);
    network_backward<Real>(layers, k, rows, pass, part_of<Real>(gradient, k), first, turns);
    if (!wants_input) continue;
    NetworkLayer<Real>(layers.front(), k)
        .input_gradient(rows, first, part_of<Real>(result.input, shared ? 0 : k), /*accumulate=*/shared && k > 0);
  }
  return result;
}

/// Numbers of the rows of [B, out] that are not 0 throughout.
template <class Real>
std::vector<std::int64_t> rows_with_gradient(const Tensor& gradient, std::int64_t k) {
  const std::int64_t out = gradient.size(2);
  const Real* values = part_of<Real>(gradient, k);
  std::vector<std::int64_t> result;
  for (std::int64_t row = 0; row < gradient.size(1); ++row, values += out) {
    if (!std::all_of(values, values + out, [](Real value) { return value == 0; })) result.push_back(row);
  }
  return result;
}

bool is_double(const Tensor& tensor) { return tensor.scalar_type() == torch::kFloat64; }

/// Network k alone, without gradients of its own.
std::vector<Layer> network_of(std::span<const Layer> layers, std::int64_t k) {
  std::vector<Layer> result;
  for (const Layer& layer : layers) {
    result.push_back({layer.weight.narrow(0, k, 1), layer.bias.narrow(0, k, 1), layer.activation, {}, {}});
  }
  return result;
}

}  // namespace

Tensor layers_forward(std::span<const Layer> layers, const Tensor& input, const Tensor& addend, LayersPass* pass) {
  if (by_operators(input)) {
    check(layers, input, addend);
    return layers_forward_by_operators(layers, input, addend, pass);
  }
  return is_double(input) ? forward<double>(layers, input, addend, pass) : forward<float>(layers, input, addend, pass);
}

LayersGradients layers_backward(std::span<const Layer> layers, const LayersPass& pass, const Tensor& gradient,
                                bool wants_input) {
  if (by_operators(gradient)) return layers_backward_by_operators(layers, pass, gradient, wants_input);
  return is_double(gradient) ? backward<double>(layers, pass, gradient, wants_input)
                             : backward<float>(layers, pass, gradient, wants_input);
}

Tensor shared_input_gradient(std::span<const Layer> layers, const LayersPass& pass, const Tensor& gradient) {
  // Which rows those are would have to be waited for on a GPU.
  if (by_operators(gradient)) return layers_backward(layers, pass, gradient, /*wants_input=*/true).input;
  const Tensor result = torch::zeros({gradient.size(1), layers[0].weight.size(1)}, plain(gradient));
  for (std::int64_t k = 0; k < gradient.size(0); ++k) {
    std::vector<std::int64_t> rows =
        is_double(gradient) ? rows_with_gradient<double>(gradient, k) : rows_with_gradient<float>(gradient, k);
    if (rows.empty()) continue;
    const Tensor index = torch::tensor(rows, torch::kInt64);
    const auto of_rows = [&](const Tensor& tensor) { return tensor[k].index_select(0, index).unsqueeze(0); };
    LayersPass part;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      part.inputs.push_back(i == 0 ? pass.inputs[0] : Tensor());  // the later ones are not looked at
      part.kept.push_back(layers[i].activation == Activation::kIdentity ? Tensor() : of_rows(pass.kept[i]));
    }
    const std::vector<Layer> network = network_of(layers, k);
    result.index_add_(0, index, layers_backward(network, part, of_rows(gradient), /*wants_input=*/true).input);
  }
  return result;
}

}  // namespace tutti
