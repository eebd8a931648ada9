#include "nn/gelu.hpp"

#include "nn/fast_exp.hpp"

namespace tutti {
namespace {

constexpr float kTwiceRoot = 1.5957691216F;  // 2 sqrt(2/pi)
constexpr float kCubic = 0.044715F;

/// 1 / (1 + e^(-2u)). Beyond the limits it is 0 or 1 to float32's last digit.
inline float gate(float x) {
  const float exponent = -kTwiceRoot * (x + kCubic * x * x * x);
  const float below = exponent < 80.0F ? exponent : 80.0F;
  return 1.0F / (1.0F + fast_exp(below > -87.0F ? below : -87.0F));
}

void gelu_loop(const float* __restrict values, float* __restrict out, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = values[i] * gate(values[i]);
}

void gelu_gradient_loop(const float* __restrict gradient, const float* __restrict values, float* __restrict out,
                        std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = values[i];
    const float g = gate(x);
    out[i] = gradient[i] * (g + x * g * (1.0F - g) * kTwiceRoot * (1.0F + 3.0F * kCubic * x * x));
  }
}

torch::Tensor values_of(const torch::Tensor& x) {
  if (x.scalar_type() != torch::kFloat32) return at::gelu(x, "tanh");
  const torch::Tensor values = x.contiguous();
  torch::Tensor result = torch::empty(values.sizes(), values.options().requires_grad(false));
  gelu_loop(values.data_ptr<float>(), result.data_ptr<float>(), result.numel());
  return result;
}

struct GeluFunction : torch::autograd::Function<GeluFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return values_of(x);
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    return {gelu_gradient(gradients[0], context->get_saved_variables()[0])};
  }
};

}  // namespace

torch::Tensor gelu(const torch::Tensor& x) {
  if (torch::GradMode::is_enabled() && x.requires_grad()) return GeluFunction::apply(x);
  const torch::NoGradGuard no_grad;
  return values_of(x);
}

torch::Tensor gelu_gradient(const torch::Tensor& gradient, const torch::Tensor& x) {
  if (x.scalar_type() != torch::kFloat32) return at::gelu_backward(gradient, x, "tanh");
  const torch::Tensor g = gradient.contiguous();
  const torch::Tensor values = x.contiguous();
  torch::Tensor result = torch::empty(values.sizes(), values.options().requires_grad(false));
  gelu_gradient_loop(g.data_ptr<float>(), values.data_ptr<float>(), result.data_ptr<float>(), result.numel());
  return result;
}

}  // namespace tutti
