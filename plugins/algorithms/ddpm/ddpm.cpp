#include "ddpm/ddpm.hpp"

#include <algorithm>
#include <cmath>

#include "tutti/error.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

/// One coefficient for each row, [B, 1].
torch::Tensor coefficients(const DiffusionSchedule& schedule, double DiffusionStep::*coefficient,
                           const torch::Tensor& step, const torch::Tensor& like) {
  const torch::Tensor steps = step.contiguous();
  const std::int64_t* index = steps.data_ptr<std::int64_t>();
  torch::Tensor result = torch::empty({steps.numel(), 1}, torch::kFloat64);
  double* out = result.data_ptr<double>();
  for (std::int64_t row = 0; row < steps.numel(); ++row) {
    out[row] = schedule.at(static_cast<std::size_t>(index[row])).*coefficient;
  }
  return on_device(result.to(like.scalar_type()), like.device());
}

}  // namespace

DiffusionSchedule linear_diffusion_schedule(std::int64_t steps, double scale) {
  if (steps < 2) throw Error("a diffusion chain has " + std::to_string(steps) + " steps; expected at least 2");
  constexpr double kFirst = 1e-4;
  constexpr double kLast = 0.999;
  constexpr double kSmallestVariance = 1e-20;
  DiffusionSchedule schedule;
  double previous = 1;  // alpha_bar_{t-1}
  for (std::int64_t t = 0; t < steps; ++t) {
    const double beta = scale * (kFirst + (kLast - kFirst) * static_cast<double>(t) / static_cast<double>(steps - 1));
    const double current = previous * (1 - beta);
    const double variance = beta * (1 - previous) / (1 - current);
    schedule.push_back({.beta = beta,
                        .signal = std::sqrt(current),
                        .noise = std::sqrt(1 - current),
                        .clean_weight = beta * std::sqrt(previous) / (1 - current),
                        .noisy_weight = (1 - previous) * std::sqrt(1 - beta) / (1 - current),
                        .deviation = t == 0 ? 0 : std::sqrt(std::max(variance, kSmallestVariance))});
    previous = current;
  }
  return schedule;
}

torch::Tensor add_noise(const DiffusionSchedule& schedule, const torch::Tensor& clean, const torch::Tensor& step,
                        const torch::Tensor& noise) {
  return coefficients(schedule, &DiffusionStep::signal, step, clean) * clean +
         coefficients(schedule, &DiffusionStep::noise, step, clean) * noise;
}

torch::Tensor estimate_clean(const DiffusionSchedule& schedule, const torch::Tensor& noisy, const torch::Tensor& step,
                             const torch::Tensor& noise) {
  const torch::Tensor signal = coefficients(schedule, &DiffusionStep::signal, step, noisy);
  const torch::Tensor noise_scale = coefficients(schedule, &DiffusionStep::noise, step, noisy);
  return (noisy / signal - noise * (noise_scale / signal)).clamp_(-1, 1);
}

torch::Tensor sample_by_denoising(const DiffusionSchedule& schedule, const Denoiser& denoiser, torch::IntArrayRef shape,
                                  double initial_deviation, RandomStream& random, torch::Device device) {
  const torch::NoGradGuard no_grad;
  torch::Tensor x = normal_tensor(random, shape, device).mul_(initial_deviation);
  for (auto t = static_cast<std::int64_t>(schedule.size()) - 1; t >= 0; --t) {
    const DiffusionStep& step = schedule[static_cast<std::size_t>(t)];
    torch::Tensor clean = x / step.signal - denoiser(x, t) * (step.noise / step.signal);
    clean.clamp_(-1, 1);
    x.mul_(step.noisy_weight).add_(clean, step.clean_weight);
    if (t > 0) x.add_(normal_tensor(random, shape, device), step.deviation);
  }
  return x.clamp_(-1, 1);
}

torch::Tensor select_best(const torch::Tensor& candidates, std::int64_t particles, const ActionValues& values) {
  if (particles == 1) return candidates;
  const torch::NoGradGuard no_grad;
  const std::int64_t rows = candidates.size(0) / particles;
  const torch::Tensor best = values(candidates).view({rows, particles}).argmax(1);
  return candidates.index_select(0, best + torch::arange(rows, best.options()) * particles);
}

torch::Tensor random_diffusion_steps(const DiffusionSchedule& schedule, std::int64_t rows, RandomStream& random) {
  torch::Tensor result = torch::empty({rows}, torch::kInt64);
  std::int64_t* steps = result.data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < rows; ++row) steps[row] = static_cast<std::int64_t>(random.index(schedule.size()));
  return result;
}

}  // namespace tutti
