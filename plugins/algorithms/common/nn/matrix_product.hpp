// The one place where matrix products are computed: float32 by oneDNN or by the BLAS inside LibTorch (product_*.cpp,
// one of which is built), float64 (tests) through LibTorch. Another back end is another product_*.cpp.
#pragma once

#include <cstdint>

#include "tutti/plugin.hpp"

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

/// What a back end computes: `matrix_product` of factors that are not empty.
void nonempty_product(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<float> a, Factor<float> b,
                      float* c, std::int64_t c_stride, bool accumulate);

/// What computes float32 products: "oneDNN", "2.6.3 (AVX2)", with the instructions that it uses on this processor. Of
/// oneDNN the environment variable ONEDNN_MAX_CPU_ISA forces older ones.
LibraryVersion product_library();

/// The sets of instructions that loops of ours are written for, each with those before it.
enum class Instructions { kOldest, kAvx2, kAvx512 };

/// The newest that float32 products use. Loops of ours follow, so that ONEDNN_MAX_CPU_ISA forces both.
Instructions product_instructions();

}  // namespace tutti
