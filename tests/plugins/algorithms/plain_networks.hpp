// Networks and Adam in the plainest form, float64: what the plugins' own are compared with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "nn/weights.hpp"
#include "tutti/torch.hpp"

namespace tutti {

using Activate = torch::Tensor (*)(const torch::Tensor&);

inline torch::Tensor relu(const torch::Tensor& x) { return torch::relu(x); }
inline torch::Tensor tanh(const torch::Tensor& x) { return torch::tanh(x); }
inline torch::Tensor identity(const torch::Tensor& x) { return x; }

/// The first `count` parameters of network k of a stack, copied.
inline std::vector<torch::Tensor> plain_parameters(const WeightBlock& stack, std::int64_t k, std::size_t count) {
  std::vector<torch::Tensor> result;
  for (std::size_t j = 0; j < count; ++j) {
    result.push_back(stack.tensor(j).detach()[k].to(torch::kFloat64, false, /*copy=*/true).requires_grad_(true));
  }
  return result;
}

/// A multilayer perceptron that starts with the weights of network k of a stack.
struct PlainMlp {
  std::vector<Activate> activations;  // one for each layer
  std::vector<torch::Tensor> parameters;

  PlainMlp(const WeightBlock& stack, std::int64_t k, std::vector<Activate> layers)
      : activations(std::move(layers)), parameters(plain_parameters(stack, k, 2 * activations.size())) {}

  /// From all weights in one row, `sizes` from the input's to the output's.
  PlainMlp(const torch::Tensor& row, const std::vector<std::int64_t>& sizes, std::vector<Activate> layers)
      : activations(std::move(layers)) {
    std::int64_t offset = 0;
    const auto take = [&](const std::vector<std::int64_t>& shape, std::int64_t count) {
      parameters.push_back(row.narrow(0, offset, count).view(shape).clone().requires_grad_(true));
      offset += count;
    };
    for (std::size_t layer = 0; layer + 1 < sizes.size(); ++layer) {
      take({sizes[layer], sizes[layer + 1]}, sizes[layer] * sizes[layer + 1]);
      take({sizes[layer + 1]}, sizes[layer + 1]);
    }
  }

  torch::Tensor operator()(torch::Tensor x) const {
    for (std::size_t j = 0; j < activations.size(); ++j) {
      x = activations[j](torch::matmul(x, parameters[2 * j]) + parameters[2 * j + 1]);
    }
    return x;
  }

