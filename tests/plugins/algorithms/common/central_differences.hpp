// Gradients by central differences, for comparison with hand-derived ones. Use float64.
#pragma once

#include <functional>
#include <vector>

#include "tutti/torch.hpp"

namespace tutti {

/// d loss / d variable, element by element; `loss` has to read `variable` again on every call.
inline torch::Tensor central_differences(const std::function<double()>& loss, const torch::Tensor& variable,
                                         double step = 1e-5) {
  torch::Tensor result = torch::zeros(variable.sizes(), variable.options().requires_grad(false));
  const std::vector<std::int64_t> sizes = variable.sizes().vec(), strides = variable.strides().vec();
  for (std::int64_t i = 0; i < variable.numel(); ++i) {
    std::int64_t offset = 0, rest = i;  // the variable may be a strided view
    for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) offset += rest % sizes[d] * strides[d];
    double& value = variable.data_ptr<double>()[offset];
    const double before = value;
    value = before + step;
    const double above = loss();
    value = before - step;
    const double below = loss();
    value = before;
    result.data_ptr<double>()[i] = (above - below) / (2 * step);
  }
  return result;
}

/// |a - b| / |b|, Euclidean.
inline double relative_error(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace tutti
