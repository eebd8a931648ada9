#include "ddpm_denoiser.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "mish.hpp"
#include "polyak.hpp"
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
    : options_(options), positions_(sinusoidal_positions(options.steps)) {
  if (agents.empty()) throw Error("the environment has no agents; a diffusion policy needs at least one");
  if (options.hidden_sizes.empty()) throw Error("a denoiser needs at least one hidden layer");
  const auto count = static_cast<std::int64_t>(agents.size());
  std::vector<std::vector<std::size_t>> groups;
  Agent next{};
  for (std::size_t i = 0; i < agents.size(); ++i) {
    next.observation_size = agents[i].observation_size;
    next.action_size = agents[i].action_size;
    agents_.push_back(next);
    next.observation_offset += next.observation_size;
    next.action_offset += next.action_size;
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const std::vector<std::size_t>& members) {
      const AgentSpec& first = agents[members.front()];
      return first.observation_size == agents[i].observation_size && first.action_size == agents[i].action_size;
    });
    if (group == groups.end()) {
      groups.push_back({i});
    } else {
      group->push_back(i);
    }
  }
  const std::vector<std::uint64_t> time_seeds = network_seeds(seed, "time embedding", count);
  const std::vector<std::uint64_t> body_seeds = network_seeds(seed, "denoiser", count);
  for (const std::vector<std::size_t>& members : groups) {
    const Agent& first = agents_[members.front()];
    std::vector<std::uint64_t> times, bodies;
    for (const std::size_t i : members) {
      times.push_back(time_seeds[i]);
      bodies.push_back(body_seeds[i]);
    }
    if (options.share_parameters) {
      times.resize(1);
      bodies.resize(1);
    }
    const std::int64_t identity = options.share_parameters ? count : 0;
    const std::int64_t inputs = first.action_size + first.observation_size + identity + kTimeSize;
    const std::int64_t time_hidden[] = {kTimeHiddenSize};
    groups_.push_back({members,
                       Mlp(times, kTimeSize, layers(time_hidden, Activation::kMish, kTimeSize), Initialisation::kHaiku),
                       Mlp(bodies, inputs, layers(options.hidden_sizes, Activation::kMish, first.action_size),
                           Initialisation::kHaiku)});
  }
}

/// The members' parts [B, size] as the group's networks read them: [networks, rows, size].
Tensor AgentDenoisers::stacked(const std::vector<Tensor>& parts) const {
  return options_.share_parameters ? torch::cat(parts, 0).unsqueeze(0) : torch::stack(parts);
}

/// The members' observations, followed by their identities if they share a network.
Tensor AgentDenoisers::observations_of(const Group& group, const Tensor& joint) const {
  std::vector<Tensor> parts;
  for (const std::size_t i : group.members) {
    Tensor part = joint.narrow(1, agents_[i].observation_offset, agents_[i].observation_size);
    if (options_.share_parameters) {
      Tensor identity = torch::zeros({joint.size(0), static_cast<std::int64_t>(agents_.size())}, joint.options());
      identity.select(1, static_cast<std::int64_t>(i)).fill_(1);
      part = torch::cat({part, identity}, 1);
    }
    parts.push_back(part);
  }
  return stacked(parts);
}

Tensor AgentDenoisers::actions_of(const Group& group, const Tensor& joint) const {
  std::vector<Tensor> parts;
  for (const std::size_t i : group.members) {
    parts.push_back(joint.narrow(1, agents_[i].action_offset, agents_[i].action_size));
  }
  return stacked(parts);
}

/// The inverse of actions_of for all groups: [rows, A].
Tensor AgentDenoisers::joint_of(const std::vector<Tensor>& by_group, std::int64_t rows) const {
  std::vector<Tensor> parts(agents_.size());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const auto& members = groups_[g].members;
    const Tensor by_member = by_group[g].view({static_cast<std::int64_t>(members.size()), rows, -1});
    for (std::size_t k = 0; k < members.size(); ++k) parts[members[k]] = by_member[static_cast<std::int64_t>(k)];
  }
  return torch::cat(parts, 1);
}