  /// These weights <- (1 - rate) these + rate source.
  void follow(const PlainMlp& source, double rate) {
    const torch::NoGradGuard no_grad;
    for (std::size_t j = 0; j < parameters.size(); ++j) {
      parameters[j].copy_((1 - rate) * parameters[j] + rate * source.parameters[j]);
    }
  }
};

inline std::vector<PlainMlp> plain_stack(const WeightBlock& stack, const std::vector<Activate>& layers) {
  std::vector<PlainMlp> result;
  for (std::int64_t k = 0; k < stack.networks(); ++k) result.emplace_back(stack, k, layers);
  return result;
}

inline std::vector<torch::Tensor> parameters_of(const std::vector<PlainMlp>& networks) {
  std::vector<torch::Tensor> result;
  for (const PlainMlp& network : networks) {
    result.insert(result.end(), network.parameters.begin(), network.parameters.end());
  }
  return result;
}

inline void follow(std::vector<PlainMlp>& targets, const std::vector<PlainMlp>& sources, double rate) {
  for (std::size_t k = 0; k < targets.size(); ++k) targets[k].follow(sources[k], rate);
}

/// Q(s, a), [B].
inline torch::Tensor plain_value(const PlainMlp& critic, const torch::Tensor& states, const torch::Tensor& actions) {
  return critic(torch::cat({states, actions}, 1)).squeeze(1);
}

/// The smaller of two critics' values.
inline torch::Tensor plain_minimum(const std::vector<PlainMlp>& critics, const torch::Tensor& states,
                                   const torch::Tensor& actions) {
  return torch::minimum(plain_value(critics[0], states, actions), plain_value(critics[1], states, actions));
}

/// Sum over the critics of mean (Q_c(s, a) - y)^2.
inline torch::Tensor plain_squared_error(const std::vector<PlainMlp>& critics, const torch::Tensor& states,
                                         const torch::Tensor& actions, const torch::Tensor& y) {
  torch::Tensor sum = torch::zeros({}, torch::kFloat64);
  for (const PlainMlp& critic : critics) {
    sum = sum + (plain_value(critic, states, actions) - y.detach()).square().mean();
  }
  return sum;
}

/// What deterministic actors do, side by side.
inline torch::Tensor plain_team_actions(const std::vector<PlainMlp>& actors, const torch::Tensor& observations) {
  const std::vector<torch::Tensor> seen = observations.chunk(static_cast<std::int64_t>(actors.size()), 1);
  std::vector<torch::Tensor> actions;
  for (std::size_t i = 0; i < actors.size(); ++i) actions.push_back(actors[i](seen[i]));
  return torch::cat(actions, 1);
}

/// An action and its log-density, summed over its dimensions.
struct PlainSample {
  torch::Tensor actions;      // [B, d]
  torch::Tensor log_density;  // [B]
};

/// tanh(mu + sigma noise) of a network that gives mu and log sigma.
inline PlainSample plain_sample(const PlainMlp& actor, const torch::Tensor& observations, const torch::Tensor& noise) {
  const std::vector<torch::Tensor> outputs = actor(observations).chunk(2, 1);
  const torch::Tensor scale = outputs[1].clamp(-20, 2).exp(), actions = torch::tanh(outputs[0] + scale * noise);
  const torch::Tensor normal = -noise.square() / 2 - scale.log() - std::log(2 * std::numbers::pi) / 2;
  return {actions, (normal - torch::log(1 - actions.square())).sum(1)};
}

/// All agents' samples side by side, and the sum of their log-densities.
inline PlainSample plain_team_sample(const std::vector<PlainMlp>& actors, const torch::Tensor& observations,
                                     const torch::Tensor& noise) {
  const auto agents = static_cast<std::int64_t>(actors.size());
  const std::vector<torch::Tensor> seen = observations.chunk(agents, 1), noises = noise.chunk(agents, 1);
  std::vector<torch::Tensor> actions, densities;
  for (std::size_t i = 0; i < actors.size(); ++i) {
    const PlainSample own = plain_sample(actors[i], seen[i], noises[i]);
    actions.push_back(own.actions);
    densities.push_back(own.log_density);
  }
  return {torch::cat(actions, 1), torch::stack(densities).sum(0)};
}

/// Adam with bias correction, epsilon 1e-8 outside the square root.
struct PlainAdam {
  PlainAdam(std::vector<torch::Tensor> moved, double learning_rate, double first_decay = 0.9)
      : parameters(std::move(moved)), rate(learning_rate), beta1(first_decay) {
    for (const torch::Tensor& parameter : parameters) {
      first.push_back(torch::zeros_like(parameter));
      second.push_back(torch::zeros_like(parameter));
    }
  }

  void step(const torch::Tensor& loss) { step(torch::autograd::grad({loss}, parameters)); }

  void step(const std::vector<torch::Tensor>& gradients) {
    const torch::NoGradGuard no_grad;
    ++steps;
    for (std::size_t j = 0; j < parameters.size(); ++j) {
      first[j] = beta1 * first[j] + (1 - beta1) * gradients[j];
      second[j] = beta2 * second[j] + (1 - beta2) * gradients[j].square();
      const torch::Tensor mean = first[j] / (1 - std::pow(beta1, steps));
      const torch::Tensor square = second[j] / (1 - std::pow(beta2, steps));
      parameters[j].sub_(rate * mean / (square.sqrt() + 1e-8));
    }
  }

  std::vector<torch::Tensor> parameters, first, second;
  double rate, beta1, beta2 = 0.999;
  int steps = 0;
};

/// Everything within `tolerance`.
inline void expect_close(const torch::Tensor& actual, const torch::Tensor& expected, const std::string& what,
                         double tolerance = 1e-5) {
  const torch::Tensor difference = actual.detach().to(torch::kFloat64).reshape(-1) - expected.detach().reshape(-1);
  EXPECT_LT(difference.abs().max().item<double>(), tolerance) << what;
}

inline torch::Tensor flat(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& parameter : parameters) parts.push_back(parameter.reshape(-1));
  return torch::cat(parts);
}

inline void expect_close(const WeightBlock& actual, const std::vector<PlainMlp>& expected, const std::string& what,
                         double tolerance = 1e-5) {
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const torch::Tensor values = actual.values()[static_cast<std::int64_t>(k)];
    expect_close(values, flat(expected[k].parameters), what + " " + std::to_string(k), tolerance);
  }
}

}  // namespace tutti
