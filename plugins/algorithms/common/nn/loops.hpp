// The loops between matrix products, and products with few columns, on plain memory. In float32 they use
// the newest instructions that they were written for (AVX2 with fused multiplication and addition, or AVX-512) wherever
// oneDNN finds them, which is decided at run time; in float64 (tests) they are plain C++. AVX-512 gives the bits of
// AVX2. No LibTorch here.
#pragma once

#include <cstdint>

#include "nn/matrix_product.hpp"

namespace tutti {

/// GELU is its tanh approximation, mish(x) = x tanh(softplus(x)).
enum class Activation { kIdentity, kRelu, kTanh, kMish, kGelu };

/// Whether the backward pass needs the slopes of the activation; otherwise it finds them in the results.
constexpr bool keeps_slopes(Activation kind) { return kind == Activation::kMish || kind == Activation::kGelu; }

/// `count` dense rows of `width` numbers behind a product, and what is to be added to them.
template <class Real>
struct RowsBehindProduct {
  Real* rows;
  std::int64_t count, width;
  const Real* bias;              // one row
  const Real* addend = nullptr;  // unless it is null, one row for every `repeat` of them
  std::int64_t repeat = 1;
  Real* slopes = nullptr;  // unless it is null, gets the activation's slopes where it keeps any
};

/// rows <- activation(rows + bias + addend). A NaN stays one.
template <class Real>
void add_and_activate(Activation kind, const RowsBehindProduct<Real>& to);

/// result <- the gradient before the activation of `count` rows, from the one behind it and the slopes (or, for an
/// activation that keeps none, its results; the identity looks at nothing). Adds its columns to `sums` unless it is
/// null.
template <class Real>
void differentiate_activation(Activation kind, std::int64_t count, std::int64_t width, const Real* gradient,
                              const Real* kept, Real* result, Real* sums);

/// The instructions that float32 loops use.
Instructions loop_instructions();

/// For tests, while nothing computes: loops use no newer ones than `newest`, and none that the processor lacks.
void hold_loops_to(Instructions newest);

/// Computes c = a b, or c += a b if `accumulate`, if it has so few columns that a row at a time is faster than oneDNN,
/// and returns true; otherwise it does nothing and returns false. Arguments as for matrix_product.
bool narrow_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<float> a, Factor<float> b,
                    float* c, std::int64_t c_stride, bool accumulate);

}  // namespace tutti
