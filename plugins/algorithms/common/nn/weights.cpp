#include "nn/weights.hpp"

#include <cmath>

#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

std::int64_t count_of(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

/// Parameter `shape` at `offset` in every row of `block`, [K, shape...].
Tensor view_of(const Tensor& block, const std::vector<std::int64_t>& shape, std::int64_t offset) {
  std::vector<std::int64_t> sizes{block.size(0)}, strides{block.stride(0)};
  std::int64_t stride = count_of(shape);
  for (const std::int64_t size : shape) {
    stride /= std::max<std::int64_t>(size, 1);
    sizes.push_back(size);
    strides.push_back(stride);
  }
  return block.as_strided(sizes, strides, block.storage_offset() + offset);
}

double truncated_normal(RandomStream& random) {
  double value = random.normal();
  while (std::abs(value) > 2) value = random.normal();
  return value;
}

}  // namespace

WeightBlock::WeightBlock(std::int64_t networks, Shapes shapes, const torch::TensorOptions& options) {
  std::int64_t size = 0;
  for (const auto& shape : shapes) size += count_of(shape);
  *this =
      WeightBlock(std::move(shapes), torch::zeros({networks, size}, options), torch::zeros({networks, size}, options));
}

WeightBlock::WeightBlock(Shapes shapes, Tensor values, Tensor gradient)
    : shapes_(std::move(shapes)), values_(std::move(values)), gradient_(std::move(gradient)) {
  std::int64_t offset = 0;
  for (const auto& shape : shapes_) {
    Tensor leaf = view_of(values_, shape, offset).detach();
    if (gradient_.defined()) {
      leaf.set_requires_grad(true);
      leaf.mutable_grad() = view_of(gradient_, shape, offset);
    }
    tensors_.push_back(leaf);
    offset += count_of(shape);
  }
}

WeightBlock WeightBlock::network(std::int64_t k) const {
  return {shapes_, values_.narrow(0, k, 1), gradient_.defined() ? gradient_.narrow(0, k, 1) : Tensor()};
}

WeightBlock WeightBlock::frozen() const { return {shapes_, values_, Tensor()}; }

WeightBlock WeightBlock::clone() const { return {shapes_, values_.clone(), Tensor()}; }

WeightBlock WeightBlock::to(torch::ScalarType type) const {
  const Tensor values = values_.to(type, /*non_blocking=*/false, /*copy=*/true);
  return {shapes_, values, torch::zeros_like(values)};
}

void WeightBlock::save(SnapshotWriter& writer, std::string_view name) const { save_tensor(writer, name, values_); }

void WeightBlock::load(SnapshotReader& reader, std::string_view name) { load_tensor(reader, name, values_); }

void initialise(Tensor weight, Tensor bias, Initialisation initialisation, RandomStream& random) {
  const torch::NoGradGuard no_grad;
  const double bound = 1 / std::sqrt(static_cast<double>(weight.size(0)));
  const auto uniform = [&] { return random.uniform(-bound, bound); };
  const double kept =
      initialisation == Initialisation::kLecun ? 0.87962566103423978 : 1.0;  // deviation left by the cut
  const auto normal = [&] { return truncated_normal(random) * bound / kept; };
  const bool is_uniform = initialisation == Initialisation::kTorch;
  const auto fill = [&](Tensor& tensor, auto draw) {
    Tensor drawn = torch::empty(tensor.sizes(), torch::kFloat64);
    for (double* value = drawn.data_ptr<double>(); value != drawn.data_ptr<double>() + drawn.numel(); ++value)
      *value = draw();
    tensor.copy_(drawn);
  };
  if (is_uniform) {
    fill(weight, uniform);
    fill(bias, uniform);
  } else {
    fill(weight, normal);
    bias.zero_();
  }
}

}  // namespace tutti
