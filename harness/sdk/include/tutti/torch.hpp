// For algorithm plugins that use LibTorch: rows as tensors, tensors in snapshots. Header only; the SDK itself does not
// link LibTorch. Includes tensors and automatic differentiation only: all of <torch/torch.h> makes every source file
// four times as slow to compile.
#pragma once

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/types.h>
#include <torch/version.h>

// Function<T>::apply() reserves places in an empty std::vector<bool>, which GCC 14 takes for a copy beyond its end.
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Warray-bounds"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif
#include <torch/csrc/autograd/custom_function.h>
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <string>
#include <string_view>
#include <vector>

#include "tutti/algorithm.hpp"

namespace tutti {

/// A view of `rows` without a copy, float32 [rows, columns]. Valid as long as the rows are: clone() what is kept. An
/// operation in place writes into the host's rows.
inline torch::Tensor as_tensor(Rows<const float> rows) {
  return torch::from_blob(const_cast<float*>(rows.data),
                          {static_cast<std::int64_t>(rows.rows), static_cast<std::int64_t>(rows.columns)},
                          torch::kFloat32);
}
inline torch::Tensor as_tensor(Rows<float> rows) {
  return as_tensor(Rows<const float>{rows.data, rows.rows, rows.columns});
}

/// Uninitialised memory of the host to be filled and copied to `device`: such that the copy need not be waited for.
inline torch::Tensor host_tensor(torch::IntArrayRef shape, torch::Device device,
                                 torch::ScalarType type = torch::kFloat32) {
  return torch::empty(shape, torch::TensorOptions(type).pinned_memory(device.is_cuda()));
}

/// `tensor` on `device`, without waiting for a copy from host_tensor(); the tensor itself if it is there.
inline torch::Tensor on_device(const torch::Tensor& tensor, torch::Device device) {
  return tensor.to(torch::TensorOptions(device), /*non_blocking=*/true);
}

/// Writes a float32 or float64 tensor's values, the same wherever it is.
inline void save_tensor(SnapshotWriter& writer, std::string_view name, const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().to(torch::kCPU).contiguous();
  const auto count = static_cast<std::size_t>(values.numel());
  if (values.scalar_type() == torch::kFloat64) {
    writer.values<double>(name, {values.data_ptr<double>(), count});
  } else {
    writer.values<float>(name, {values.to(torch::kFloat32).data_ptr<float>(), count});
  }
}

/// Reads values into `tensor` in place; it must be contiguous and have the stored type and number of elements.
inline void load_tensor(SnapshotReader& reader, std::string_view name, torch::Tensor& tensor) {
  const torch::NoGradGuard no_grad;
  if (!tensor.is_cpu()) {
    torch::Tensor values = torch::empty(tensor.sizes(), tensor.scalar_type());
    load_tensor(reader, name, values);
    tensor.copy_(values);
    return;
  }
  const auto count = static_cast<std::size_t>(tensor.numel());
  if (tensor.scalar_type() == torch::kFloat64) {
    reader.values<double>(name, {tensor.data_ptr<double>(), count});
  } else {
    reader.values<float>(name, {tensor.data_ptr<float>(), count});
  }
}

/// Standard normal values drawn from `random`, float32: the same numbers on every device.
inline torch::Tensor normal_tensor(RandomStream& random, torch::IntArrayRef shape, torch::Device device = torch::kCPU) {
  const torch::Tensor drawn = host_tensor(shape, device);
  random.fill_normal(std::span<float>(drawn.data_ptr<float>(), static_cast<std::size_t>(drawn.numel())));
  return on_device(drawn, device);
}

}  // namespace tutti
