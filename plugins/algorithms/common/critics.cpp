#include "critics.hpp"

#include "nn/operators.hpp"

namespace tutti {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

struct SquaredErrorFunction : torch::autograd::Function<SquaredErrorFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& values, const Tensor& target) {
    const Tensor all = values.contiguous(), targets = target.contiguous();
    const Tensor gradient = torch::empty_like(all), loss = torch::empty({}, all.options());
    const std::int64_t rows = targets.numel();
    AT_DISPATCH_FLOATING_TYPES(all.scalar_type(), "squared_error", [&] {
      const auto *q = all.data_ptr<scalar_t>(), *y = targets.data_ptr<scalar_t>();
      auto* of_q = gradient.data_ptr<scalar_t>();
      double sum = 0;
      for (std::int64_t i = 0; i < all.numel(); ++i) {
        const scalar_t error = q[i] - y[i % rows];
        sum += static_cast<double>(error) * static_cast<double>(error);
        of_q[i] = 2 * error / static_cast<scalar_t>(rows);
      }
      *loss.data_ptr<scalar_t>() = static_cast<scalar_t>(sum / static_cast<double>(rows));
    });
    context->save_for_backward({gradient});
    return loss;
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    return {gradients[0] * context->get_saved_variables()[0], Tensor()};
  }
};

}  // namespace

Tensor twin_target(const Batch& batch, const Tensor& next_values) {
  return torch::addcmul(batch.rewards, batch.bootstrap, next_values.amin(0));
}

Tensor soft_target(const Batch& batch, const Tensor& next_values, const Tensor& temperature,
                   const Tensor& log_density) {
  return torch::addcmul(batch.rewards, batch.bootstrap, next_values.amin(0) - temperature * log_density);
}

Tensor squared_error(const Tensor& values, const Tensor& target) {
  if (by_operators(values)) return (values - target.detach()).square().sum() / target.numel();
  return SquaredErrorFunction::apply(values, target);
}

void report_critic(Metrics& metrics, const Tensor& values, const Tensor& target, const Adam& optimizer) {
  if (!metrics.wanted("mean_q")) return;
  metrics.add("mean_q", values.mean().item<double>());
  metrics.add("target_mean", target.mean().item<double>());
  metrics.add("target_deviation", target.std(/*unbiased=*/false).item<double>());
  metrics.add("critic_gradient_norm", optimizer.gradient_norm());
}

}  // namespace tutti
