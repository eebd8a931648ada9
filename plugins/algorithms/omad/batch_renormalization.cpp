#include "omad/batch_renormalization.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "nn/operators.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

// A feature that does not vary over the batch: the derivative of its standard deviation is not finite.
constexpr double kConstantVariance = 1e-12;

// Places in the block.
constexpr std::size_t kScale = 0;
constexpr std::size_t kShift = 1;

// The rows of one layer of [C, n, F]; the features are dense, layers and rows may be strided.
template <class Real>
struct LayerRows {
  Real* data;
  std::int64_t count, stride;

  LayerRows(const torch::Tensor& x, std::int64_t layer)
      : data(x.data_ptr<std::remove_const_t<Real>>() + layer * x.stride(0)), count(x.size(1)), stride(x.stride(1)) {}
  Real* operator[](std::int64_t row) const { return data + row * stride; }
};

// sums <- the mean over the rows of what add(values, sums) adds to them. Blocks keep the digits of long sums.
template <class Real, class Add>
void mean_over_rows(const LayerRows<const Real>& rows, std::int64_t features, Real* sums, const Add& add) {
  constexpr std::int64_t kBlock = 32;
  std::vector<Real> block(static_cast<std::size_t>(features));
  std::fill_n(sums, features, Real{0});
  for (std::int64_t row = 0; row < rows.count; ++row) {
    add(rows[row], block.data());
    if ((row + 1) % kBlock != 0 && row + 1 != rows.count) continue;
    for (std::int64_t j = 0; j < features; ++j) sums[j] += block[static_cast<std::size_t>(j)];
    std::fill(block.begin(), block.end(), Real{0});
  }
  for (std::int64_t j = 0; j < features; ++j) sums[j] /= static_cast<Real>(rows.count);
}

// What one layer's batch is normalised with, F numbers each: mu, s^2, rho, delta, h = delta s / rho, and
// r = 1 / sqrt(s^2 / rho^2 + eps). Rows of the tensor [6, C, F].
template <class Real>
struct Statistics {
  Real *mean, *variance, *rho, *delta, *offset, *rate;

  Statistics(const torch::Tensor& all, std::int64_t layer) {
    Real* first = all.data_ptr<Real>() + layer * all.size(2);
    const std::int64_t step = all.size(1) * all.size(2);
    mean = first, variance = first + step, rho = first + 2 * step, delta = first + 3 * step;
    offset = first + 4 * step, rate = first + 5 * step;
  }

  void set_moments(const LayerRows<const Real>& rows, std::int64_t features) const {
    mean_over_rows(rows, features, mean, [&](const Real* __restrict x, Real* __restrict sums) {
      for (std::int64_t j = 0; j < features; ++j) sums[j] += x[j];
    });
    const Real* center = mean;
    mean_over_rows(rows, features, variance, [&](const Real* __restrict x, Real* __restrict sums) {
      for (std::int64_t j = 0; j < features; ++j) sums[j] += (x[j] - center[j]) * (x[j] - center[j]);
    });
  }
};

/// input_gradient() by LibTorch's operators.
torch::Tensor input_gradient_by_operators(const BatchRenormalization::Batch& batch, const torch::Tensor& gradient,
                                          const torch::Tensor& sum, const torch::Tensor& product) {
  const std::vector<torch::Tensor> of = batch.statistics.unbind();
  const torch::Tensor &variance = of[1], &rho = of[2], &delta = of[3], &offset = of[4], &rate = of[5];
  const std::int64_t rows = batch.normalised.size(1), with_gradient = gradient.size(1);
  const torch::Tensor sums = sum.view_as(rate), products = product.view_as(rate), share = rate / rho;
  const torch::Tensor through_deviation =
      (delta * share * sums / variance.sqrt()).masked_fill(variance < kConstantVariance, 0);
  const torch::Tensor along = (through_deviation - share.square() * products) / rows;
  const torch::Tensor constant = -rate * sums / rows - along * offset;
  const torch::Tensor result = constant.unsqueeze(1) + batch.normalised * (along / rate).unsqueeze(1);
  result.narrow(1, 0, with_gradient).add_(gradient * rate.unsqueeze(1));
  return result;
}

}  // namespace

