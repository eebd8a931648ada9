#include "networks.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "tutti/error.hpp"

namespace tutti {
namespace {

using torch::Tensor;

WeightBlock make_block(std::span<const std::uint64_t> seeds, std::int64_t inputs, const std::vector<LayerSpec>& layers,
                       Initialisation initialisation) {
  WeightBlock::Shapes shapes;
  for (std::int64_t size = inputs; const LayerSpec& layer : layers) {
    shapes.push_back({size, layer.size});
    shapes.push_back({layer.size});
    size = layer.size;
  }
  const WeightBlock block(static_cast<std::int64_t>(seeds.size()), shapes);
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    RandomStream random(seeds[k]);
    const auto of_network = [&](std::size_t j) { return block.tensor(j).detach()[static_cast<std::int64_t>(k)]; };
    for (std::size_t j = 0; j < shapes.size(); j += 2) {
      initialise(of_network(j), of_network(j + 1), initialisation, random);
    }
  }
  return block;
}

bool consecutive(const std::vector<std::size_t>& members) {
  for (std::size_t i = 1; i < members.size(); ++i) {
    if (members[i] != members[0] + i) return false;
  }
  return true;
}

}  // namespace

std::vector<LayerSpec> layers(std::span<const std::int64_t> hidden, Activation activation, std::int64_t outputs,
                              Activation output_activation) {
  std::vector<LayerSpec> result;
  for (const std::int64_t size : hidden) result.push_back({size, activation});
  result.push_back({outputs, output_activation});
  return result;
}

std::vector<std::uint64_t> network_seeds(std::uint64_t seed, std::string_view name, std::int64_t count) {
  std::vector<std::uint64_t> seeds;
  for (std::int64_t k = 0; k < count; ++k) seeds.push_back(derive_seed(seed, name, static_cast<std::uint64_t>(k)));
  return seeds;
}

Mlp::Mlp(std::span<const std::uint64_t> seeds, std::int64_t inputs, std::vector<LayerSpec> layers,
         Initialisation initialisation)
    : layers_(std::move(layers)), block_(make_block(seeds, inputs, layers_, initialisation)) {}

Tensor Mlp::operator()(const Tensor& input) const {
  Tensor x = input;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    x = linear(x, block_.tensor(2 * layer), block_.tensor(2 * layer + 1), layers_[layer].activation);
  }
  return x;
}

AgentNetworks::AgentNetworks(const std::vector<AgentSpec>& agents, const AgentNetworkSpec& spec, std::uint64_t seed)
    : spec_(spec) {
  if (agents.empty()) throw Error("the environment has no agents; an algorithm needs at least one");
  const auto count = static_cast<std::int64_t>(agents.size());
  std::vector<std::vector<std::size_t>> groups;
  Agent next{};
  for (std::size_t i = 0; i < agents.size(); ++i) {
    next.observation_size = agents[i].observation_size;
    next.action_size = agents[i].action_size;
    const auto equal = [&](const std::vector<std::size_t>& members) {
      const Agent& first = agents_[members.front()];
      return first.observation_size == next.observation_size && first.action_size == next.action_size;
    };
    const auto group = std::find_if(groups.begin(), groups.end(), equal);
    next.group = static_cast<std::size_t>(group - groups.begin());
    if (group == groups.end()) groups.emplace_back();
    next.place = groups[next.group].size();
    groups[next.group].push_back(i);
    agents_.push_back(next);
    next.observation_offset += next.observation_size;
    next.action_offset += next.action_size;
  }
  const std::vector<std::uint64_t> seeds = network_seeds(seed, "agent", count);
  for (const std::vector<std::size_t>& members : groups) {
    const Agent& first = agents_[members.front()];
    std::vector<std::uint64_t> own;
    for (const std::size_t i : members) own.push_back(seeds[i]);
    if (spec.share_parameters) own.resize(1);
    const std::int64_t size = first.observation_size + (spec.action_input ? first.action_size : 0) + spec.extra_inputs +
                              (spec.share_parameters ? count : 0);
    std::vector<LayerSpec> layers = spec.hidden;
    layers.push_back({spec.outputs_per_action * first.action_size, spec.output_activation});
    groups_.push_back({members, Mlp(own, size, layers, spec.initialisation)});
  }
}

/// The members' columns of a joint tensor, [members, B, size]; a view where the members follow each other.
Tensor AgentNetworks::columns(const std::vector<std::size_t>& members, const Tensor& joint, bool of_actions) const {
  const auto place = [&](std::size_t i) {
    const Agent& agent = agents_[i];
    return of_actions ? std::pair(agent.action_offset, agent.action_size)
                      : std::pair(agent.observation_offset, agent.observation_size);
  };
  const auto [offset, size] = place(members.front());
  const auto count = static_cast<std::int64_t>(members.size());
  if (consecutive(members)) {
    return joint.narrow(1, offset, count * size).unflatten(1, {count, size}).transpose(0, 1);
  }
  std::vector<Tensor> parts;
  for (const std::size_t i : members) parts.push_back(joint.narrow(1, place(i).first, size));
  return torch::stack(parts);
}

