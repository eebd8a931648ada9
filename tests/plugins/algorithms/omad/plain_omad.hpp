// OMAD's policy and critic in the plainest form, float64, differentiated automatically: what a whole update of the
// plugin is compared with.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "omad/reverse_sde_policy.hpp"
#include "plain_networks.hpp"

namespace tutti::omad {

inline torch::Tensor plain_gelu(const torch::Tensor& x) {
  return 0.5 * x * (1 + torch::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x.pow(3))));
}

/// Actions [B, d] of one agent and the costs of their paths [B].
struct PlainPath {
  torch::Tensor actions, running_cost, terminal_cost;
};

/// One agent's reverse diffusion with two hidden layers and a prior of deviation 2.5.
struct PlainDiffusion {
  std::vector<torch::Tensor> chain;  // time step and friction, both before softplus
  std::vector<torch::Tensor> score;  // phases; time network; first layer by its three inputs; hidden; output

  PlainDiffusion(const ReverseSdePolicy& policy, std::int64_t agent)
      : chain(plain_parameters(policy.chain().block(), agent, 2)),
        score(plain_parameters(policy.score().block(), agent, 13)) {}

  torch::Tensor score_at(std::int64_t step, const torch::Tensor& x, const torch::Tensor& observations) const {
    const auto& p = score;
    const torch::Tensor frequencies = torch::linspace(0.1, 100, p[0].size(0), torch::kFloat64);
    const torch::Tensor z = frequencies * step + p[0];
    const torch::Tensor embedding = torch::cat({z.sin(), z.cos()}).unsqueeze(0);
    const torch::Tensor time = torch::matmul(plain_gelu(torch::matmul(embedding, p[1]) + p[2]), p[3]) + p[4];  // [1, H]
    const torch::Tensor input = torch::cat({x, observations, time.expand({x.size(0), -1})}, 1);
    torch::Tensor hidden = plain_gelu(torch::matmul(input, torch::cat({p[5], p[6], p[7]})) + p[8]);
    hidden = plain_gelu(torch::matmul(hidden, p[9]) + p[10]);
    return (torch::matmul(hidden, p[11]) + p[12]).clamp(-1e4, 1e4);
  }

  /// `noise` is [T + 1, B, d].
  PlainPath operator()(const torch::Tensor& observations, const torch::Tensor& noise) const {
    constexpr double kScale = 2.5, kPrecision = 1 / (kScale * kScale);
    const auto steps = noise.size(0) - 1;
    const double normaliser = std::log(2 * std::numbers::pi) / 2 + std::log(kScale);
    torch::Tensor x = kScale * noise[0], running = torch::zeros({noise.size(1)}, torch::kFloat64);
    for (std::int64_t k = 0; k < steps; ++k) {
      const double time = static_cast<double>(steps - k) / static_cast<double>(steps);
      const double cosine = std::cos(std::numbers::pi / 2 * (1.008 - time) / 1.008);
      const torch::Tensor eta =
          torch::softplus(chain[0]) * (0.999 * cosine * cosine + 0.001) / torch::softplus(chain[1]);
      const torch::Tensor forward = x + eta * (score_at(k, x, observations) - kPrecision * x);
      const torch::Tensor next = forward + (2 * eta).sqrt() * noise[k + 1];
      const torch::Tensor backward = next - eta * kPrecision * next;
      running = running + (((x - backward).square() - (next - forward).square()) / (4 * eta)).sum(1);
      x = next;
    }
    const torch::Tensor actions = torch::tanh(x);
    return {actions, running - torch::log(1 - actions.square()).sum(1), (-noise[0].square() / 2 - normaliser).sum(1)};
  }
};

/// A team's joint actions and costs; `noise` is [T + 1, N, B, d].
inline PlainPath plain_paths(const std::vector<PlainDiffusion>& agents, const torch::Tensor& observations,
                             const torch::Tensor& noise) {
  const std::vector<torch::Tensor> seen = observations.chunk(static_cast<std::int64_t>(agents.size()), 1);
  std::vector<torch::Tensor> actions, running, terminal;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const PlainPath path = agents[i](seen[i], noise.select(1, static_cast<std::int64_t>(i)));
    actions.push_back(path.actions);
    running.push_back(path.running_cost);
    terminal.push_back(path.terminal_cost);
  }
  return {torch::cat(actions, 1), torch::stack(running).sum(0), torch::stack(terminal).sum(0)};
}

/// One critic during the warm-up of its normalizations, which stand before every linear layer: plain batch
/// normalization in training.
struct PlainCritic {
  double momentum;
  std::vector<torch::Tensor> linear;            // weight and bias of each layer
  std::vector<torch::Tensor> scales, shifts;    // of each normalization
  std::vector<torch::Tensor> means, variances;  // running

  PlainCritic(const WeightBlock& stack, std::int64_t k, std::size_t layers, double statistics_momentum)
      : momentum(statistics_momentum), linear(plain_parameters(stack, k, 2 * layers)) {
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const auto features = linear[2 * layer].size(0);
      scales.push_back(torch::ones({features}, torch::kFloat64).requires_grad_(true));
      shifts.push_back(torch::zeros({features}, torch::kFloat64).requires_grad_(true));
      means.push_back(torch::zeros({features}, torch::kFloat64));
      variances.push_back(torch::ones({features}, torch::kFloat64));
    }
  }

  torch::Tensor train(const torch::Tensor& rows) { return pass(rows, true); }
  torch::Tensor evaluate(const torch::Tensor& rows) { return pass(rows, false); }

  torch::Tensor pass(torch::Tensor x, bool training) {
    for (std::size_t layer = 0; layer < scales.size(); ++layer) {
      torch::Tensor mean = means[layer], variance = variances[layer];
      if (training) {
        mean = x.mean(0);
        variance = (x - mean).square().mean(0);
        means[layer] = momentum * means[layer] + (1 - momentum) * mean.detach();
        variances[layer] = momentum * variances[layer] + (1 - momentum) * variance.detach();
      }
      x = scales[layer] * (x - mean) / (variance + 1e-3).sqrt() + shifts[layer];
      x = torch::matmul(x, linear[2 * layer]) + linear[2 * layer + 1];
      if (layer + 1 < scales.size()) x = torch::relu(x);
    }
    return x;
  }

  std::vector<torch::Tensor> parameters() const {
    std::vector<torch::Tensor> result = linear;
    result.insert(result.end(), scales.begin(), scales.end());
    result.insert(result.end(), shifts.begin(), shifts.end());
    return result;
  }
};

/// Mass p at values y, both [B, n], shared between the two nearest atoms.
inline torch::Tensor plain_projection(const torch::Tensor& mass, const torch::Tensor& values,
                                      const torch::Tensor& atoms) {
  const double limit = atoms[-1].item<double>(), spacing = (atoms[1] - atoms[0]).item<double>();
  const torch::Tensor distance = (values.clamp(-limit, limit).unsqueeze(2) - atoms).abs() / spacing;  // [B, n, n]
  return (mass.unsqueeze(2) * (1 - distance).clamp_min(0)).sum(1);
}

}  // namespace tutti::omad