Tensor AgentDenoisers::operator()(const Tensor& observations, const Tensor& noisy, const Tensor& step) const {
  std::vector<Tensor> by_group;
  for (const Group& group : groups_) {
    const Tensor x = actions_of(group, noisy);
    const Tensor steps = step.repeat({x.size(1) / step.size(0)});
    const Tensor embedding = group.time(positions_).index_select(1, steps);
    by_group.push_back(group.body(torch::cat({x, observations_of(group, observations), embedding}, 2)));
  }
  return joint_of(by_group, noisy.size(0));
}

Tensor AgentDenoisers::sample(const Tensor& observations, std::int64_t particles, const DiffusionSchedule& schedule,
                              double initial_deviation, RandomStream& random) const {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> by_group;
  for (const Group& group : groups_) {
    by_group.push_back(
        sample_group(group, observations_of(group, observations), particles, schedule, initial_deviation, random));
  }
  return joint_of(by_group, observations.size(0) * particles);
}

/// The chain of one group, `observations` [networks, rows, size] -> [networks, rows * particles, d].
Tensor AgentDenoisers::sample_group(const Group& group, const Tensor& observations, std::int64_t particles,
                                    const DiffusionSchedule& schedule, double initial_deviation,
                                    RandomStream& random) const {
  const std::int64_t networks = observations.size(0), rows = observations.size(1), seen = observations.size(2);
  const Tensor first = weight_of_layer(group.body, 0).detach();
  const std::int64_t action_size = first.size(1) - seen - kTimeSize, width = first.size(2);
  const Tensor of_action = first.narrow(1, 0, action_size);
  const Tensor of_observation = first.narrow(1, action_size, seen);
  const Tensor of_time = first.narrow(1, action_size + seen, kTimeSize);

  const Tensor none = torch::zeros({networks, width});
  const Tensor by_row = linear(observations, of_observation, bias_of_layer(group.body, 0)).unsqueeze(2);
  const Tensor by_step = linear(group.time(positions_), of_time, none);

  const Denoiser denoiser = [&](const Tensor& x, std::int64_t step) {
    Tensor hidden = linear(x, of_action, by_step.select(1, step));
    hidden.view({networks, rows, particles, width}).add_(by_row);
    mish_in_place(hidden);
    const std::size_t last = options_.hidden_sizes.size();
    for (std::size_t layer = 1; layer <= last; ++layer) {
      const Activation activation = layer < last ? Activation::kMish : Activation::kIdentity;
      hidden = linear(hidden, weight_of_layer(group.body, layer), bias_of_layer(group.body, layer), activation);
    }
    return hidden;
  };
  return sample_by_denoising(schedule, denoiser, {networks, rows * particles, action_size}, initial_deviation, random);
}

std::int64_t AgentDenoisers::parameters_of(std::size_t agent) const {
  for (const Group& group : groups_) {
    if (std::ranges::count(group.members, agent) > 0) {
      return group.time.parameters_per_network() + group.body.parameters_per_network();
    }
  }
  throw Error("there is no agent " + std::to_string(agent) + "; there are " + std::to_string(agents_.size()));
}

std::vector<Weights> AgentDenoisers::weights() const {
  std::vector<Weights> result;
  for (const Group& group : groups_) {
    result.push_back(group.time.weights());
    result.push_back(group.body.weights());
  }
  return result;
}

AgentDenoisers AgentDenoisers::clone() const {
  AgentDenoisers result = *this;
  for (Group& group : result.groups_) {
    group.time = group.time.clone();
    group.body = group.body.clone();
  }
  return result;
}

void AgentDenoisers::follow(const AgentDenoisers& source, double rate) const {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    polyak_update(source.groups_[g].time, groups_[g].time, rate);
    polyak_update(source.groups_[g].body, groups_[g].body, rate);
  }
}

void AgentDenoisers::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Group& group : groups_) {
    group.time.save(writer, std::string(name) + "/time");
    group.body.save(writer, std::string(name) + "/body");
  }
}

void AgentDenoisers::load(SnapshotReader& reader, std::string_view name) {
  for (Group& group : groups_) {
    group.time.load(reader, std::string(name) + "/time");
    group.body.load(reader, std::string(name) + "/body");
  }
}

}  // namespace tutti
