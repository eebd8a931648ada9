// Actions as the end of a stochastic differential equation, run in reverse from a wide Gaussian to the policy, and the
// cost of the path, whose negative mean is a lower bound of the policy's entropy (DIME: Celik et al. 2025,
// arXiv:2502.02316; the chain is that of denoising diffusion samplers, Vargas et al. 2023).
//
//   x_0 = sigma_0 eps_0                                              prior N(0, sigma_0^2)
//   for k = 0 ... T-1:
//     F_k     = x_k + eta_k (-x_k / sigma_0^2 + f(k, x_k, o))        f is the score network
//     x_{k+1} = F_k + sqrt(2 eta_k) eps_{k+1}
//     G_k     = x_{k+1} - eta_k x_{k+1} / sigma_0^2                  mean of the backward kernel, same step size
//   a = tanh(x_T)
//
//   running cost   R = sum_k [ log N(x_{k+1}; F_k, 2 eta_k) - log N(x_k; G_k, 2 eta_k) ] - sum_dims log(1 - a^2)
//   terminal cost  P = log N(x_0; 0, sigma_0^2)
//   entropy of a  >=  -mean(R + P)
//
// The step size eta_k = softplus(time_step) c_k / softplus(friction) is learned: one time step for an agent, one
// friction for each action dimension. The stochastic cost that the literature lists beside R and P is kept inside R.
//
// Shapes: N agents side by side, B rows, d action dimensions, T steps. float32 or float64.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/weights.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// c_0 ... c_{T-1}: a cosine schedule, large steps first, small ones last.
std::vector<double> reverse_sde_schedule(std::int64_t steps);

/// f(k, x, o) for a batch of fixed observations, and its derivative.
class ScoreFunction {
 public:
  virtual ~ScoreFunction() = default;

  /// f at step k, [N, B, d] -> [N, B, d].
  virtual torch::Tensor forward(std::int64_t step, const torch::Tensor& position) = 0;

  /// Takes the loss's gradient with respect to f at step k, adds to the parameters' gradients and returns the gradient
  /// with respect to the position. Called for k = T-1 ... 0 after a forward pass that kept what it needs.
  virtual torch::Tensor backward(std::int64_t step, const torch::Tensor& score_gradient) = 0;
};

/// A batch of sampled paths.
struct ReverseSdePath {
  torch::Tensor actions;        // [N, B, d], each in [-1, 1]
  torch::Tensor running_cost;   // [N, B]
  torch::Tensor terminal_cost;  // [N, B]

  // Filled when the path is to be differentiated.
  std::vector<torch::Tensor> noise;      // eps_0 ... eps_T
  std::vector<torch::Tensor> positions;  // x_0 ... x_T
  std::vector<torch::Tensor> scores;     // f_0 ... f_{T-1}
};

struct ReverseSdeOptions {
  std::int64_t steps = 8;          // T
  double prior_scale = 2.5;        // sigma_0
  double initial_time_step = 0.1;  // softplus(time_step) of a fresh policy
  double initial_friction = 1.0;   // softplus(friction) of a fresh policy
};

/// What follows from the step size of an agent's action dimension at one step.
template <class Real>
struct StepSizes {
  Real size;            // eta_k
  Real kept_share;      // 1 - eta_k / sigma_0^2
  Real deviation;       // sqrt(2 eta_k)
  Real half_precision;  // 1 / (2 eta_k)
};

/// The chain of N agents with its learned step sizes.
class ReverseSde {
 public:
  ReverseSde(std::int64_t agents, std::int64_t action_size, ReverseSdeOptions options,
             const torch::TensorOptions& tensors = torch::kFloat32);

  /// Runs the chain on given standard normal `noise`, [T+1, N, B, d]. No autograd graph is built; with `keep` the path
  /// can be given to backward().
  ReverseSdePath sample(ScoreFunction& score, const torch::Tensor& noise, bool keep) const;

  /// Reverse mode by hand. Takes the loss's gradients with respect to the actions [N, B, d] and the running cost
  /// [N, B], sends them through the score function and adds to the gradients of time step and friction.
  void backward(ScoreFunction& score, const ReverseSdePath& path, const torch::Tensor& action_gradient,
                const torch::Tensor& running_gradient);

  /// What is learned: time step [N, 1, 1] and friction [N, 1, d], both before softplus.
  const WeightBlock& block() const { return block_; }

  torch::Tensor time_step() const;  // softplus(time_step), [N, 1, 1]
  torch::Tensor friction() const;   // softplus(friction), [N, 1, d]
  const ReverseSdeOptions& options() const { return options_; }

 private:
  template <class Real>
  std::vector<StepSizes<Real>> steps(std::int64_t k) const;  // at step k, agent by agent, dimension by dimension

  // The same by LibTorch's operators.
  ReverseSdePath sample_by_operators(ScoreFunction& score, const std::vector<torch::Tensor>& draws, bool keep) const;
  void backward_by_operators(ScoreFunction& score, const ReverseSdePath& path, const torch::Tensor& action_gradient,
                             const torch::Tensor& running_gradient);
  StepSizes<torch::Tensor> step_tensors(std::int64_t k) const;  // each [N, 1, d]
  void add_gradients(const torch::Tensor& size_gradient);       // sum_k eta_k dL/d eta_k, [N, 1, d]

  ReverseSdeOptions options_;
  std::vector<double> schedule_;
  WeightBlock block_;
};

}  // namespace tutti
