#include "nn/layer.hpp"

#include <algorithm>

#include "nn/elementwise.hpp"
#include "nn/matrix_product.hpp"

namespace tutti {
namespace {

using torch::Tensor;

/// Sizes of one call.
struct Shape {
  std::int64_t networks, rows, in, out;

  Shape(const Layer& layer, std::int64_t count)
      : networks(layer.weight.size(0)), rows(count), in(layer.weight.size(1)), out(layer.weight.size(2)) {}

  static Shape of(const Layer& layer, const Tensor& input) {
    const Shape shape(layer, input.size(-2));
    TORCH_CHECK(input.size(-1) == shape.in, "layer: input has ", input.size(-1), " columns; expected ", shape.in);
    TORCH_CHECK(input.dim() == 2 || input.size(0) == shape.networks, "layer: input is for ", input.size(0),
                " networks; expected ", shape.networks);
    return shape;
  }
};

/// The rows that network k reads, [B, in].
template <class Real>
Factor<Real> input_of(const Tensor& input, std::int64_t k, bool transposed = false) {
  const std::int64_t offset = input.dim() == 2 ? 0 : k * input.stride(0);
  return {input.data_ptr<Real>() + offset, input.stride(-2), transposed};
}

template <class Real>
Factor<Real> weight_of(const Tensor& weight, std::int64_t k, bool transposed = false) {
  return {weight.data_ptr<Real>() + k * weight.stride(0), weight.size(2), transposed};
}

/// Network k's part of [K, B, size] or [K, size]; null if the tensor is undefined.
template <class Real>
Real* part_of(const Tensor& tensor, std::int64_t k) {
  return tensor.defined() ? tensor.data_ptr<Real>() + k * tensor.stride(0) : nullptr;
}

/// What follows a product, for one number. Written so that a NaN stays one.
template <Activation kKind, class Real>
[[gnu::always_inline]] inline Real activated(Real value) {
  if constexpr (kKind == Activation::kRelu) return value < 0 ? Real{0} : value;
  if constexpr (kKind == Activation::kTanh) return tanh_of(value);
  if constexpr (kKind == Activation::kMish) return mish_of(value);
  if constexpr (kKind == Activation::kGelu) return gelu_of(value);
  return value;
}

/// Whether the backward pass needs the values before the activation rather than those behind it.
constexpr bool keeps_before(Activation kind) { return kind == Activation::kMish || kind == Activation::kGelu; }

/// The gradient before the activation, from the one behind it and from what forward kept.
template <Activation kKind, class Real>
[[gnu::always_inline]] inline Real before_activation(Real gradient, Real kept) {
  if constexpr (kKind == Activation::kRelu) return kept <= 0 ? Real{0} : gradient;
  if constexpr (kKind == Activation::kTanh) return gradient * (1 - kept * kept);
  if constexpr (kKind == Activation::kMish) return gradient * mish_slope(kept);
  if constexpr (kKind == Activation::kGelu) return gradient * gelu_slope(kept);
  return gradient;
}

/// Calls visit<kind>() with the activation as a constant.
template <class Visit>
void with_constant(Activation kind, const Visit& visit) {
  switch (kind) {
    case Activation::kRelu:
      return visit.template operator()<Activation::kRelu>();
    case Activation::kTanh:
      return visit.template operator()<Activation::kTanh>();
    case Activation::kMish:
      return visit.template operator()<Activation::kMish>();
    case Activation::kGelu:
      return visit.template operator()<Activation::kGelu>();
    case Activation::kIdentity:
      return visit.template operator()<Activation::kIdentity>();
  }
}

/// row <- activation(row + bias + addend); what stood before the activation goes to `before`.
template <Activation kKind, bool kAdd, bool kKeep, class Real>
void finish_row(Real* __restrict row, const Real* __restrict bias, [[maybe_unused]] const Real* __restrict addend,
                [[maybe_unused]] Real* __restrict before, std::int64_t out) {
  for (std::int64_t j = 0; j < out; ++j) {
    Real value = row[j] + bias[j];
    if constexpr (kAdd) value += addend[j];
    if constexpr (kKeep) before[j] = value;
    row[j] = activated<kKind>(value);
  }
}

/// What follows a product in one pass over its rows; each row of the addend serves `repeat` of them. The addend and
/// `before` may be null.
template <Activation kKind, class Real>
void finish_rows(Real* rows, const Real* bias, const Real* addend, std::int64_t repeat, Real* before,
                 std::int64_t count, std::int64_t out) {
  for (std::int64_t row = 0; row < count; ++row, rows += out) {
    const Real* added = addend == nullptr ? nullptr : addend + row / repeat * out;
    Real* kept = before == nullptr ? nullptr : before + row * out;
    if (added != nullptr) {
      kept != nullptr ? finish_row<kKind, true, true>(rows, bias, added, kept, out)
                      : finish_row<kKind, true, false>(rows, bias, added, kept, out);
    } else {
      kept != nullptr ? finish_row<kKind, false, true>(rows, bias, added, kept, out)
                      : finish_row<kKind, false, false>(rows, bias, added, kept, out);
    }
  }
}

template <class Real>
void forward(const Layer& layer, const Shape& shape, const Tensor& input, const Tensor& addend, const Tensor& before,
             const Tensor& result) {
  const std::int64_t repeat = addend.defined() ? shape.rows / addend.size(1) : 1;
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    Real* out = part_of<Real>(result, k);
    matrix_product<Real>(shape.rows, shape.out, shape.in, input_of<Real>(input, k), weight_of<Real>(layer.weight, k),
                         out, shape.out);
    with_constant(layer.activation, [&]<Activation kKind>() {
      finish_rows<kKind>(out, part_of<Real>(layer.bias, k), part_of<Real>(addend, k), repeat, part_of<Real>(before, k),
                         shape.rows, shape.out);
    });
  }
}

/// result <- gradient before the activation; adds its columns to the sums.
template <Activation kKind, class Real>
void differentiate_row(const Real* __restrict gradient, const Real* __restrict kept, Real* __restrict result,
                       Real* __restrict sums, std::int64_t out) {
  for (std::int64_t j = 0; j < out; ++j) {
    const Real value = before_activation<kKind>(gradient[j], kept[j]);
    result[j] = value;
    sums[j] += value;
  }
}
template <Activation kKind, class Real>
void differentiate_row(const Real* __restrict gradient, const Real* __restrict kept, Real* __restrict result,
                       std::int64_t out) {
  for (std::int64_t j = 0; j < out; ++j) result[j] = before_activation<kKind>(gradient[j], kept[j]);
}

/// Adds the sums over the rows to `sums`, by blocks of rows, so that long ones keep their digits. add_row(row, block)
/// adds one row to a block's.
template <class Real, class AddRow>
void add_sums(std::int64_t count, std::int64_t out, Real* sums, const AddRow& add_row) {
  constexpr std::int64_t kBlock = 32;
  std::vector<Real> block(static_cast<std::size_t>(out));
  for (std::int64_t row = 0; row < count; ++row) {
    add_row(row, block.data());
    if ((row + 1) % kBlock != 0 && row + 1 != count) continue;
    for (std::int64_t j = 0; j < out; ++j) sums[j] += block[static_cast<std::size_t>(j)];
    std::fill(block.begin(), block.end(), Real{0});
  }
}

template <class Real>
void differentiate(const Layer& layer, const Tensor& kept, const Tensor& gradient, const Tensor& result) {
  const std::int64_t rows = gradient.size(1), out = gradient.size(2);
  for (std::int64_t k = 0; k < gradient.size(0); ++k) {
    const Real *from = part_of<Real>(gradient, k), *values = part_of<Real>(kept, k);
    Real *to = part_of<Real>(result, k), *sums = part_of<Real>(layer.bias_gradient, k);
    with_constant(layer.activation, [&]<Activation kKind>() {
      if (sums == nullptr) {
        differentiate_row<kKind>(from, values, to, rows * out);
      } else {
        add_sums<Real>(rows, out, sums, [&](std::int64_t row, Real* block) {
          differentiate_row<kKind>(from + row * out, values + row * out, to + row * out, block, out);
        });
      }
    });
  }
}

template <class Real>
void add_bias_gradient(const Layer& layer, const Tensor& gradient) {
  const std::int64_t rows = gradient.size(1), out = gradient.size(2);
  for (std::int64_t k = 0; k < gradient.size(0); ++k) {
    const Real* from = part_of<Real>(gradient, k);
    add_sums<Real>(rows, out, part_of<Real>(layer.bias_gradient, k), [&](std::int64_t row, Real* __restrict block) {
      const Real* __restrict values = from + row * out;
      for (std::int64_t j = 0; j < out; ++j) block[j] += values[j];
    });
  }
}

template <class Real>
void add_weight_gradients(const Layer& layer, const Tensor& input, const Tensor& gradient) {
  const Shape shape = Shape::of(layer, input);
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    matrix_product<Real>(shape.in, shape.out, shape.rows, input_of<Real>(input, k, true),
                         {part_of<Real>(gradient, k), shape.out}, part_of<Real>(layer.weight_gradient, k), shape.out,
                         /*accumulate=*/true);
  }
}

