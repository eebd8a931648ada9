#include "nn/linear.hpp"

#include <vector>

#include "nn/elementwise.hpp"
#include "nn/matrix_product.hpp"

namespace tutti {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Sizes and row distances of one call.
struct Shape {
  std::int64_t networks, rows, in, out;

  Shape(const Tensor& input, const Tensor& weight)
      : networks(weight.size(0)), rows(input.size(-2)), in(weight.size(1)), out(weight.size(2)) {
    TORCH_CHECK(input.size(-1) == in, "linear: input has ", input.size(-1), " columns; expected ", in);
    TORCH_CHECK(input.dim() == 2 || input.size(0) == networks, "linear: input is for ", input.size(0),
                " networks; expected ", networks);
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

/// What follows a product, for one number. Written so that a NaN stays one.
template <Activation kKind, class Real>
Real activated(Real value) {
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
Real before_activation(Real gradient, Real kept) {
  if constexpr (kKind == Activation::kRelu) return kept <= 0 ? Real{0} : gradient;
  if constexpr (kKind == Activation::kTanh) return gradient * (1 - kept * kept);
  if constexpr (kKind == Activation::kMish) return gradient * mish_slope(kept);
  if constexpr (kKind == Activation::kGelu) return gradient * gelu_slope(kept);
  return gradient;
}

/// rows <- activation(rows + bias + addend) in one pass, where each row of the addend, if there is one, serves `repeat`
/// rows; what stood before the activation goes to `before` unless it is null.
template <Activation kKind, class Real>
void add_and_activate(Real* __restrict rows, const Real* __restrict bias, const Real* __restrict addend,
                      std::int64_t repeat, Real* __restrict before, std::int64_t count, std::int64_t out) {
  const auto pass = [&]<bool kAdd, bool kKeep>() {
    for (std::int64_t row = 0; row < count; ++row, rows += out) {
      [[maybe_unused]] const Real* __restrict added = kAdd ? addend + row / repeat * out : nullptr;
      for (std::int64_t j = 0; j < out; ++j) {
        Real value = rows[j] + bias[j];
        if constexpr (kAdd) value += added[j];
        if constexpr (kKeep) before[j] = value;
        rows[j] = activated<kKind>(value);
      }
      if constexpr (kKeep) before += out;
    }
  };
  if (addend == nullptr) {
    before == nullptr ? pass.template operator()<false, false>() : pass.template operator()<false, true>();
  } else {
    before == nullptr ? pass.template operator()<true, false>() : pass.template operator()<true, true>();
  }
}

/// The gradients before the activation and, unless `bias_gradient` is null, their sums over the rows, added to it: in
/// one pass, the sums by blocks of rows, so that long ones keep their digits.
template <Activation kKind, class Real>
void backward_rows(const Real* __restrict gradient, const Real* __restrict kept, Real* __restrict result,
                   Real* bias_gradient, std::int64_t count, std::int64_t out) {
  constexpr std::int64_t kBlock = 32;
  std::vector<Real> partial(static_cast<std::size_t>(out));
  Real* __restrict sums = partial.data();
  for (std::int64_t row = 0; row < count; ++row) {
    for (std::int64_t j = 0; j < out; ++j) {
      const Real value = before_activation<kKind>(gradient[j], kept[j]);
      result[j] = value;
      sums[j] += value;
    }
    gradient += out, kept += out, result += out;
    if (bias_gradient == nullptr || ((row + 1) % kBlock != 0 && row + 1 != count)) continue;
    for (std::int64_t j = 0; j < out; ++j) bias_gradient[j] += sums[j], sums[j] = 0;
  }
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

/// activation(input weight + bias + addend); `before`, if it is defined, gets the values before the activation.
template <class Real>
Tensor forward(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation,
               const Tensor& addend, const Tensor& before) {
  const Shape shape(input, weight);
  const std::int64_t repeat = addend.defined() ? shape.rows / addend.size(1) : 1;
  const std::int64_t size = shape.rows * shape.out;
  Tensor result = torch::empty({shape.networks, shape.rows, shape.out}, input.options().requires_grad(false));
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    Real* out = result.data_ptr<Real>() + k * size;
    Real* kept = before.defined() ? before.data_ptr<Real>() + k * size : nullptr;
    const Real* offsets = bias.data_ptr<Real>() + k * bias.stride(0);
    const Real* added = addend.defined() ? addend.data_ptr<Real>() + k * addend.stride(0) : nullptr;
    matrix_product<Real>(shape.rows, shape.out, shape.in, input_of<Real>(input, k), weight_of<Real>(weight, k), out,
                         shape.out);
    with_constant(activation, [&]<Activation kKind>() {
      add_and_activate<kKind>(out, offsets, added, repeat, kept, shape.rows, shape.out);
    });
  }
  return result;
}

Tensor forward_any(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation,
                   const Tensor& addend, const Tensor& before = {}) {
  return input.scalar_type() == torch::kFloat64 ? forward<double>(input, weight, bias, activation, addend, before)
                                                : forward<float>(input, weight, bias, activation, addend, before);
}

/// Gradient before the activation, [K, B, out]; its sums over the rows go to `bias_gradient` if that is defined.
template <class Real>
Tensor activation_backward(const Tensor& gradient, const Tensor& kept, Activation activation,
                           const Tensor& bias_gradient) {
  if (activation == Activation::kIdentity && !bias_gradient.defined()) return gradient;
  Tensor result = torch::empty(gradient.sizes(), gradient.options());
  const std::int64_t rows = gradient.size(1), out = gradient.size(2);
  for (std::int64_t k = 0; k < gradient.size(0); ++k) {
    const std::int64_t offset = k * rows * out;
    Real* sums = bias_gradient.defined() ? bias_gradient.data_ptr<Real>() + k * bias_gradient.stride(0) : nullptr;
    with_constant(activation, [&]<Activation kKind>() {
      backward_rows<kKind>(gradient.data_ptr<Real>() + offset, kept.data_ptr<Real>() + offset,
                           result.data_ptr<Real>() + offset, sums, rows, out);
    });
  }
  return result;
}

template <class Real>
Tensor input_gradient(const Tensor& gradient, const Tensor& input, const Tensor& weight) {
  const Shape shape(input, weight);
  Tensor result = torch::empty(input.sizes(), gradient.options());
  const bool shared = input.dim() == 2;  // then the networks' gradients add up
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    Real* out = result.data_ptr<Real>() + (shared ? 0 : k * shape.rows * shape.in);
    const Factor<Real> g{gradient.data_ptr<Real>() + k * shape.rows * shape.out, shape.out};
    matrix_product<Real>(shape.rows, shape.in, shape.out, g, weight_of<Real>(weight, k, true), out, shape.in,
                         shared && k > 0);
  }
  return result;
}

/// Adds to `out`, which may be strided as the weight is.
template <class Real>
void add_weight_gradient(const Tensor& gradient, const Tensor& input, const Tensor& weight, const Tensor& out) {
  const Shape shape(input, weight);
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    const Factor<Real> g{gradient.data_ptr<Real>() + k * shape.rows * shape.out, shape.out};
    matrix_product<Real>(shape.in, shape.out, shape.rows, input_of<Real>(input, k, true), g,
                         out.data_ptr<Real>() + k * out.stride(0), shape.out, /*accumulate=*/true);
  }
}

/// Where the gradient of a parameter is to be added: its own gradient if it has one, else new zeros.
Tensor gradient_target(const Tensor& parameter) {
  const bool has_one = parameter.is_leaf() && parameter.grad().defined();
  return has_one ? parameter.grad() : torch::zeros(parameter.sizes(), parameter.options().requires_grad(false));
}

/// What backward returns for a parameter: nothing if the gradient is in its place already.
Tensor returned(const Tensor& parameter, const Tensor& target) {
  return parameter.is_leaf() && parameter.grad().defined() ? Tensor() : target;
}

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const Tensor& weight, const Tensor& bias,
                        const c10::optional<Tensor>& addend, std::int64_t kind) {
    const auto activation = static_cast<Activation>(kind);
    Tensor before;
    if (keeps_before(activation)) {
      before = torch::empty({weight.size(0), input.size(-2), weight.size(2)}, input.options().requires_grad(false));
    }
    const Tensor result = forward_any(input, weight, bias, activation, addend.value_or(Tensor()), before);
    context->save_for_backward({input, weight, bias, before.defined() ? before : result});
    context->saved_data["activation"] = kind;
    context->saved_data["has addend"] = addend.has_value();
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &input = saved[0], &weight = saved[1], &bias = saved[2], &kept = saved[3];
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    const Tensor incoming = gradients[0].contiguous();
    const bool is_double = incoming.scalar_type() == torch::kFloat64;
    Tensor for_input, for_weight, for_bias, bias_target;
    if (context->needs_input_grad(2)) {
      bias_target = gradient_target(bias);
      for_bias = returned(bias, bias_target);
    }
    const Tensor gradient = is_double ? activation_backward<double>(incoming, kept, activation, bias_target)
                                      : activation_backward<float>(incoming, kept, activation, bias_target);
    if (context->needs_input_grad(0)) {
      for_input =
          is_double ? input_gradient<double>(gradient, input, weight) : input_gradient<float>(gradient, input, weight);
    }
    if (context->needs_input_grad(1)) {
      const Tensor target = gradient_target(weight);
      is_double ? add_weight_gradient<double>(gradient, input, weight, target)
                : add_weight_gradient<float>(gradient, input, weight, target);
      for_weight = returned(weight, target);
    }
    const bool has_addend = context->saved_data["has addend"].toBool();
    const Tensor for_addend = has_addend && context->needs_input_grad(3) ? gradient : Tensor();
    return {for_input, for_weight, for_bias, for_addend, Tensor()};
  }
};

}  // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation,
              const Tensor& addend) {
  const Tensor rows = input.stride(-1) == 1 || input.size(-1) == 1 ? input : input.contiguous();
  if (addend.defined()) {
    TORCH_CHECK(addend.is_contiguous() && addend.dim() == 3 && addend.size(0) == weight.size(0) &&
                    addend.size(2) == weight.size(2) && rows.size(-2) % addend.size(1) == 0,
                "linear: the addend must be contiguous, [networks, a divisor of the rows, outputs]");
    TORCH_CHECK(!addend.requires_grad() || addend.size(1) == rows.size(-2),
                "linear: an addend that is to be differentiated needs one row for each row of the input");
  }
  const bool differentiate =
      torch::GradMode::is_enabled() && (rows.requires_grad() || weight.requires_grad() || bias.requires_grad() ||
                                        (addend.defined() && addend.requires_grad()));
  if (differentiate) {
    const auto added = addend.defined() ? c10::make_optional(addend) : c10::nullopt;
    return LinearFunction::apply(rows, weight, bias, added, static_cast<std::int64_t>(activation));
  }
  const torch::NoGradGuard no_grad;
  return forward_any(rows, weight, bias, activation, addend);
}

}  // namespace tutti