/// What the members' networks read, [members, B, inputs].
Tensor AgentNetworks::inputs(const std::vector<std::size_t>& members, const Tensor& observations, const Tensor& actions,
                             const Tensor& extra) const {
  const auto count = static_cast<std::int64_t>(members.size());
  const std::int64_t rows = observations.size(0);
  std::vector<Tensor> parts{columns(members, observations, false)};
  if (spec_.action_input) parts.push_back(columns(members, actions, true));
  if (spec_.extra_inputs > 0) parts.push_back(extra.unsqueeze(0).expand({count, rows, spec_.extra_inputs}));
  if (spec_.share_parameters) {
    Tensor identity = torch::zeros({count, 1, static_cast<std::int64_t>(agents_.size())}, observations.options());
    for (std::int64_t k = 0; k < count; ++k) identity[k][0][static_cast<std::int64_t>(members[k])] = 1;
    parts.push_back(identity.expand({count, rows, -1}));
  }
  return parts.size() == 1 ? parts.front() : torch::cat(parts, 2);
}

/// [members, B, outputs d].
Tensor AgentNetworks::group_outputs(const Group& group, const Tensor& observations, const Tensor& actions,
                                    const Tensor& extra) const {
  const Tensor input = inputs(group.members, observations, actions, extra);
  if (!spec_.share_parameters) return group.network(input);
  return group.network(input.flatten(0, 1)).view({input.size(0), input.size(1), -1});
}

Tensor AgentNetworks::operator()(const Tensor& observations, const Tensor& actions, const Tensor& extra) const {
  const std::int64_t outputs = spec_.outputs_per_action, rows = observations.size(0);
  if (groups_.size() == 1) {
    const Tensor all = group_outputs(groups_.front(), observations, actions, extra);
    return all.view({all.size(0), rows, outputs, -1}).permute({2, 1, 0, 3}).reshape({outputs, rows, -1});
  }
  std::vector<Tensor> by_group, parts;
  for (const Group& group : groups_) {
    const Tensor all = group_outputs(group, observations, actions, extra);
    by_group.push_back(all.view({all.size(0), rows, outputs, -1}).permute({0, 2, 1, 3}));
  }
  for (const Agent& agent : agents_) parts.push_back(by_group[agent.group][static_cast<std::int64_t>(agent.place)]);
  return torch::cat(parts, 2);
}

Tensor AgentNetworks::agent(std::size_t index, const Tensor& observations, const Tensor& actions,
                            const Tensor& extra) const {
  const Agent& agent = agents_[index];
  const Group& group = groups_[agent.group];
  const auto place = static_cast<std::int64_t>(spec_.share_parameters ? 0 : agent.place);
  const Mlp network = group.network.networks() == 1 ? group.network : group.network.network(place);
  const Tensor all = network(inputs({index}, observations, actions, extra));
  return all[0].view({observations.size(0), spec_.outputs_per_action, agent.action_size}).transpose(0, 1);
}

Tensor AgentNetworks::replace(const Tensor& joint, std::size_t agent, const Tensor& actions) const {
  const std::int64_t begin = agents_[agent].action_offset, end = begin + agents_[agent].action_size;
  return torch::cat({joint.narrow(1, 0, begin), actions, joint.narrow(1, end, joint.size(1) - end)}, 1);
}

std::vector<WeightBlock> AgentNetworks::blocks() const {
  std::vector<WeightBlock> result;
  for (const Group& group : groups_) result.push_back(group.network.block());
  return result;
}

std::vector<Weights> AgentNetworks::weights() const {
  std::vector<Weights> result;
  for (const Group& group : groups_) result.push_back(group.network.weights());
  return result;
}

std::vector<Weights> AgentNetworks::weights_by_network() const {
  std::vector<Weights> result;
  for (const Group& group : groups_) {
    for (std::int64_t k = 0; k < group.network.networks(); ++k) result.push_back(group.network.block().weights(k));
  }
  return result;
}

std::size_t AgentNetworks::optimizer_of(std::size_t agent) const {
  std::size_t index = spec_.share_parameters ? 0 : agents_[agent].place;
  for (std::size_t g = 0; g < agents_[agent].group; ++g) {
    index += static_cast<std::size_t>(groups_[g].network.networks());
  }
  return index;
}

AgentNetworks AgentNetworks::frozen() const {
  AgentNetworks result = *this;
  for (Group& group : result.groups_) group.network = group.network.frozen();
  return result;
}

AgentNetworks AgentNetworks::clone() const {
  AgentNetworks result = *this;
  for (Group& group : result.groups_) group.network = group.network.clone();
  return result;
}

AgentNetworks AgentNetworks::to(torch::ScalarType type) const {
  AgentNetworks result = *this;
  for (Group& group : result.groups_) group.network = group.network.to(type);
  return result;
}

void AgentNetworks::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Group& group : groups_) group.network.save(writer, name);
}

void AgentNetworks::load(SnapshotReader& reader, std::string_view name) {
  for (Group& group : groups_) group.network.load(reader, name);
}

}  // namespace tutti
