// A normal distribution squashed into the box by tanh (Haarnoja et al. 2018, appendix C).
#pragma once

#include "tutti/torch.hpp"

namespace tutti {

/// Actions in (-1, 1) and their log-densities by element; sum the latter over an agent's dimensions.
struct SquashedSample {
  torch::Tensor actions;
  torch::Tensor log_densities;
};

/// a = tanh(u), u = mean + deviation noise, deviation = exp(log_deviation cut to [-20, 2]). Differentiable in mean and
/// log_deviation.
SquashedSample squashed_gaussian(const torch::Tensor& mean, const torch::Tensor& log_deviation,
                                 const torch::Tensor& noise);

}  // namespace tutti
