#include "nn/mish.hpp"

#include "nn/fast_exp.hpp"

namespace tutti {
namespace {

/// e^x where mish still depends on it: beyond 20 mish(x) = x, below -87 it is 0, both to float32's last digit.
inline float clipped_exp(float x) {
  const float below = x < 20.0F ? x : 20.0F;
  return fast_exp(below > -87.0F ? below : -87.0F);
}

// With e = e^x: tanh(log(1 + e)) = w / (w + 2), w = e (e + 2).
void mish_loop(float* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = values[i];
    const float e = clipped_exp(x);
    const float w = e * (e + 2.0F);
    values[i] = x * (w / (w + 2.0F));
  }
}

void mish_gradient_loop(const float* __restrict gradient, const float* __restrict values, float* __restrict out,
                        std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float x = values[i];
    const float e = clipped_exp(x);
    const float w = e * (e + 2.0F);
    const float inverse = 1.0F / (w + 2.0F);
    out[i] = gradient[i] * (w * inverse + x * (4.0F * e * (e + 1.0F) * inverse * inverse));
  }
}

}  // namespace

void mish_in_place(torch::Tensor& x) {
  TORCH_CHECK(x.is_contiguous(), "mish_in_place: the tensor must be contiguous");
  if (x.scalar_type() == torch::kFloat32) {
    mish_loop(x.data_ptr<float>(), x.numel());
  } else {
    x.copy_(at::mish(x));
  }
}

torch::Tensor mish_gradient(const torch::Tensor& gradient, const torch::Tensor& x) {
  if (x.scalar_type() != torch::kFloat32) return at::mish_backward(gradient, x);
  const torch::Tensor g = gradient.contiguous();
  const torch::Tensor values = x.contiguous();
  torch::Tensor result = torch::empty_like(values);
  mish_gradient_loop(g.data_ptr<float>(), values.data_ptr<float>(), result.data_ptr<float>(), result.numel());
  return result;
}

}  // namespace tutti
