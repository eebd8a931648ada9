#include "omad/batch_renormalization.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A feature that does not vary over the batch: the derivative of its standard deviation is not finite.
constexpr double kConstantVariance = 1e-12;

// Places in the block.
constexpr std::size_t kScale = 0;
constexpr std::size_t kShift = 1;

// Rows of one layer of [C, n, F]; the features are dense, layers and rows may be strided.
template <class Real>
const Real* row_of(const torch::Tensor& x, std::int64_t layer, std::int64_t row) {
  return x.data_ptr<Real>() + layer * x.stride(0) + row * x.stride(1);
}

// `count` sums over the rows, [count, C, 1, F], in one pass; term(layer, row, sums) adds one row to them, F numbers for
// each. Blocks keep the digits of long sums.
template <class Real, class Term>
torch::Tensor sums_over_rows(const torch::Tensor& x, std::int64_t count, const Term& term) {
  constexpr std::int64_t kBlock = 32;
  const std::int64_t layers = x.size(0), rows = x.size(1), features = x.size(2);
  torch::Tensor result = torch::zeros({count, layers, 1, features}, x.options().requires_grad(false));
  std::vector<Real> block(static_cast<std::size_t>(count * features));
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    for (std::int64_t row = 0; row < rows; ++row) {
      term(layer, row, block.data());
      if ((row + 1) % kBlock != 0 && row + 1 != rows) continue;
      for (std::int64_t i = 0; i < count; ++i) {
        Real* sums = result.data_ptr<Real>() + (i * layers + layer) * features;
        const Real* terms = block.data() + i * features;
        for (std::int64_t j = 0; j < features; ++j) sums[j] += terms[j];
      }
      std::fill(block.begin(), block.end(), Real{0});
    }
  }
  return result;
}

struct Moments {
  torch::Tensor mean, variance;  // [C, 1, F]
};

Moments moments_of(const torch::Tensor& x) {
  const std::int64_t features = x.size(2);
  const auto rows = static_cast<double>(x.size(1));
  Moments result;
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "moments", [&] {
    result.mean = sums_over_rows<scalar_t>(x, 1, [&](std::int64_t layer, std::int64_t row, scalar_t* __restrict sums) {
      const scalar_t* __restrict values = row_of<scalar_t>(x, layer, row);
      for (std::int64_t j = 0; j < features; ++j) sums[j] += values[j];
    });
    result.mean = result.mean[0] / rows;
    result.variance =
        sums_over_rows<scalar_t>(x, 1, [&](std::int64_t layer, std::int64_t row, scalar_t* __restrict sums) {
          const scalar_t* __restrict values = row_of<scalar_t>(x, layer, row);
          const scalar_t* __restrict means = row_of<scalar_t>(result.mean, layer, 0);
          for (std::int64_t j = 0; j < features; ++j) sums[j] += (values[j] - means[j]) * (values[j] - means[j]);
        });
    result.variance = result.variance[0] / rows;
  });
  return result;
}

// constant + (x - mean) slope, plus y gain if y is defined; the coefficients are [C, 1, F].
torch::Tensor affine_rows(const torch::Tensor& x, const torch::Tensor& mean, const torch::Tensor& slope,
                          const torch::Tensor& constant, const torch::Tensor& y, const torch::Tensor& gain) {
  torch::Tensor result = torch::empty(x.sizes(), x.options().requires_grad(false));
  const std::int64_t layers = x.size(0), rows = x.size(1), features = x.size(2);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "affine_rows", [&] {
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      const scalar_t* __restrict means = row_of<scalar_t>(mean, layer, 0);
      const scalar_t* __restrict slopes = row_of<scalar_t>(slope, layer, 0);
      const scalar_t* __restrict constants = row_of<scalar_t>(constant, layer, 0);
      for (std::int64_t row = 0; row < rows; ++row) {
        const scalar_t* __restrict from = row_of<scalar_t>(x, layer, row);
        scalar_t* __restrict to = result.data_ptr<scalar_t>() + (layer * rows + row) * features;
        for (std::int64_t j = 0; j < features; ++j) to[j] = constants[j] + (from[j] - means[j]) * slopes[j];
        if (!y.defined()) continue;
        const scalar_t* __restrict other = row_of<scalar_t>(y, layer, row);
        const scalar_t* __restrict gains = row_of<scalar_t>(gain, layer, 0);
        for (std::int64_t j = 0; j < features; ++j) to[j] += other[j] * gains[j];
      }
    }
  });
  return result;
}