template <class Real>
void input_gradients(const Layer& layer, const Tensor& gradient, bool shared, const Tensor& result) {
  const Shape shape(layer, gradient.size(1));
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    Real* out = shared ? result.data_ptr<Real>() : part_of<Real>(result, k);
    matrix_product<Real>(shape.rows, shape.in, shape.out, {part_of<Real>(gradient, k), shape.out},
                         weight_of<Real>(layer.weight, k, true), out, shape.in, /*accumulate=*/shared && k > 0);
  }
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

torch::TensorOptions plain(const Tensor& tensor) { return tensor.options().requires_grad(false); }

/// Network k alone, without gradients of its own.
std::vector<Layer> network_of(std::span<const Layer> layers, std::int64_t k) {
  std::vector<Layer> result;
  for (const Layer& layer : layers) {
    result.push_back({layer.weight.narrow(0, k, 1), layer.bias.narrow(0, k, 1), layer.activation, {}, {}});
  }
  return result;
}

}  // namespace

Tensor layer_forward(const Layer& layer, const Tensor& input, const Tensor& addend, Tensor* kept) {
  const Shape shape = Shape::of(layer, input);
  TORCH_CHECK(!addend.defined() || (addend.is_contiguous() && addend.dim() == 3 && addend.size(0) == shape.networks &&
                                    addend.size(2) == shape.out && shape.rows % addend.size(1) == 0),
              "layer: the addend must be contiguous, [networks, a divisor of the rows, outputs]");
  const Tensor result = torch::empty({shape.networks, shape.rows, shape.out}, plain(input));
  const Tensor before = kept != nullptr && keeps_before(layer.activation) ? torch::empty_like(result) : Tensor();
  is_double(input) ? forward<double>(layer, shape, input, addend, before, result)
                   : forward<float>(layer, shape, input, addend, before, result);
  // The result becomes part of a graph; what the graph keeps of it must not own that graph.
  if (kept != nullptr) *kept = before.defined() ? before : result.detach();
  return result;
}

