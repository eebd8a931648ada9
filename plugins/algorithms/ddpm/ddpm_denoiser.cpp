#include "ddpm/ddpm_denoiser.hpp"

#include <cmath>
#include <string>

#include "nn/polyak.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

using torch::Tensor;

constexpr std::int64_t kTimeSize = 16;
constexpr std::int64_t kTimeHiddenSize = 32;

/// [sin(t f_j), cos(t f_j)] / sqrt(16), f_j = 10000^(-j/8): [T, 16].
Tensor sinusoidal_positions(std::int64_t steps) {
  const auto doubles = torch::TensorOptions().dtype(torch::kFloat64);
  const std::int64_t half = kTimeSize / 2;
  const Tensor frequencies =
      torch::exp(torch::arange(half, doubles) * (-std::log(10000.0) / static_cast<double>(half)));
  const Tensor angles = torch::arange(steps, doubles).unsqueeze(1) * frequencies;
  return (torch::cat({angles.sin(), angles.cos()}, 1) / std::sqrt(static_cast<double>(kTimeSize))).to(torch::kFloat32);
}

/// A stack of perceptrons seen layer by layer.
const Tensor& weight_of_layer(const Mlp& network, std::size_t layer) { return network.block().tensor(2 * layer); }
const Tensor& bias_of_layer(const Mlp& network, std::size_t layer) { return network.block().tensor(2 * layer + 1); }

}  // namespace

AgentDenoisers::AgentDenoisers(const std::vector<AgentSpec>& agents, const DenoiserOptions& options, std::uint64_t seed)
    : hidden_layers_(options.hidden_sizes.size()),
      positions_(sinusoidal_positions(options.steps).to(options.device)),
      groups_(agents, options.share_parameters) {
  if (options.hidden_sizes.empty()) throw Error("a denoiser needs at least one hidden layer");
  const auto count = static_cast<std::int64_t>(agents.size());
  const std::vector<std::uint64_t> time_seeds = network_seeds(seed, "time embedding", count);
  const std::vector<std::uint64_t> body_seeds = network_seeds(seed, "denoiser", count);
  const std::int64_t time_hidden[] = {kTimeHiddenSize};
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    const std::int64_t action_size = groups_.action_size(group);
    networks_.push_back(
        {Mlp(groups_.seeds(group, time_seeds), kTimeSize, layers(time_hidden, Activation::kMish, kTimeSize),
             options.device, Initialisation::kHaiku),
         Mlp(groups_.seeds(group, body_seeds), action_size + groups_.inputs(group) + kTimeSize,
             layers(options.hidden_sizes, Activation::kMish, action_size), options.device, Initialisation::kHaiku)});
  }
}

Tensor AgentDenoisers::operator()(const Tensor& observations, const Tensor& noisy, const Tensor& step) const {
  std::vector<Tensor> by_group;
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    const Tensor x = groups_.actions(group, noisy);
    const Tensor steps = on_device(step, device()).repeat({x.size(1) / step.size(0)});
    const Tensor embedding = networks_[group].time(positions_).index_select(1, steps);
    by_group.push_back(networks_[group].body(torch::cat({x, groups_.observations(group, observations), embedding}, 2)));
  }
  return groups_.joint(by_group)[0];
}

Tensor AgentDenoisers::sample(const Tensor& observations, std::int64_t particles, const DiffusionSchedule& schedule,
                              double initial_deviation, RandomStream& random) const {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> by_group;
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    const Tensor own = groups_.observations(group, observations).contiguous();
    by_group.push_back(sample_group(group, own, particles, schedule, initial_deviation, random));
  }
  return groups_.joint(by_group)[0];
}

/// The chain of one group, `observations` [networks, rows, size] -> [networks, rows * particles, d].
Tensor AgentDenoisers::sample_group(std::size_t group, const Tensor& observations, std::int64_t particles,
                                    const DiffusionSchedule& schedule, double initial_deviation,
                                    RandomStream& random) const {
  const Mlp& body = networks_[group].body;
  const std::int64_t networks = observations.size(0), rows = observations.size(1), seen = observations.size(2);
  const Tensor first = weight_of_layer(body, 0).detach();
  const std::int64_t action_size = first.size(1) - seen - kTimeSize, width = first.size(2);
  const Tensor of_action = first.narrow(1, 0, action_size);
  const Tensor of_observation = first.narrow(1, action_size, seen);
  const Tensor of_time = first.narrow(1, action_size + seen, kTimeSize);

  const Tensor none = torch::zeros({networks, width}, first.options());
  const Tensor by_row = linear(observations, of_observation, bias_of_layer(body, 0));
  const Tensor by_step = linear(networks_[group].time(positions_), of_time, none);

  std::vector<Layer> layers(1);  // the first one's bias is the step's part
  for (std::size_t layer = 1; layer <= hidden_layers_; ++layer) {
    const Activation activation = layer < hidden_layers_ ? Activation::kMish : Activation::kIdentity;
    layers.push_back({weight_of_layer(body, layer), bias_of_layer(body, layer), activation, {}, {}});
  }
  const Denoiser denoiser = [&](const Tensor& x, std::int64_t step) {
    layers.front() = {of_action, by_step.select(1, step), Activation::kMish, {}, {}};
    return layers_forward(layers, x, by_row, nullptr);
  };
  return sample_by_denoising(schedule, denoiser, {networks, rows * particles, action_size}, initial_deviation, random,
                             device());
}

std::vector<Weights> AgentDenoisers::weights() const {
  std::vector<Weights> result;
  for (const Networks& group : networks_) {
    result.push_back(group.time.weights());
    result.push_back(group.body.weights());
  }
  return result;
}

AgentDenoisers AgentDenoisers::clone() const {
  AgentDenoisers result = *this;
  for (Networks& group : result.networks_) {
    group.time = group.time.clone();
    group.body = group.body.clone();
  }
  return result;
}

void AgentDenoisers::follow(const AgentDenoisers& source, double rate) const {
  for (std::size_t group = 0; group < networks_.size(); ++group) {
    polyak_update(source.networks_[group].time, networks_[group].time, rate);
    polyak_update(source.networks_[group].body, networks_[group].body, rate);
  }
}

void AgentDenoisers::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Networks& group : networks_) {
    group.time.save(writer, std::string(name) + "/time");
    group.body.save(writer, std::string(name) + "/body");
  }
}

void AgentDenoisers::load(SnapshotReader& reader, std::string_view name) {
  for (Networks& group : networks_) {
    group.time.load(reader, std::string(name) + "/time");
    group.body.load(reader, std::string(name) + "/body");
  }
}

}  // namespace tutti
