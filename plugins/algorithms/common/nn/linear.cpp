#include "nn/linear.hpp"

#include "nn/gelu.hpp"
#include "nn/matrix_product.hpp"
#include "nn/mish.hpp"

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

/// rows += bias, and ReLU in the same pass. Written so that a NaN stays one.
template <bool kRelu, class Real>
void add_bias(Real* rows, const Real* bias, std::int64_t count, std::int64_t out) {
  for (std::int64_t row = 0; row < count; ++row, rows += out) {
    for (std::int64_t j = 0; j < out; ++j) {
      const Real value = rows[j] + bias[j];
      rows[j] = kRelu && value < 0 ? Real{0} : value;
    }
  }
}

template <class Real>
Tensor affine(const Tensor& input, const Tensor& weight, const Tensor& bias, bool relu) {
  const Shape shape(input, weight);
  Tensor result = torch::empty({shape.networks, shape.rows, shape.out}, input.options().requires_grad(false));
  for (std::int64_t k = 0; k < shape.networks; ++k) {
    Real* out = result.data_ptr<Real>() + k * shape.rows * shape.out;
    const Real* offsets = bias.data_ptr<Real>() + k * bias.stride(0);
    matrix_product<Real>(shape.rows, shape.out, shape.in, input_of<Real>(input, k), weight_of<Real>(weight, k), out,
                         shape.out);
    relu ? add_bias<true>(out, offsets, shape.rows, shape.out) : add_bias<false>(out, offsets, shape.rows, shape.out);
  }
  return result;
}

Tensor affine_any(const Tensor& input, const Tensor& weight, const Tensor& bias, bool relu) {
  return input.scalar_type() == torch::kFloat64 ? affine<double>(input, weight, bias, relu)
                                                : affine<float>(input, weight, bias, relu);
}

/// Activations other than ReLU, which the product applies itself.
Tensor activated(const Tensor& before, Activation activation) {
  switch (activation) {
    case Activation::kTanh:
      return torch::tanh(before);
    case Activation::kMish: {
      Tensor result = before.clone();
      mish_in_place(result);
      return result;
    }
    case Activation::kGelu:
      return tutti::gelu(before);
    default:
      return before;
  }
}

/// Gradient before the activation. `kept` is what forward kept: values before mish and gelu, results of the others.
Tensor activation_backward(const Tensor& gradient, const Tensor& kept, Activation activation) {
  switch (activation) {
    case Activation::kRelu:
      return at::threshold_backward(gradient, kept, 0);
    case Activation::kTanh:
      return at::tanh_backward(gradient, kept);
    case Activation::kMish:
      return mish_gradient(gradient, kept);
    case Activation::kGelu:
      return gelu_gradient(gradient, kept);
    default:
      return gradient;
  }
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
                        std::int64_t kind) {
    const auto activation = static_cast<Activation>(kind);
    const Tensor before = affine_any(input, weight, bias, activation == Activation::kRelu);
    const Tensor result = activated(before, activation);
    const bool keep_before = activation == Activation::kMish || activation == Activation::kGelu;
    context->save_for_backward({input, weight, bias, keep_before ? before : result});
    context->saved_data["activation"] = kind;
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &input = saved[0], &weight = saved[1], &bias = saved[2], &kept = saved[3];
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    const Tensor gradient = activation_backward(gradients[0].contiguous(), kept, activation).contiguous();
    const bool is_double = gradient.scalar_type() == torch::kFloat64;
    Tensor for_input, for_weight, for_bias;
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
    if (context->needs_input_grad(2)) for_bias = returned(bias, gradient_target(bias).add_(gradient.sum(1)));
    return {for_input, for_weight, for_bias, Tensor()};
  }
};

}  // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation) {
  const Tensor rows = input.stride(-1) == 1 || input.size(-1) == 1 ? input : input.contiguous();
  const bool differentiate =
      torch::GradMode::is_enabled() && (rows.requires_grad() || weight.requires_grad() || bias.requires_grad());
  if (differentiate) return LinearFunction::apply(rows, weight, bias, static_cast<std::int64_t>(activation));
  const torch::NoGradGuard no_grad;
  return activated(affine_any(rows, weight, bias, activation == Activation::kRelu), activation);
}

}  // namespace tutti