BatchRenormalization::BatchRenormalization(std::int64_t layers, std::int64_t features,
                                           BatchRenormalizationOptions options, const torch::TensorOptions& tensors)
    : options_(options),
      block_(layers, {{1, features}, {1, features}}, tensors),
      running_mean_(torch::zeros({layers, 1, features}, tensors)),
      running_variance_(torch::ones({layers, 1, features}, tensors)) {
  const torch::NoGradGuard no_grad;
  torch::Tensor(block_.tensor(kScale)).fill_(1);
}

BatchRenormalization::Batch BatchRenormalization::normalise(const torch::Tensor& values) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor input = values.stride(-1) == 1 ? values : values.contiguous();
  const std::int64_t layers = input.size(0), rows = input.size(1), features = input.size(2);
  const bool corrects = passes_++ >= options_.warmup;
  if (by_operators(input)) return normalise_by_operators(input, corrects);
  Batch batch{torch::empty({layers, rows, features}, running_mean_.options()),
              torch::empty({6, layers, features}, running_mean_.options())};
  AT_DISPATCH_FLOATING_TYPES(input.scalar_type(), "normalise", [&] {
    const auto real = [](double value) { return static_cast<scalar_t>(value); };
    const scalar_t epsilon = real(options_.epsilon), moves = real(1 - options_.momentum);
    const scalar_t ratio_max = real(options_.ratio_max), shift_max = real(options_.shift_max);
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      const LayerRows<const scalar_t> from(input, layer);
      const Statistics<scalar_t> of(batch.statistics, layer);
      of.set_moments(from, features);
      scalar_t* running_mean = running_mean_.data_ptr<scalar_t>() + layer * features;
      scalar_t* running_variance = running_variance_.data_ptr<scalar_t>() + layer * features;
      for (std::int64_t j = 0; j < features; ++j) {
        const scalar_t running_deviation = std::sqrt(running_variance[j] + epsilon);
        const scalar_t ratio = std::sqrt(of.variance[j] + epsilon) / running_deviation;
        const scalar_t shift = (of.mean[j] - running_mean[j]) / running_deviation;
        of.rho[j] = corrects ? std::clamp(ratio, 1 / ratio_max, ratio_max) : scalar_t{1};
        of.delta[j] = corrects ? std::clamp(shift, -shift_max, shift_max) : scalar_t{0};
        running_mean[j] += moves * (of.mean[j] - running_mean[j]);
        running_variance[j] += moves * (of.variance[j] - running_variance[j]);
        of.offset[j] = of.delta[j] * std::sqrt(of.variance[j]) / of.rho[j];
        of.rate[j] = 1 / std::sqrt(of.variance[j] / (of.rho[j] * of.rho[j]) + epsilon);
      }
      for (std::int64_t row = 0; row < rows; ++row) {
        const scalar_t* __restrict x = from[row];
        scalar_t* __restrict to = batch.normalised.data_ptr<scalar_t>() + (layer * rows + row) * features;
        for (std::int64_t j = 0; j < features; ++j) to[j] = (x[j] - of.mean[j] + of.offset[j]) * of.rate[j];
      }
    }
  });
  return batch;
}

BatchRenormalization::Batch BatchRenormalization::normalise_by_operators(const torch::Tensor& input, bool corrects) {
  const torch::Tensor mean = input.mean(1, /*keepdim=*/true);
  const torch::Tensor variance = (input - mean).square().mean(1, /*keepdim=*/true);
  const torch::Tensor running_deviation = (running_variance_ + options_.epsilon).sqrt();
  torch::Tensor rho = torch::ones_like(mean), delta = torch::zeros_like(mean);
  if (corrects) {
    rho = ((variance + options_.epsilon).sqrt() / running_deviation).clamp(1 / options_.ratio_max, options_.ratio_max);
    delta = ((mean - running_mean_) / running_deviation).clamp(-options_.shift_max, options_.shift_max);
  }
  running_mean_.add_(mean - running_mean_, 1 - options_.momentum);
  running_variance_.add_(variance - running_variance_, 1 - options_.momentum);
  const torch::Tensor offset = delta * variance.sqrt() / rho;
  const torch::Tensor rate = (variance / rho.square() + options_.epsilon).rsqrt();
  return {(input - mean + offset) * rate, torch::stack({mean, variance, rho, delta, offset, rate}).squeeze(2)};
}

