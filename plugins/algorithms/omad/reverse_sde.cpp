#include "omad/reverse_sde.hpp"

#include <cmath>
#include <numbers>

#include "nn/elementwise.hpp"
#include "nn/operators.hpp"

namespace tutti {
namespace {

double prior_precision(const ReverseSdeOptions& options) { return 1 / (options.prior_scale * options.prior_scale); }

// log(e^y - 1), without e^y.
double inverse_softplus(double y) { return y + std::log(-std::expm1(-y)); }

// Places in the block.
constexpr std::size_t kTimeStep = 0;
constexpr std::size_t kFriction = 1;

/// log(1 + e^x) without overflow.
template <class Real>
Real softplus(Real x) {
  return (x > 0 ? x : Real{0}) + std::log1p(std::exp(x > 0 ? -x : x));
}

/// log(1 - tanh(u)^2).
template <class Real>
Real log_tanh_derivative(Real u) {
  return 2 * (static_cast<Real>(std::numbers::ln2) - u - softplus(-2 * u));
}

/// Sizes of one call.
struct Shape {
  std::int64_t agents, rows, dimensions;
  explicit Shape(const torch::Tensor& x) : agents(x.size(0)), rows(x.size(1)), dimensions(x.size(2)) {}

  /// Calls visit(i, path, coefficient) for every number of [N, B, d]: its place, its path's and that of [N, 1, d].
  template <class Visit>
  void each(const Visit& visit) const {
    for (std::int64_t agent = 0, path = 0, i = 0; agent < agents; ++agent) {
      for (std::int64_t row = 0; row < rows; ++row, ++path) {
        for (std::int64_t j = 0; j < dimensions; ++j, ++i) visit(i, path, agent * dimensions + j);
      }
    }
  }
};

/// next <- F + deviation noise. Adds to the paths' costs the squares that both kernels' densities consist of, twice.
template <class Real>
void step_forward(const Shape& shape, const std::vector<StepSizes<Real>>& sizes, const Real* x, const Real* f,
                  const Real* noise, Real* next, Real* cost) {
  shape.each([&](std::int64_t i, std::int64_t path, std::int64_t c) {
    const StepSizes<Real>& eta = sizes[static_cast<std::size_t>(c)];
    next[i] = eta.kept_share * x[i] + eta.size * f[i] + eta.deviation * noise[i];
    const Real gap = x[i] - eta.kept_share * next[i];  // x_k - G_k
    cost[path] += gap * gap * eta.half_precision - noise[i] * noise[i];
  });
}

/// The step in reverse, up to what goes through the score function.
template <class Real>
struct StepBackward {
  const Real *x, *next, *f, *noise;
  const Real* running_gradient;  // [N, B]
  const Real* gradient;          // with respect to x_{k+1}, without its cost
  Real* score_gradient;
  Real* rest;             // what reaches x_k beside the score function
  double* size_gradient;  // [N, 1, d], eta dL/d eta is added

