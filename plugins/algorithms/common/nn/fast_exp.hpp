// An exponential function that compilers vectorise, for activations that are evaluated millions of times per update.
#pragma once

#include <bit>
#include <cstdint>

namespace tutti {

/// e^x for x in [-87, 80] to 2e-7 of its value: e^x = 2^n e^r with |r| <= log(2)/2, and a polynomial for e^r
/// (coefficients of Cephes' expf, Moshier 1989).
[[gnu::always_inline]] inline float fast_exp(float x) {
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

}  // namespace tutti
