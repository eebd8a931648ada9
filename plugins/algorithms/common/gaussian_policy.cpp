#include "gaussian_policy.hpp"

#include <cmath>
#include <numbers>

#include "nn/elementwise.hpp"
#include "nn/operators.hpp"

namespace tutti {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// The logarithm of the deviation is cut to this range.
constexpr double kSmallestLog = -20;
constexpr double kLargestLog = 2;

/// log(1 + e^x) without overflow.
template <class Real>
Real softplus(Real x) {
  return (x > 0 ? x : Real{0}) + std::log1p(std::exp(x > 0 ? -x : x));
}

template <class Real>
void sample_elements(std::int64_t count, const Real* mean, const Real* log_deviation, const Real* noise, Real* action,
                     Real* log_density) {
  const auto constant = static_cast<Real>(0.5 * std::log(2 * std::numbers::pi) + 2 * std::numbers::ln2);
  for (std::int64_t i = 0; i < count; ++i) {
    const Real below = log_deviation[i] > Real(kLargestLog) ? Real(kLargestLog) : log_deviation[i];
    const Real log_scale = below < Real(kSmallestLog) ? Real(kSmallestLog) : below;
    const Real u = mean[i] + std::exp(log_scale) * noise[i];
    action[i] = tanh_of(u);
    log_density[i] = 2 * (u + softplus(-2 * u)) - noise[i] * noise[i] / 2 - constant - log_scale;
  }
}

/// With u = mean + sigma noise: d action / du = 1 - action^2, d log_density / du = 2 action.
template <class Real>
void differentiate_elements(std::int64_t count, const Real* action_gradient, const Real* density_gradient,
                            const Real* action, const Real* log_deviation, const Real* noise, Real* mean_gradient,
                            Real* log_deviation_gradient) {
  for (std::int64_t i = 0; i < count; ++i) {
    const Real of_u = action_gradient[i] * (1 - action[i] * action[i]) + 2 * density_gradient[i] * action[i];
    const bool cut = log_deviation[i] > Real(kLargestLog) || log_deviation[i] < Real(kSmallestLog);
    mean_gradient[i] = of_u;
    log_deviation_gradient[i] = cut ? 0 : of_u * noise[i] * std::exp(log_deviation[i]) - density_gradient[i];
  }
}

struct SquashedGaussianFunction : torch::autograd::Function<SquashedGaussianFunction> {
  static tensor_list forward(AutogradContext* context, const Tensor& mean, const Tensor& log_deviation,
                             const Tensor& noise) {
    const SquashedSample sample = sampled(mean, log_deviation, noise);
    context->save_for_backward({sample.actions, log_deviation, noise});
    return {sample.actions, sample.log_densities};
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor actions = saved[0], log_deviation = saved[1].contiguous(), noise = saved[2].contiguous();
    const Tensor of_actions = gradients[0].contiguous(), of_densities = gradients[1].contiguous();
    Tensor of_mean = torch::empty_like(actions), of_log_deviation = torch::empty_like(actions);
    AT_DISPATCH_FLOATING_TYPES(actions.scalar_type(), "squashed_gaussian", [&] {
      differentiate_elements(actions.numel(), of_actions.data_ptr<scalar_t>(), of_densities.data_ptr<scalar_t>(),
                             actions.data_ptr<scalar_t>(), log_deviation.data_ptr<scalar_t>(),
                             noise.data_ptr<scalar_t>(), of_mean.data_ptr<scalar_t>(),
                             of_log_deviation.data_ptr<scalar_t>());
    });
    return {of_mean, of_log_deviation, Tensor()};
  }

  static SquashedSample sampled(const Tensor& mean, const Tensor& log_deviation, const Tensor& noise) {
    const Tensor means = mean.contiguous(), logs = log_deviation.contiguous(), draws = noise.contiguous();
    const auto options = means.options().requires_grad(false);
    SquashedSample sample{torch::empty(means.sizes(), options), torch::empty(means.sizes(), options)};
    AT_DISPATCH_FLOATING_TYPES(means.scalar_type(), "squashed_gaussian", [&] {
      sample_elements(means.numel(), means.data_ptr<scalar_t>(), logs.data_ptr<scalar_t>(), draws.data_ptr<scalar_t>(),
                      sample.actions.data_ptr<scalar_t>(), sample.log_densities.data_ptr<scalar_t>());
    });
    return sample;
  }
};

/// sample_elements() by LibTorch's operators, which are differentiable themselves.
SquashedSample sampled_by_operators(const Tensor& mean, const Tensor& log_deviation, const Tensor& noise) {
  const double constant = 0.5 * std::log(2 * std::numbers::pi) + 2 * std::numbers::ln2;
  const Tensor log_scale = log_deviation.clamp(kSmallestLog, kLargestLog);
  const Tensor u = mean + log_scale.exp() * noise;
  return {torch::tanh(u), 2 * (u + torch::softplus(-2 * u)) - noise.square() / 2 - constant - log_scale};
}

}  // namespace

SquashedSample squashed_gaussian(const Tensor& mean, const Tensor& log_deviation, const Tensor& noise) {
  TORCH_CHECK(mean.sizes() == log_deviation.sizes() && mean.sizes() == noise.sizes(),
              "squashed_gaussian: mean, log_deviation and noise must have one shape");
  if (by_operators(mean)) return sampled_by_operators(mean, log_deviation, noise);
  if (torch::GradMode::is_enabled() && (mean.requires_grad() || log_deviation.requires_grad())) {
    const tensor_list results = SquashedGaussianFunction::apply(mean, log_deviation, noise);
    return {results[0], results[1]};
  }
  const torch::NoGradGuard no_grad;
  return SquashedGaussianFunction::sampled(mean, log_deviation, noise);
}

}  // namespace tutti
