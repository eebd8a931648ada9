// The one place where matrix products are computed: float32 through oneDNN, float64 (tests) through LibTorch.
// Another back end replaces matrix_product.cpp and nothing else.
#pragma once

#include <cstdint>

namespace tutti {

/// A row-major matrix owned by somebody else; `stride` is the distance between the starts of stored rows. `transposed`
/// means that the stored matrix enters the product as its transpose.
template <class Real>
struct Factor {
  const Real* data = nullptr;
  std::int64_t stride = 0;
  bool transposed = false;
};

/// c = a b, or c += a b if `accumulate`: a is [rows, inner], b is [inner, columns], c is [rows, columns] with rows that
/// start `c_stride` apart. One thread. An empty `inner` gives zeros.
template <class Real>
void matrix_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<Real> a, Factor<Real> b,
                    Real* c, std::int64_t c_stride, bool accumulate = false);

/// The instructions that float32 products use on this processor: "AVX-512", "AVX2", "AVX" or "SSE4.1". The environment
/// variable ONEDNN_MAX_CPU_ISA forces a lower one.
const char* product_instructions();

}  // namespace tutti
