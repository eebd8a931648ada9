#include "reverse_sde.hpp"

#include <cmath>
#include <numbers>

namespace tutti {
namespace {

double inverse_softplus(double y) { return std::log(std::expm1(y)); }

// sum over dimensions of log(1 - tanh(x)^2) in a form that is stable for large |x|.
torch::Tensor log_tanh_derivative(const torch::Tensor& x) {
  return 2 * (std::numbers::ln2 - x - torch::softplus(-2 * x)).sum(-1);
}

// Places in the block.
constexpr std::size_t kTimeStep = 0;
constexpr std::size_t kFriction = 1;

}  // namespace

std::vector<double> reverse_sde_schedule(std::int64_t steps) {
  constexpr double kOffset = 0.008;
  constexpr double kSmallest = 0.001;
  std::vector<double> schedule;
  for (std::int64_t k = 0; k < steps; ++k) {
    const double time = static_cast<double>(steps - k) / static_cast<double>(steps);  // 1 ... 1/T
    const double cosine = std::cos(std::numbers::pi / 2 * (1 + kOffset - time) / (1 + kOffset));
    schedule.push_back((1 - kSmallest) * cosine * cosine + kSmallest);
  }
  return schedule;
}

ReverseSde::ReverseSde(std::int64_t agents, std::int64_t action_size, ReverseSdeOptions options, torch::ScalarType type)
    : options_(options),
      schedule_(reverse_sde_schedule(options.steps)),
      block_(agents, {{1, 1}, {1, action_size}}, type) {
  const torch::NoGradGuard no_grad;
  torch::Tensor(block_.tensor(kTimeStep)).fill_(inverse_softplus(options.initial_time_step));
  torch::Tensor(block_.tensor(kFriction)).fill_(inverse_softplus(options.initial_friction));
}

torch::Tensor ReverseSde::time_step() const { return torch::softplus(block_.tensor(kTimeStep).detach()); }
torch::Tensor ReverseSde::friction() const { return torch::softplus(block_.tensor(kFriction).detach()); }

torch::Tensor ReverseSde::step_size(std::size_t step) const { return time_step() * schedule_[step] / friction(); }

ReverseSdePath ReverseSde::sample(ScoreFunction& score, const torch::Tensor& noise, bool keep) const {
  const torch::NoGradGuard no_grad;
  const double precision = 1 / (options_.prior_scale * options_.prior_scale);  // of the prior
  ReverseSdePath path;
  torch::Tensor x = options_.prior_scale * noise[0];
  torch::Tensor cost = torch::zeros_like(x);  // sum of (x_k - G_k)^2 / (2 eta_k)
  for (std::size_t k = 0; k < schedule_.size(); ++k) {
    const torch::Tensor eta = step_size(k);
    const torch::Tensor kept_share = 1 - eta * precision;
    const torch::Tensor f = score.forward(static_cast<std::int64_t>(k), x);
    const torch::Tensor next = kept_share * x + eta * f + (2 * eta).sqrt() * noise[static_cast<std::int64_t>(k) + 1];
    cost += (x - kept_share * next).square() / (2 * eta);
    if (keep) {
      path.positions.push_back(x);
      path.scores.push_back(f);
    }
    x = next;
  }
  // The normalisers of both kernels cancel: they have the same scale.
  const torch::Tensor noise_squares = noise.slice(0, 1).square().sum(torch::IntArrayRef{0, -1});
  path.actions = x.tanh();
  path.running_cost = (cost.sum(-1) - noise_squares) / 2 - log_tanh_derivative(x);
  const double log_normaliser = std::log(2 * std::numbers::pi) / 2 + std::log(options_.prior_scale);
  path.terminal_cost = noise[0].square().sum(-1) / -2 - static_cast<double>(x.size(-1)) * log_normaliser;
  if (keep) {
    path.positions.push_back(x);
    path.noise = noise;
  }
  return path;
}

void ReverseSde::backward(ScoreFunction& score, const ReverseSdePath& path, const torch::Tensor& action_gradient,
                          const torch::Tensor& running_gradient) {
  const torch::NoGradGuard no_grad;
  const double precision = 1 / (options_.prior_scale * options_.prior_scale);
  const torch::Tensor w = running_gradient.unsqueeze(-1);
  const torch::Tensor& a = path.actions;
  torch::Tensor gradient = action_gradient * (1 - a.square()) + 2 * w * a;  // with respect to x_{k+1}, without its cost
  torch::Tensor step_total = torch::zeros_like(friction());                 // sum_k eta_k dL/d eta_k
  for (std::size_t k = schedule_.size(); k-- > 0;) {
    const torch::Tensor &x = path.positions[k], &next = path.positions[k + 1], &f = path.scores[k];
    const torch::Tensor eta = step_size(k);
    const torch::Tensor kept_share = 1 - eta * precision;
    const torch::Tensor error = (x - kept_share * next) / (2 * eta);
    const torch::Tensor full = gradient - w * kept_share * error;  // the whole gradient at x_{k+1}
    const torch::Tensor noise_part = path.noise[static_cast<std::int64_t>(k) + 1] / (2 * eta).sqrt();
    const torch::Tensor step_gradient =
        full * (f - precision * x + noise_part) + w * error * (precision * next - error);
    step_total += eta * step_gradient.sum(1, /*keepdim=*/true);
    gradient = kept_share * full + score.backward(static_cast<std::int64_t>(k), eta * full) + w * error;
  }
  const torch::Tensor &time_step_raw = block_.tensor(kTimeStep), &friction_raw = block_.tensor(kFriction);
  time_step_raw.grad().add_(step_total.sum(-1, /*keepdim=*/true) * torch::sigmoid(time_step_raw) / time_step());
  friction_raw.grad().sub_(step_total * torch::sigmoid(friction_raw) / friction());
}

}  // namespace tutti
