// Denoising diffusion with few steps, as diffusion policies use it: a chain from noise to an action, and its inverse,
// which mixes noise into a given action.
// Source: Ho et al. 2020, arXiv:2006.11239; schedule and clipping as in the public code of Ma et al. 2025,
// arXiv:2502.00361 (DPMD and SDAC).
//
//   x_t = signal_t a + noise_t e,   e ~ N(0, 1),   t = 0 (nearly a) ... T-1 (nearly e)
//
// Shapes are the caller's: everything here acts element by element; steps are given once for all elements or, for
// training, one for each row.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tutti/random.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// Coefficients of one step t of the chain.
struct DiffusionStep {
  double beta = 0;          // variance added by this step
  double signal = 0;        // sqrt(alpha_bar_t)
  double noise = 0;         // sqrt(1 - alpha_bar_t)
  double clean_weight = 0;  // c1_t: weight of the estimated clean action in the mean of x_{t-1}
  double noisy_weight = 0;  // c2_t: weight of x_t in it
  double deviation = 0;     // of the noise added to that mean; 0 at t = 0
};

using DiffusionSchedule = std::vector<DiffusionStep>;

/// beta_t rises linearly from 1e-4 to 0.999, times `scale`. `steps` is T, at least 2.
DiffusionSchedule linear_diffusion_schedule(std::int64_t steps, double scale = 0.8);

/// x_t of the rows of `clean` [B, D] at their own steps `step` [B] (int64), with the given noise [B, D].
torch::Tensor add_noise(const DiffusionSchedule& schedule, const torch::Tensor& clean, const torch::Tensor& step,
                        const torch::Tensor& noise);

/// The clean action that x_t = `noisy` implies if `noise` is the noise in it, clipped to [-1, 1]. `noise` may have
/// leading dimensions more than `noisy` [B, D]: [M, B, D] gives M estimates for each row.
torch::Tensor estimate_clean(const DiffusionSchedule& schedule, const torch::Tensor& noisy, const torch::Tensor& step,
                             const torch::Tensor& noise);

/// Predicts the noise in x at step t; the result has the shape of x.
using Denoiser = std::function<torch::Tensor(const torch::Tensor& x, std::int64_t step)>;

/// Runs the chain from `initial_deviation` times standard normal noise of the given shape down to actions in [-1, 1].
torch::Tensor sample_by_denoising(const DiffusionSchedule& schedule, const Denoiser& denoiser, torch::IntArrayRef shape,
                                  double initial_deviation, RandomStream& random, torch::Device device = torch::kCPU);

/// Q(s, a) of a batch of joint actions: [R, A] -> [R].
using ActionValues = std::function<torch::Tensor(const torch::Tensor& actions)>;

/// The best of `particles` joint actions for each row: [B * particles, A] (those of one row side by side) -> [B, A].
/// One choice for all agents of a row. A single particle is returned as it is, without asking for its value.
torch::Tensor select_best(const torch::Tensor& candidates, std::int64_t particles, const ActionValues& values);

/// One uniform step t for each of `rows` rows, int64 [rows], in the host's memory.
torch::Tensor random_diffusion_steps(const DiffusionSchedule& schedule, std::int64_t rows, RandomStream& random);

}  // namespace tutti
