#include "gaussian_policy.hpp"

#include <cmath>
#include <numbers>

namespace tutti {

using torch::Tensor;

Tensor log_tanh_derivative(const Tensor& u) { return 2 * (std::numbers::ln2 - u - torch::softplus(-2 * u)); }

SquashedSample squashed_gaussian(const Tensor& mean, const Tensor& log_deviation, const Tensor& noise) {
  static const double kHalfLogTwoPi = 0.5 * std::log(2 * std::numbers::pi);
  const Tensor log_scale = log_deviation.clamp(-20, 2);
  const Tensor u = torch::addcmul(mean, log_scale.exp(), noise);
  const Tensor constant = noise.square().mul(-0.5).sub_(kHalfLogTwoPi);
  return {torch::tanh(u), constant - log_scale - log_tanh_derivative(u)};
}

}  // namespace tutti
