#include "nn/matrix_product.hpp"

#include <algorithm>

#include "nn/loops.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

/// The factor as it enters the product.
torch::Tensor as_factor(Factor<double> factor, std::int64_t rows, std::int64_t columns) {
  if (factor.transposed) std::swap(rows, columns);
  const torch::Tensor stored =
      torch::from_blob(const_cast<double*>(factor.data), {rows, columns}, {factor.stride, 1}, torch::kFloat64);
  return factor.transposed ? stored.t() : stored;
}

template <class Real>
void clear(std::int64_t rows, std::int64_t columns, Real* c, std::int64_t c_stride) {
  for (std::int64_t row = 0; row < rows; ++row) std::fill_n(c + row * c_stride, columns, Real{0});
}

}  // namespace

template <>
void matrix_product<float>(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<float> a,
                           Factor<float> b, float* c, std::int64_t c_stride, bool accumulate) {
  if (rows == 0 || columns == 0) return;
  if (inner == 0) {
    if (!accumulate) clear(rows, columns, c, c_stride);
    return;
  }
  if (narrow_product(rows, columns, inner, a, b, c, c_stride, accumulate)) return;
  nonempty_product(rows, columns, inner, a, b, c, c_stride, accumulate);
}

template <>
void matrix_product<double>(std::int64_t rows, std::int64_t columns, std::int64_t inner, Factor<double> a,
                            Factor<double> b, double* c, std::int64_t c_stride, bool accumulate) {
  const torch::NoGradGuard no_grad;
  torch::Tensor out = torch::from_blob(c, {rows, columns}, {c_stride, 1}, torch::kFloat64);
  const torch::Tensor product = torch::mm(as_factor(a, rows, inner), as_factor(b, inner, columns));
  if (accumulate) {
    out.add_(product);
  } else {
    out.copy_(product);
  }
}

}  // namespace tutti
