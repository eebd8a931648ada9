#include "omad/reverse_sde.hpp"

#include <cmath>
#include <numbers>

#include "gaussian_policy.hpp"

namespace tutti {
namespace {

double prior_precision(const ReverseSdeOptions& options) { return 1 / (options.prior_scale * options.prior_scale); }

// log(e^y - 1), without e^y.
double inverse_softplus(double y) { return y + std::log(-std::expm1(-y)); }

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

ReverseSde::Steps ReverseSde::steps() const {
  const torch::Tensor schedule = torch::tensor(schedule_, torch::kFloat64).view({-1, 1, 1, 1});
  const torch::Tensor size = time_step() * schedule.to(friction().options()) / friction();
  return {size, 1 - size * prior_precision(options_), (2 * size).sqrt(), 0.5 / size};
}

ReverseSdePath ReverseSde::sample(ScoreFunction& score, const torch::Tensor& noise, bool keep) const {
  const torch::NoGradGuard no_grad;
  const Steps steps = this->steps();
  ReverseSdePath path;
  torch::Tensor x = options_.prior_scale * noise[0];
  torch::Tensor cost = torch::zeros_like(x);  // sum of (x_k - G_k)^2 / (2 eta_k)
  for (std::int64_t k = 0; k < options_.steps; ++k) {
    const torch::Tensor kept_share = steps.kept_share[k];
    const torch::Tensor f = score.forward(k, x);
    const torch::Tensor next = (kept_share * x).addcmul_(steps.size[k], f).addcmul_(steps.deviation[k], noise[k + 1]);
    const torch::Tensor backward_gap = torch::addcmul(x, kept_share, next, -1);
    cost.addcmul_(backward_gap * steps.half_precision[k], backward_gap);
    if (keep) {
      path.positions.push_back(x);
      path.scores.push_back(f);
    }
    x = next;
  }
  // The normalisers of both kernels cancel: they have the same scale.
  const torch::Tensor noise_squares = noise.slice(0, 1).square().sum(torch::IntArrayRef{0, -1});
  path.actions = x.tanh();
  path.running_cost = (cost.sum(-1) - noise_squares) / 2 - log_tanh_derivative(x).sum(-1);
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
  const Steps steps = this->steps();
  const double precision = prior_precision(options_);
  const torch::Tensor w = running_gradient.unsqueeze(-1);
  const torch::Tensor& a = path.actions;
  torch::Tensor gradient = action_gradient * (1 - a.square()) + 2 * w * a;  // with respect to x_{k+1}, without its cost
  torch::Tensor size_gradient = torch::zeros_like(friction());              // sum_k eta_k dL/d eta_k
  for (std::int64_t k = options_.steps; k-- > 0;) {
    const auto index = static_cast<std::size_t>(k);
    const torch::Tensor &x = path.positions[index], &next = path.positions[index + 1], &f = path.scores[index];
    const torch::Tensor size = steps.size[k], kept_share = steps.kept_share[k];
    const torch::Tensor error = torch::addcmul(x, kept_share, next, -1).mul_(steps.half_precision[k]);
    const torch::Tensor cost_gradient = w * error;
    const torch::Tensor full = torch::addcmul(gradient, kept_share, cost_gradient, -1);  // the whole one at x_{k+1}
    const torch::Tensor drift = torch::add(f, x, -precision).addcdiv_(path.noise[k + 1], steps.deviation[k]);
    const torch::Tensor pull = torch::add(error, next, -precision);
    size_gradient += size * (full * drift).addcmul_(cost_gradient, pull, -1).sum(1, /*keepdim=*/true);
    gradient = score.backward(k, size * full).addcmul(kept_share, full).add_(cost_gradient);
  }
  const torch::Tensor &raw_time_step = block_.tensor(kTimeStep), &raw_friction = block_.tensor(kFriction);
  raw_time_step.grad().add_(size_gradient.sum(-1, /*keepdim=*/true) * torch::sigmoid(raw_time_step) / time_step());
  raw_friction.grad().sub_(size_gradient * torch::sigmoid(raw_friction) / friction());
}

}  // namespace tutti
