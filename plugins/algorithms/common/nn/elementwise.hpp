// Activation functions and their slopes for one number, in float32 as polynomials that compilers vectorise, in float64
// (tests) as the standard library has them. Each function of a NaN is NaN. A loop over one that was not inlined is not
// vectorised, so that is not left to the compiler.
#pragma once

#include <cmath>

#include "nn/fast_exp.hpp"

namespace tutti {

/// e^x for x up to 80; below -87 it is e^-87.
[[gnu::always_inline]] inline float exp_of(float x) { return fast_exp(x < -87.0F ? -87.0F : x); }
inline double exp_of(double x) { return std::exp(x); }

/// tanh x to 4e-7 of its value: an odd polynomial over an even one (the minimax fit of Eigen's ptanh); beyond the cut
/// it is +-1 to float32's last digit.
[[gnu::always_inline]] inline float tanh_of(float x) {
  constexpr float kCut = 7.90531110763549805F;
  const float below = x > kCut ? kCut : x;
  const float v = below < -kCut ? -kCut : below;
  const float s = v * v;
  float p = -2.76076847742355e-16F;
  p = p * s + 2.00018790482477e-13F;
  p = p * s + -8.60467152213735e-11F;
  p = p * s + 5.12229709037114e-08F;
  p = p * s + 1.48572235717979e-05F;
  p = p * s + 6.37261928875436e-04F;
  p = p * s + 4.89352455891786e-03F;
  float q = 1.19825839466702e-06F;
  q = q * s + 1.18534705686654e-04F;
  q = q * s + 2.26843463243900e-03F;
  q = q * s + 4.89352518554385e-03F;
  return v * p / q;
}
inline double tanh_of(double x) { return std::tanh(x); }

/// x tanh(log(1 + e^x)). With e = e^x: tanh(log(1 + e)) = w / (w + 2), w = e (e + 2); beyond 20 mish(x) = x.
template <class Real>
[[gnu::always_inline]] inline Real mish_of(Real x) {
  const Real e = exp_of(x > Real(20) ? Real(20) : x);
  const Real w = e * (e + 2);
  return x * (w / (w + 2));
}
template <class Real>
[[gnu::always_inline]] inline Real mish_slope(Real x) {
  const Real e = exp_of(x > Real(20) ? Real(20) : x);
  const Real w = e * (e + 2);
  const Real inverse = 1 / (w + 2);
  return w * inverse + x * (4 * e * (e + 1) * inverse * inverse);
}

/// GELU in its tanh approximation: x gate(x), gate = (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3).
template <class Real>
inline constexpr Real kGeluRoot = Real(0.797884560802865355879892119868763737);  // sqrt(2/pi)
template <class Real>
inline constexpr Real kGeluCubic = Real(0.044715);

template <class Real>
[[gnu::always_inline]] inline Real gelu_gate(Real x) {
  return (1 + tanh_of(kGeluRoot<Real> * (x + kGeluCubic<Real> * x * x * x))) / 2;
}
template <class Real>
[[gnu::always_inline]] inline Real gelu_of(Real x) {
  return x * gelu_gate(x);
}
template <class Real>
[[gnu::always_inline]] inline Real gelu_slope(Real x) {
  const Real g = gelu_gate(x);
  return g + 2 * x * g * (1 - g) * kGeluRoot<Real> * (1 + 3 * kGeluCubic<Real> * x * x);
}

}  // namespace tutti
