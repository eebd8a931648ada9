#include "critics.hpp"

namespace tutti {

using torch::Tensor;

Tensor twin_target(const Batch& batch, const Tensor& next_values) {
  return torch::addcmul(batch.rewards, batch.bootstrap, next_values.amin(0));
}

Tensor soft_target(const Batch& batch, const Tensor& next_values, double temperature, const Tensor& log_density) {
  return torch::addcmul(batch.rewards, batch.bootstrap, next_values.amin(0) - temperature * log_density);
}

void report_critic(Metrics& metrics, const Tensor& values, const Tensor& target, const Adam& optimizer) {
  if (!metrics.wanted("mean_q")) return;
  metrics.add("mean_q", values.mean().item<double>());
  metrics.add("target_mean", target.mean().item<double>());
  metrics.add("target_deviation", target.std(/*unbiased=*/false).item<double>());
  metrics.add("critic_gradient_norm", optimizer.gradient_norm());
}

}  // namespace tutti
