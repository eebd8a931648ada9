// Activation functions and their slopes: for one number, or for several side by side (a vector type of the compiler's),
// in float32 as polynomials, in float64 (tests) as the standard library has them. Each function of a NaN is NaN. A loop
// over one that was not inlined is slow, so that is not left to the compiler.
#pragma once

#include <cmath>
#include <type_traits>

#include "nn/fast_exp.hpp"

namespace tutti {

/// `x`, but at most or at least `limit`; a NaN stays one.
template <class Number>
[[gnu::always_inline]] inline Number at_most(Number x, float limit) {
  return x > limit ? limit : x;
}
template <class Number>
[[gnu::always_inline]] inline Number at_least(Number x, float limit) {
  return x < limit ? limit : x;
}

/// e^x for x up to 80; below -87 it is e^-87.
template <class Number>
[[gnu::always_inline]] inline Number exp_of(Number x) {
  return fast_exp(at_least(x, -87.0F));
}
inline double exp_of(double x) { return std::exp(x); }

/// tanh x to 4e-7 of its value: an odd polynomial over an even one (the minimax fit of Eigen's ptanh), and +-1 beyond
/// the cut, where it is that to float32's last digit. Terms are added in pairs, so that fewer of them wait for each
/// other.
template <class Number>
[[gnu::always_inline]] inline Number tanh_of(Number x) {
  constexpr float kCut = 7.90531110763549805F;
  const Number s = x * x, s2 = s * s;
  const Number high = -2.76076847742355e-16F * s2 + (2.00018790482477e-13F * s + -8.60467152213735e-11F);
  const Number middle = 5.12229709037114e-08F * s + 1.48572235717979e-05F;
  const Number low = 6.37261928875436e-04F * s + 4.89352455891786e-03F;
  const Number p = (high * s2 + middle) * s2 + low;
  const Number q =
      (1.19825839466702e-06F * s + 1.18534705686654e-04F) * s2 + (2.26843463243900e-03F * s + 4.89352518554385e-03F);
  const Number within = x * p / q;
  const Number below = x > kCut ? 1.0F : within;
  return x < -kCut ? -1.0F : below;
}
inline double tanh_of(double x) { return std::tanh(x); }

template <class Number>
struct ValueAndSlope {
  Number value, slope;
};

/// mish(x) = x tanh(log(1 + e^x)). With e = e^x: tanh(log(1 + e)) = w / (w + 2), w = e (e + 2); beyond 20 mish(x) = x.
template <class Number>
[[gnu::always_inline]] inline ValueAndSlope<Number> mish_with_slope(Number x) {
  const Number e = exp_of(at_most(x, 20.0F));
  const Number w = e * (e + 2.0F);
  const Number inverse = 1.0F / (w + 2.0F);
  const Number gate = w * inverse;
  return {x * gate, gate + x * (4.0F * (w - e) * inverse * inverse)};
}
template <class Number>
[[gnu::always_inline]] inline Number mish_of(Number x) {
  return mish_with_slope(x).value;
}
template <class Number>
[[gnu::always_inline]] inline Number mish_slope(Number x) {
  return mish_with_slope(x).slope;
}

/// GELU in its tanh approximation: x gate(x), gate = (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3).
template <class Number>
[[gnu::always_inline]] inline ValueAndSlope<Number> gelu_with_slope(Number x) {
  using Real = std::conditional_t<std::is_same_v<Number, double>, double, float>;
  constexpr double kSquareRoot = 0.797884560802865355879892119868763737;  // sqrt(2/pi)
  constexpr auto kRoot = static_cast<Real>(kSquareRoot), kCubic = static_cast<Real>(kSquareRoot * 0.044715);
  const Number square = x * x;
  const Number gate = 0.5F * tanh_of(x * (kRoot + kCubic * square)) + 0.5F;
  return {x * gate, gate + x * (gate - gate * gate) * (2 * kRoot + 6 * kCubic * square)};
}
template <class Number>
[[gnu::always_inline]] inline Number gelu_of(Number x) {
  return gelu_with_slope(x).value;
}
template <class Number>
[[gnu::always_inline]] inline Number gelu_slope(Number x) {
  return gelu_with_slope(x).slope;
}

}  // namespace tutti
