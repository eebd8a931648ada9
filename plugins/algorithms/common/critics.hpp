// Targets of centralised critics, and what is reported of them.
#pragma once

#include "nn/adam.hpp"
#include "replay_buffer.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// Target of twin critics: n-step reward, then the smaller of the two target values, [C, B] -> [B].
torch::Tensor twin_target(const Batch& batch, const torch::Tensor& next_values);

/// The same less the price of the team's log-density, [B]. The rewards of an n-step window carry no entropy terms; only
/// the bootstrap is soft.
torch::Tensor soft_target(const Batch& batch, const torch::Tensor& next_values, const torch::Tensor& temperature,
                          const torch::Tensor& log_density);

/// The loss of critics, sum over c of mean (Q_c - y)^2: values [C, B], target [B]. One node of the automatic
/// differentiation; the target is a constant.
torch::Tensor squared_error(const torch::Tensor& values, const torch::Tensor& target);

/// Adds mean_q, target_mean, target_deviation and critic_gradient_norm, once for each row of training.csv.
void report_critic(Metrics& metrics, const torch::Tensor& values, const torch::Tensor& target, const Adam& optimizer);

}  // namespace tutti