// With x^ = (x - mu + h) r and u = dL/dx^:
//   dL/dx_j = (u_j - mean u) r + (x_j - mu) / n * [ delta r / (rho s) * sum u  -  r^2 / rho^2 * sum(u x^) ]
// where x_j - mu = x^_j / r - h.
torch::Tensor BatchRenormalization::input_gradient(const Batch& batch, const torch::Tensor& gradient,
                                                   const torch::Tensor& sum, const torch::Tensor& product) {
  const torch::NoGradGuard no_grad;
  if (by_operators(gradient)) return input_gradient_by_operators(batch, gradient, sum, product);
  const std::int64_t layers = gradient.size(0), rows = batch.normalised.size(1), features = gradient.size(2);
  torch::Tensor result = torch::empty_like(batch.normalised);
  AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "input_gradient", [&] {
    const auto count = static_cast<scalar_t>(rows);
    std::vector<scalar_t> slopes(static_cast<std::size_t>(features)), constants(slopes.size());
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      const Statistics<scalar_t> of(batch.statistics, layer);
      const scalar_t* sums = sum.data_ptr<scalar_t>() + layer * features;
      const scalar_t* products = product.data_ptr<scalar_t>() + layer * features;
      scalar_t* __restrict slope = slopes.data(), * __restrict constant = constants.data();
      for (std::int64_t j = 0; j < features; ++j) {
        const scalar_t deviation = std::sqrt(of.variance[j]), share = of.rate[j] / of.rho[j];
        const scalar_t through_deviation =
            of.variance[j] < kConstantVariance ? scalar_t{0} : of.delta[j] * share * sums[j] / deviation;
        const scalar_t along = (through_deviation - share * share * products[j]) / count;
        slope[j] = along / of.rate[j];
        constant[j] = -of.rate[j] * sums[j] / count - along * of.offset[j];
      }
      const LayerRows<const scalar_t> normalised(batch.normalised, layer), u(gradient, layer);
      for (std::int64_t row = 0; row < rows; ++row) {
        const scalar_t* __restrict from = normalised[row];
        scalar_t* __restrict to = result.data_ptr<scalar_t>() + (layer * rows + row) * features;
        if (row < u.count) {
          const scalar_t* __restrict own = u[row];
          const scalar_t* __restrict rate = of.rate;
          for (std::int64_t j = 0; j < features; ++j) to[j] = constant[j] + from[j] * slope[j] + own[j] * rate[j];
        } else {
          for (std::int64_t j = 0; j < features; ++j) to[j] = constant[j] + from[j] * slope[j];
        }
      }
    }
  });
  return result;
}

torch::Tensor BatchRenormalization::evaluate(const torch::Tensor& input) const {
  return block_.tensor(kScale) * (input - running_mean_) * (running_variance_ + options_.epsilon).rsqrt() +
         block_.tensor(kShift);
}

BatchRenormalization::Affine BatchRenormalization::affine() const {
  const torch::NoGradGuard no_grad;
  const torch::Tensor scale = block_.tensor(kScale) * (running_variance_ + options_.epsilon).rsqrt();
  return {scale, block_.tensor(kShift) - scale * running_mean_};
}

void BatchRenormalization::save(SnapshotWriter& writer, std::string_view name) const {
  const std::string prefix(name);
  block_.save(writer, prefix);
  save_tensor(writer, prefix + ".running_mean", running_mean_);
  save_tensor(writer, prefix + ".running_variance", running_variance_);
  writer.value<std::int64_t>(prefix + ".passes", passes_);
}

void BatchRenormalization::load(SnapshotReader& reader, std::string_view name) {
  const std::string prefix(name);
  block_.load(reader, prefix);
  load_tensor(reader, prefix + ".running_mean", running_mean_);
  load_tensor(reader, prefix + ".running_variance", running_variance_);
  passes_ = reader.value<std::int64_t>(prefix + ".passes");
}

}  // namespace tutti