  void operator()(const Shape& shape, const std::vector<StepSizes<Real>>& sizes, Real precision) const {
    shape.each([&](std::int64_t i, std::int64_t path, std::int64_t c) {
      const StepSizes<Real>& eta = sizes[static_cast<std::size_t>(c)];
      const Real error = (x[i] - eta.kept_share * next[i]) * eta.half_precision;
      const Real of_cost = running_gradient[path] * error;
      const Real full = gradient[i] - eta.kept_share * of_cost;  // the whole one at x_{k+1}
      const Real drift = f[i] - precision * x[i] + noise[i] / eta.deviation;
      const Real pull = error - precision * next[i];
      score_gradient[i] = eta.size * full;
      rest[i] = eta.kept_share * full + of_cost;
      size_gradient[c] += static_cast<double>(eta.size * (full * drift - of_cost * pull));
    });
  }
};

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

ReverseSde::ReverseSde(std::int64_t agents, std::int64_t action_size, ReverseSdeOptions options,
                       const torch::TensorOptions& tensors)
    : options_(options),
      schedule_(reverse_sde_schedule(options.steps)),
      block_(agents, {{1, 1}, {1, action_size}}, tensors) {
  const torch::NoGradGuard no_grad;
  torch::Tensor(block_.tensor(kTimeStep)).fill_(inverse_softplus(options.initial_time_step));
  torch::Tensor(block_.tensor(kFriction)).fill_(inverse_softplus(options.initial_friction));
}

torch::Tensor ReverseSde::time_step() const { return torch::softplus(block_.tensor(kTimeStep).detach()); }
torch::Tensor ReverseSde::friction() const { return torch::softplus(block_.tensor(kFriction).detach()); }

template <class Real>
std::vector<StepSizes<Real>> ReverseSde::steps(std::int64_t k) const {
  const torch::Tensor &time_steps = block_.tensor(kTimeStep), &frictions = block_.tensor(kFriction);
  std::vector<StepSizes<Real>> result;
  for (std::int64_t agent = 0; agent < frictions.size(0); ++agent) {
    const Real* raw_friction = frictions.data_ptr<Real>() + agent * frictions.stride(0);
    const Real* raw_time_step = time_steps.data_ptr<Real>() + agent * time_steps.stride(0);
    for (std::int64_t j = 0; j < frictions.size(2); ++j) {
      const Real size = softplus(*raw_time_step) * static_cast<Real>(schedule_[static_cast<std::size_t>(k)]) /
                        softplus(raw_friction[j]);
      result.push_back(
          {size, 1 - size * static_cast<Real>(prior_precision(options_)), std::sqrt(2 * size), Real(0.5) / size});
    }
  }
  return result;
}

ReverseSdePath ReverseSde::sample(ScoreFunction& score, const torch::Tensor& noise, bool keep) const {
  const torch::NoGradGuard no_grad;
  const Shape shape(noise[0]);
  const std::vector<torch::Tensor> draws = noise.contiguous().unbind();
  if (by_operators(noise)) return sample_by_operators(score, draws, keep);
  ReverseSdePath path;
  torch::Tensor x = options_.prior_scale * draws[0];
  path.running_cost = torch::zeros({shape.agents, shape.rows}, x.options());
  path.terminal_cost = torch::empty_like(path.running_cost);
  path.actions = torch::empty_like(x);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "sample", [&] {
    scalar_t* cost = path.running_cost.data_ptr<scalar_t>();
    for (std::int64_t k = 0; k < options_.steps; ++k) {
      const torch::Tensor f = score.forward(k, x), next = torch::empty_like(x);
      step_forward<scalar_t>(shape, steps<scalar_t>(k), x.data_ptr<scalar_t>(), f.data_ptr<scalar_t>(),
                             draws[static_cast<std::size_t>(k + 1)].data_ptr<scalar_t>(), next.data_ptr<scalar_t>(),
                             cost);
      if (keep) {
        path.positions.push_back(x);
        path.scores.push_back(f);
      }
      x = next;
    }
    // The normalisers of both kernels cancel: they have the same scale.
    const double log_normaliser = std::log(2 * std::numbers::pi) / 2 + std::log(options_.prior_scale);
    const auto *last = x.data_ptr<scalar_t>(), *first = draws[0].data_ptr<scalar_t>();
    auto *actions = path.actions.data_ptr<scalar_t>(), *terminal = path.terminal_cost.data_ptr<scalar_t>();
    path.running_cost.div_(2);
    path.terminal_cost.fill_(-static_cast<double>(shape.dimensions) * log_normaliser);
    shape.each([&](std::int64_t i, std::int64_t row, std::int64_t) {
      actions[i] = tanh_of(last[i]);
      cost[row] -= log_tanh_derivative(last[i]);
      terminal[row] -= first[i] * first[i] / 2;
    });
  });
  if (keep) {
    path.positions.push_back(x);
    path.noise = draws;
  }
  return path;
}

StepSizes<torch::Tensor> ReverseSde::step_tensors(std::int64_t k) const {
  const torch::Tensor size = time_step() * schedule_[static_cast<std::size_t>(k)] / friction();
  return {size, 1 - size * prior_precision(options_), (2 * size).sqrt(), 0.5 / size};
}

ReverseSdePath ReverseSde::sample_by_operators(ScoreFunction& score, const std::vector<torch::Tensor>& draws,
                                               bool keep) const {
  ReverseSdePath path;
  torch::Tensor x = options_.prior_scale * draws[0];
  torch::Tensor cost = torch::zeros({x.size(0), x.size(1)}, x.options());
  for (std::int64_t k = 0; k < options_.steps; ++k) {
    const StepSizes<torch::Tensor> eta = step_tensors(k);
    const torch::Tensor f = score.forward(k, x), &noise = draws[static_cast<std::size_t>(k + 1)];
    const torch::Tensor next = eta.kept_share * x + eta.size * f + eta.deviation * noise;
    const torch::Tensor gap = x - eta.kept_share * next;  // x_k - G_k
    cost += (gap.square() * eta.half_precision - noise.square()).sum(-1);
    if (keep) {
      path.positions.push_back(x);
      path.scores.push_back(f);
    }
    x = next;
  }
  const double log_normaliser = std::log(2 * std::numbers::pi) / 2 + std::log(options_.prior_scale);
  path.actions = torch::tanh(x);
  const torch::Tensor log_slopes = 2 * (std::numbers::ln2 - x - torch::softplus(-2 * x));
  path.running_cost = cost / 2 - log_slopes.sum(-1);
  path.terminal_cost = -static_cast<double>(x.size(2)) * log_normaliser - draws[0].square().sum(-1) / 2;
  if (keep) {
    path.positions.push_back(x);
    path.noise = draws;
  }
  return path;
}

void ReverseSde::backward_by_operators(ScoreFunction& score, const ReverseSdePath& path,
                                       const torch::Tensor& action_gradient, const torch::Tensor& running_gradient) {
  const double precision = prior_precision(options_);
  const torch::Tensor &a = path.actions, w = running_gradient.unsqueeze(-1);
  torch::Tensor gradient = action_gradient * (1 - a.square()) + 2 * w * a;
  torch::Tensor size_gradient = torch::zeros_like(friction(), torch::kFloat64);
  for (std::int64_t k = options_.steps; k-- > 0;) {
    const auto index = static_cast<std::size_t>(k);
    const StepSizes<torch::Tensor> eta = step_tensors(k);
    const torch::Tensor &x = path.positions[index], &next = path.positions[index + 1];
    const torch::Tensor error = (x - eta.kept_share * next) * eta.half_precision;
    const torch::Tensor of_cost = w * error;
    const torch::Tensor full = gradient - eta.kept_share * of_cost;
    const torch::Tensor drift = path.scores[index] - precision * x + path.noise[index + 1] / eta.deviation;
    const torch::Tensor pull = error - precision * next;
    size_gradient += (eta.size * (full * drift - of_cost * pull)).sum(1, /*keepdim=*/true, torch::kFloat64);
    gradient = eta.kept_share * full + of_cost + score.backward(k, eta.size * full);
  }
  add_gradients(size_gradient.to(a.scalar_type()));
}

void ReverseSde::backward(ScoreFunction& score, const ReverseSdePath& path, const torch::Tensor& action_gradient,
                          const torch::Tensor& running_gradient) {
  const torch::NoGradGuard no_grad;
  if (by_operators(action_gradient)) return backward_by_operators(score, path, action_gradient, running_gradient);
  const torch::Tensor& a = path.actions;
  const Shape shape(a);
  const torch::Tensor w = running_gradient.contiguous();
  torch::Tensor gradient = (action_gradient * (1 - a.square()) + 2 * w.unsqueeze(-1) * a).contiguous();
  torch::Tensor size_gradient = torch::zeros_like(friction(), torch::kFloat64);  // sum_k eta_k dL/d eta_k
  AT_DISPATCH_FLOATING_TYPES(a.scalar_type(), "backward", [&] {
    const auto data = [](const torch::Tensor& tensor) { return tensor.data_ptr<scalar_t>(); };
    for (std::int64_t k = options_.steps; k-- > 0;) {
      const auto index = static_cast<std::size_t>(k);
      const torch::Tensor of_score = torch::empty_like(a), rest = torch::empty_like(a);
      const StepBackward<scalar_t> step{data(path.positions[index]),
                                        data(path.positions[index + 1]),
                                        data(path.scores[index]),
                                        data(path.noise[index + 1]),
                                        data(w),
                                        data(gradient),
                                        data(of_score),
                                        data(rest),
                                        size_gradient.data_ptr<double>()};
      step(shape, steps<scalar_t>(k), static_cast<scalar_t>(prior_precision(options_)));
      gradient = rest.add_(score.backward(k, of_score));
    }
  });
  add_gradients(size_gradient.to(a.scalar_type()));
}

void ReverseSde::add_gradients(const torch::Tensor& size_gradient) {
  const torch::Tensor &raw_time_step = block_.tensor(kTimeStep), &raw_friction = block_.tensor(kFriction);
  raw_time_step.grad().add_(size_gradient.sum(-1, /*keepdim=*/true) * torch::sigmoid(raw_time_step) / time_step());
  raw_friction.grad().sub_(size_gradient * torch::sigmoid(raw_friction) / friction());
}

}  // namespace tutti
