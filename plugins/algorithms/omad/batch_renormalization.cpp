#include "omad/batch_renormalization.hpp"

#include <string>

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

// y = g (x - mu + h) r + b with h = delta s / rho and r = 1 / sqrt(s^2 / rho^2 + eps). With u = g dL/dy:
//   dL/dx_j = (u_j - mean u) r + (x_j - mu) / n * [ delta r / (rho s) * sum u  -  r^2 / rho^2 * sum(u xhat) ]
class Normalize : public torch::autograd::Function<Normalize> {
  static constexpr std::size_t kInput = 4;  // its number among the tensors that forward() takes

 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& centered, const torch::Tensor& variance,
                               const torch::Tensor& rho, const torch::Tensor& delta, double epsilon,
                               const torch::Tensor& input, const torch::Tensor& scale, const torch::Tensor& shift) {
    (void)input;  // its gradient is what backward() returns; its values are in `centered`
    const torch::Tensor deviation = variance.sqrt();
    const torch::Tensor offset = delta * deviation / rho;
    const torch::Tensor rate = (variance / rho.square() + epsilon).rsqrt();
    context->save_for_backward({centered, variance, rho, delta, deviation, offset, rate, scale});
    const torch::Tensor gain = scale * rate;
    return torch::addcmul(shift + gain * offset, centered, gain);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &centered = saved[0], &variance = saved[1], &rho = saved[2], &delta = saved[3];
    const torch::Tensor &deviation = saved[4], &offset = saved[5], &rate = saved[6], &scale = saved[7];
    const torch::Tensor& output_gradient = gradients[0];
    const auto rows = static_cast<double>(centered.size(1));

    const torch::Tensor sum = output_gradient.sum(1, /*keepdim=*/true);
    const torch::Tensor scale_gradient =
        rate * ((output_gradient * centered).sum(1, /*keepdim=*/true) + offset * sum);  // sum of dL/dy xhat
    const torch::Tensor none;
    if (!context->needs_input_grad(kInput)) return {none, none, none, none, none, none, scale_gradient, sum};
    const torch::Tensor through_deviation =
        torch::where(variance < kConstantVariance, torch::zeros_like(sum), delta * rate * sum / (rho * deviation));
    const torch::Tensor along_input = scale / rows * (through_deviation - (rate / rho).square() * scale_gradient);
    const torch::Tensor gain = scale * rate;
    const torch::Tensor input_gradient =
        torch::addcmul(gain * sum / -rows, output_gradient, gain).addcmul_(centered, along_input);
    return {none, none, none, none, none, input_gradient, scale_gradient, sum};
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

torch::Tensor BatchRenormalization::train(const torch::Tensor& input) {
  torch::Tensor centered, variance, rho, delta;
  {
    const torch::NoGradGuard no_grad;
    const torch::Tensor mean = input.mean(1, /*keepdim=*/true);
    centered = input - mean;
    variance = centered.square().mean(1, /*keepdim=*/true);
    if (passes_ >= options_.warmup) {
      const torch::Tensor running_deviation = (running_variance_ + options_.epsilon).sqrt();
      rho =
          ((variance + options_.epsilon).sqrt() / running_deviation).clamp(1 / options_.ratio_max, options_.ratio_max);
      delta = ((mean - running_mean_) / running_deviation).clamp(-options_.shift_max, options_.shift_max);
    } else {
      rho = torch::ones_like(mean);
      delta = torch::zeros_like(mean);
    }
    running_mean_.lerp_(mean, 1 - options_.momentum);
    running_variance_.lerp_(variance, 1 - options_.momentum);
    ++passes_;
  }
  return Normalize::apply(centered, variance, rho, delta, options_.epsilon, input, block_.tensor(kScale),
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