// y = g (x - mu + h) r + b with h = delta s / rho and r = 1 / sqrt(s^2 / rho^2 + eps). With u = g dL/dy:
//   dL/dx_j = (u_j - mean u) r + (x_j - mu) / n * [ delta r / (rho s) * sum u  -  r^2 / rho^2 * sum(u xhat) ]
class Normalize : public torch::autograd::Function<Normalize> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input, const torch::Tensor& mean,
                               const torch::Tensor& variance, const torch::Tensor& rho, const torch::Tensor& delta,
                               double epsilon, const torch::Tensor& scale, const torch::Tensor& shift) {
    const torch::Tensor deviation = variance.sqrt();
    const torch::Tensor offset = delta * deviation / rho;
    const torch::Tensor rate = (variance / rho.square() + epsilon).rsqrt();
    context->save_for_backward({input, mean, variance, rho, delta, deviation, offset, rate, scale});
    const torch::Tensor gain = scale * rate;
    return affine_rows(input, mean, gain, shift + gain * offset, {}, {});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &input = saved[0], &mean = saved[1], &variance = saved[2], &rho = saved[3], &delta = saved[4];
    const torch::Tensor &deviation = saved[5], &offset = saved[6], &rate = saved[7], &scale = saved[8];
    const torch::Tensor output_gradient = gradients[0].contiguous();
    const std::int64_t features = input.size(2);
    const auto rows = static_cast<double>(input.size(1));

    torch::Tensor sums;  // over the rows, of dL/dy and of dL/dy (x - mu)
    AT_DISPATCH_FLOATING_TYPES(input.scalar_type(), "normalize_backward", [&] {
      sums = sums_over_rows<scalar_t>(input, 2, [&](std::int64_t layer, std::int64_t row, scalar_t* __restrict out) {
        const scalar_t* __restrict g = row_of<scalar_t>(output_gradient, layer, row);
        const scalar_t* __restrict x = row_of<scalar_t>(input, layer, row);
        const scalar_t* __restrict means = row_of<scalar_t>(mean, layer, 0);
        for (std::int64_t j = 0; j < features; ++j) {
          out[j] += g[j];
          out[features + j] += g[j] * (x[j] - means[j]);
        }
      });
    });
    const torch::Tensor sum = sums[0], product = sums[1];
    const torch::Tensor scale_gradient = rate * (product + offset * sum);  // sum of dL/dy xhat
    const torch::Tensor none;
    if (!context->needs_input_grad(0)) return {none, none, none, none, none, none, scale_gradient, sum};
    const torch::Tensor through_deviation =
        torch::where(variance < kConstantVariance, torch::zeros_like(sum), delta * rate * sum / (rho * deviation));
    const torch::Tensor along_input = scale / rows * (through_deviation - (rate / rho).square() * scale_gradient);
    const torch::Tensor gain = scale * rate;
    const torch::Tensor input_gradient =
        affine_rows(input, mean, along_input, gain * sum / -rows, output_gradient, gain);
    return {input_gradient, none, none, none, none, none, scale_gradient, sum};
  }
};

}  // namespace

BatchRenormalization::BatchRenormalization(std::int64_t layers, std::int64_t features,
                                           BatchRenormalizationOptions options, torch::ScalarType type)
    : options_(options),
      block_(layers, {{1, features}, {1, features}}, type),
      running_mean_(torch::zeros({layers, 1, features}, type)),
      running_variance_(torch::ones({layers, 1, features}, type)) {
  const torch::NoGradGuard no_grad;
  torch::Tensor(block_.tensor(kScale)).fill_(1);
}

torch::Tensor BatchRenormalization::train(const torch::Tensor& values) {
  const torch::Tensor input = values.stride(-1) == 1 ? values : values.contiguous();
  torch::Tensor rho, delta;
  Moments batch;
  {
    const torch::NoGradGuard no_grad;
    batch = moments_of(input);
    if (passes_ >= options_.warmup) {
      const torch::Tensor running_deviation = (running_variance_ + options_.epsilon).sqrt();
      rho = ((batch.variance + options_.epsilon).sqrt() / running_deviation)
                .clamp(1 / options_.ratio_max, options_.ratio_max);
      delta = ((batch.mean - running_mean_) / running_deviation).clamp(-options_.shift_max, options_.shift_max);
    } else {
      rho = torch::ones_like(batch.mean);
      delta = torch::zeros_like(batch.mean);
    }
    running_mean_.lerp_(batch.mean, 1 - options_.momentum);
    running_variance_.lerp_(batch.variance, 1 - options_.momentum);
    ++passes_;
  }
  return Normalize::apply(input, batch.mean, batch.variance, rho, delta, options_.epsilon, block_.tensor(kScale),
                          block_.tensor(kShift));
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
