// The diffusion policies of DPMD and SDAC in the plainest form, float64: what whole updates of madpmd and masdac are
// compared with.
#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "ddpm/ddpm_denoiser.hpp"
#include "known_task.hpp"
#include "plain_networks.hpp"

namespace tutti {

inline torch::Tensor plain_mish(const torch::Tensor& x) { return x * torch::tanh(torch::softplus(x)); }

/// sqrt(bar alpha_t) and the coefficients of step t's mean and deviation.
struct PlainDiffusionStep {
  double bar, clean, noisy, deviation;
};

inline std::vector<PlainDiffusionStep> plain_diffusion(std::int64_t steps) {
  std::vector<PlainDiffusionStep> result;
  double before = 1;
  for (std::int64_t t = 0; t < steps; ++t) {
    const double beta = 0.8 * (1e-4 + (0.999 - 1e-4) * static_cast<double>(t) / static_cast<double>(steps - 1));
    const double bar = before * (1 - beta);
    result.push_back({bar, beta * std::sqrt(before) / (1 - bar), (1 - before) * std::sqrt(1 - beta) / (1 - bar),
                      std::sqrt(beta * (1 - before) / (1 - bar))});
    before = bar;
  }
  return result;
}

/// A step for each of `rows` rows.
inline torch::Tensor plain_steps(std::int64_t rows, std::int64_t steps, RandomStream& random) {
  std::vector<std::int64_t> result;
  for (std::int64_t row = 0; row < rows; ++row) {
    result.push_back(static_cast<std::int64_t>(random.index(static_cast<std::uint64_t>(steps))));
  }
  return torch::tensor(result);
}

/// sqrt(bar alpha_t) of the rows' own steps, [B, 1].
inline torch::Tensor plain_signal(const std::vector<PlainDiffusionStep>& chain, const torch::Tensor& step) {
  std::vector<double> bars;
  for (const PlainDiffusionStep& of_step : chain) bars.push_back(of_step.bar);
  return torch::tensor(bars, torch::kFloat64).index_select(0, step).sqrt().unsqueeze(1);
}

/// What a team of equal agents saves of its denoisers: time embeddings and bodies, [N, P] each.
struct SavedDenoisers {
  torch::Tensor time, body;

  explicit SavedDenoisers(const AgentDenoisers& denoisers) {
    SnapshotWriter writer;
    denoisers.save(writer, "");
    SnapshotReader reader(writer.bytes());
    const std::vector<float> times = reader.vector<float>("/time"), bodies = reader.vector<float>("/body");
    time = torch::tensor(times).view({KnownTask::kAgents, -1}).to(torch::kFloat64);
    body = torch::tensor(bodies).view({KnownTask::kAgents, -1}).to(torch::kFloat64);
  }
};

/// The denoisers of KnownTask's agents with two hidden layers.
struct PlainDenoisers {
  std::vector<PlainMlp> times, bodies;  // one of each for every agent

  PlainDenoisers(const SavedDenoisers& saved, std::int64_t width) {
    const std::int64_t inputs = KnownTask::kAction + KnownTask::kObservation + 16;
    for (std::int64_t i = 0; i < KnownTask::kAgents; ++i) {
      times.emplace_back(saved.time[i], std::vector<std::int64_t>{16, 32, 16},
                         std::vector<Activate>{plain_mish, identity});
      bodies.emplace_back(saved.body[i], std::vector<std::int64_t>{inputs, width, width, KnownTask::kAction},
                          std::vector<Activate>{plain_mish, plain_mish, identity});
    }
  }

  /// The noise in `noisy` [B, A] at the rows' own steps [B].
  torch::Tensor operator()(const torch::Tensor& observations, const torch::Tensor& noisy,
                           const torch::Tensor& step) const {
    const torch::Tensor frequencies = torch::pow(10000.0, -torch::arange(8, torch::kFloat64) / 8);
    const torch::Tensor angles = step.to(torch::kFloat64).unsqueeze(1) * frequencies;
    const torch::Tensor positions = torch::cat({angles.sin(), angles.cos()}, 1) / 4;
    const std::vector<torch::Tensor> seen = observations.chunk(KnownTask::kAgents, 1),
                                     parts = noisy.chunk(KnownTask::kAgents, 1);
    std::vector<torch::Tensor> noise;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      noise.push_back(bodies[i](torch::cat({parts[i], seen[i], times[i](positions)}, 1)));
    }
    return torch::cat(noise, 1);
  }

  /// One joint action for each row of `observations`.
  torch::Tensor sample(const torch::Tensor& observations, const std::vector<PlainDiffusionStep>& chain,
                       RandomStream& random) const {
    const auto draw = [&] {  // [N, B, d] -> [B, N d]
      const std::int64_t rows = observations.size(0);
      const torch::Tensor noise = KnownTask::noise(random, {KnownTask::kAgents, rows, KnownTask::kAction});
      return noise.transpose(0, 1).reshape({rows, -1});
    };
    torch::Tensor x = 0.5 * draw();
    for (auto t = static_cast<std::int64_t>(chain.size()) - 1; t >= 0; --t) {
      const PlainDiffusionStep& step = chain[static_cast<std::size_t>(t)];
      const torch::Tensor noise = (*this)(observations, x, torch::full({x.size(0)}, t, torch::kInt64));
      const torch::Tensor clean = (x / std::sqrt(step.bar) - noise * std::sqrt(1 / step.bar - 1)).clamp(-1, 1);
      x = step.clean * clean + step.noisy * x;
      if (t > 0) x = x + step.deviation * draw();
    }
    return x.clamp(-1, 1).detach();
  }

  /// The best of `particles` by the smaller value.
  torch::Tensor select(const torch::Tensor& observations, std::int64_t particles, const std::vector<PlainMlp>& critics,
                       const std::vector<PlainDiffusionStep>& chain, RandomStream& random) const {
    const torch::Tensor repeated = observations.repeat_interleave(particles, 0);
    const torch::Tensor actions = sample(repeated, chain, random);
    const torch::Tensor best = plain_minimum(critics, repeated, actions).view({-1, particles}).argmax(1);
    return actions.index_select(0, best + particles * torch::arange(best.size(0)));
  }

  std::vector<torch::Tensor> parameters() const {
    std::vector<torch::Tensor> result = parameters_of(times), more = parameters_of(bodies);
    result.insert(result.end(), more.begin(), more.end());
    return result;
  }

  void follow(const PlainDenoisers& source, double rate) {
    tutti::follow(times, source.times, rate);
    tutti::follow(bodies, source.bodies, rate);
  }
};

inline void expect_close(const AgentDenoisers& actual, const PlainDenoisers& expected, const std::string& what) {
  const SavedDenoisers saved(actual);
  for (std::size_t i = 0; i < expected.times.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    expect_close(saved.time[row], flat(expected.times[i].parameters), what + ", time embedding");
    expect_close(saved.body[row], flat(expected.bodies[i].parameters), what);
  }
}

/// log(alpha), which one Adam step moves from time to time.
struct PlainExplorationTemperature {
  torch::Tensor lambda;
  PlainAdam adam;

  explicit PlainExplorationTemperature(double learning_rate)
      : lambda(torch::full({1}, std::log(5.0), torch::kFloat64)), adam({lambda}, learning_rate) {}

  double value() const { return lambda.exp().item<double>(); }

  /// On the entropy per action dimension.
  void step() {
    const double deviation = 0.1 * value();
    const double entropy = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e * deviation * deviation);
    adam.step(std::vector{torch::full({1}, entropy + 0.9, torch::kFloat64)});
  }
};

}  // namespace tutti
