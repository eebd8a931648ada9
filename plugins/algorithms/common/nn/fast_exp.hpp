// An exponential function without a branch, for activations that are evaluated millions of times per update.
#pragma once

#include <bit>
#include <cstdint>

namespace tutti {

/// 2^n for a whole number n in [-126, 127].
[[gnu::always_inline]] inline float power_of_two(float n) {
  return std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}
template <class Vector>
[[gnu::always_inline]] inline Vector power_of_two(Vector n) {
  using Integers = decltype(n < n);
  return std::bit_cast<Vector>((__builtin_convertvector(n, Integers) + 127) << 23);
}

/// e^x for x in [-87, 80] to 2e-7 of its value: e^x = 2^n e^r with |r| <= log(2)/2, and a polynomial for e^r
/// (coefficients of Cephes' expf, Moshier 1989). For a float, or for a vector of them.
template <class Number>
[[gnu::always_inline]] inline Number fast_exp(Number x) {
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding and subtracting it rounds to an integer
  const Number n = (x * 1.44269504F + kRound) - kRound;
  const Number r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  const Number square = r * r;
  const Number high = 1.9875691500e-4F * r + 1.3981999507e-3F;
  const Number middle = 8.3334519073e-3F * r + 4.1665795894e-2F;
  const Number low = 1.6666665459e-1F * r + 5.0000001201e-1F;
  const Number p = ((high * square + middle) * square + low) * square + r + 1.0F;
  return p * power_of_two(n);
}

}  // namespace tutti