Tensor activation_backward(const Layer& layer, const Tensor& kept, const Tensor& gradient) {
  if (layer.activation == Activation::kIdentity) {
    if (!layer.bias_gradient.defined()) return gradient;
    is_double(gradient) ? add_bias_gradient<double>(layer, gradient) : add_bias_gradient<float>(layer, gradient);
    return gradient;
  }
  const Tensor result = torch::empty_like(gradient);
  is_double(gradient) ? differentiate<double>(layer, kept, gradient, result)
                      : differentiate<float>(layer, kept, gradient, result);
  return result;
}

void add_weight_gradient(const Layer& layer, const Tensor& input, const Tensor& gradient) {
  is_double(gradient) ? add_weight_gradients<double>(layer, input, gradient)
                      : add_weight_gradients<float>(layer, input, gradient);
}

Tensor input_gradient(const Layer& layer, const Tensor& gradient, bool shared) {
  const std::int64_t rows = gradient.size(1), in = layer.weight.size(1);
  const Tensor result =
      shared ? torch::empty({rows, in}, plain(gradient)) : torch::empty({gradient.size(0), rows, in}, plain(gradient));
  is_double(gradient) ? input_gradients<double>(layer, gradient, shared, result)
                      : input_gradients<float>(layer, gradient, shared, result);
  return result;
}

Tensor layers_forward(std::span<const Layer> layers, const Tensor& input, const Tensor& addend, LayersPass* pass) {
  Tensor x = input;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Tensor kept;
    const Tensor result = layer_forward(layers[i], x, i == 0 ? addend : Tensor(), pass == nullptr ? nullptr : &kept);
    if (pass != nullptr) {
      pass->inputs.push_back(x);
      pass->kept.push_back(kept);
    }
    x = result;
  }
  return x;
}

LayersGradients layers_backward(std::span<const Layer> layers, const LayersPass& pass, const Tensor& gradient,
                                bool wants_input) {
  LayersGradients result;
  Tensor before, behind = gradient;
  for (std::size_t i = layers.size(); i-- > 0;) {
    before = activation_backward(layers[i], pass.kept[i], behind);
    if (layers[i].weight_gradient.defined()) add_weight_gradient(layers[i], pass.inputs[i], before);
    if (i > 0) behind = input_gradient(layers[i], before, /*shared=*/false);
  }
  result.of_addend = before;
  if (wants_input) result.input = input_gradient(layers[0], before, pass.inputs[0].dim() == 2);
  return result;
}

Tensor shared_input_gradient(std::span<const Layer> layers, const LayersPass& pass, const Tensor& gradient) {
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
