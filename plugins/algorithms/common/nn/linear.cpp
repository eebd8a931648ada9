#include "nn/linear.hpp"

#include <utility>

namespace tutti {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

bool wants_gradient(const Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); }

/// As autograd functions take a tensor that may be missing.
c10::optional<Tensor> given(const Tensor& tensor) {
  return tensor.defined() ? c10::make_optional(tensor) : c10::nullopt;
}

Tensor with_dense_rows(const Tensor& input) {
  return input.stride(-1) == 1 || input.size(-1) == 1 ? input : input.contiguous();
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
    LayersPass pass;
    const Layer layer[] = {{weight, bias, static_cast<Activation>(kind), {}, {}}};
    const Tensor result = layers_forward(layer, input, addend.value_or(Tensor()), &pass);
    context->save_for_backward({input, weight, bias, pass.kept[0]});
    context->saved_data["activation"] = kind;
    context->saved_data["has addend"] = addend.has_value();
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &input = saved[0], &weight = saved[1], &bias = saved[2], &kept = saved[3];
    Layer layer{weight, bias, static_cast<Activation>(context->saved_data["activation"].toInt()), {}, {}};
    if (context->needs_input_grad(1)) layer.weight_gradient = gradient_target(weight);
    if (context->needs_input_grad(2)) layer.bias_gradient = gradient_target(bias);
    const LayersGradients found = layers_backward(std::span(&layer, 1), {{input}, {kept}}, gradients[0].contiguous(),
                                                  context->needs_input_grad(0));
    tensor_list result(5);
    result[0] = found.input;
    if (context->needs_input_grad(1)) result[1] = returned(weight, layer.weight_gradient);
    if (context->needs_input_grad(2)) result[2] = returned(bias, layer.bias_gradient);
    if (context->saved_data["has addend"].toBool() && context->needs_input_grad(3)) result[3] = found.of_addend;
    return result;
  }
};

/// What a pass through a perceptron leaves for its backward pass.
struct KeptPass : torch::CustomClassHolder {
  std::vector<Layer> layers;
  LayersPass pass;
};

/// `weights` has no value if the layers want no gradients; the addend is never differentiated.
struct PerceptronFunction : torch::autograd::Function<PerceptronFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& input, const c10::optional<Tensor>& /*weights*/,
                        const std::vector<Layer>& layers, const Tensor* addend) {
    auto kept = c10::make_intrusive<KeptPass>();
    kept->layers = layers;
    const Tensor result = layers_forward(layers, input, *addend, &kept->pass);
    context->saved_data["pass"] = torch::IValue::make_capsule(std::move(kept));
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto kept = c10::static_intrusive_pointer_cast<KeptPass>(context->saved_data["pass"].toCapsule());
    const Tensor gradient = gradients[0].contiguous();
    const bool trains = kept->layers.front().weight_gradient.defined();
    const bool shared = kept->pass.inputs.front().dim() == 2;
    tensor_list result(4);
    result[0] = !trains && shared && gradient.size(0) > 1
                    ? shared_input_gradient(kept->layers, kept->pass, gradient)
                    : layers_backward(kept->layers, kept->pass, gradient, context->needs_input_grad(0)).input;
    return result;
  }
};

}  // namespace

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias, Activation activation,
              const Tensor& addend) {
  const Tensor rows = with_dense_rows(input);
  TORCH_CHECK(!wants_gradient(addend) || addend.size(1) == rows.size(-2),
              "linear: an addend that is to be differentiated needs one row for each row of the input");
  const bool differentiate = torch::GradMode::is_enabled() && (wants_gradient(rows) || wants_gradient(weight) ||
                                                               wants_gradient(bias) || wants_gradient(addend));
  if (differentiate) {
    return LinearFunction::apply(rows, weight, bias, given(addend), static_cast<std::int64_t>(activation));
  }
  const torch::NoGradGuard no_grad;
  const Layer layer[] = {{weight, bias, activation, {}, {}}};
  return layers_forward(layer, rows, addend, nullptr);
}

Tensor perceptron(const std::vector<Layer>& layers, const Tensor& weights, const Tensor& input, const Tensor& addend) {
  const Tensor rows = with_dense_rows(input);
  if (torch::GradMode::is_enabled() && (wants_gradient(rows) || wants_gradient(weights))) {
    return PerceptronFunction::apply(rows, given(weights), layers, &addend);
  }
  const torch::NoGradGuard no_grad;
  return layers_forward(layers, rows, addend, nullptr);
}

}  // namespace tutti
