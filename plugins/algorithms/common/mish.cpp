#include "mish.hpp"

#include <bit>
#include <cstdint>

namespace tutti {
namespace {

/// e^x for x in [-87, 20] to 2e-7 of its value: e^x = 2^n e^r with |r| <= log(2)/2, and a polynomial for e^r
/// (coefficients of Cephes' expf, Moshier 1989).
inline float fast_exp(float x) {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding and subtracting it rounds to an integer
  const float n = (x * 1.44269504F + kRound) - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

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
