#include "nn/networks.hpp"

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

Tensor Mlp::first_part(const Tensor& input) const {
  return linear(input, block_.tensor(0).narrow(1, 0, input.size(-1)), block_.tensor(1));
}

Tensor Mlp::continued(const Tensor& part, const Tensor& rest) const {
  const Tensor& first = block_.tensor(0);
  const Tensor of_rest = first.narrow(1, first.size(1) - rest.size(-1), rest.size(-1));
  Tensor x = linear(rest, of_rest, torch::zeros({networks(), first.size(2)}, first.options().requires_grad(false)),
                    layers_[0].activation, part);
  for (std::size_t layer = 1; layer < layers_.size(); ++layer) {
    x = linear(x, block_.tensor(2 * layer), block_.tensor(2 * layer + 1), layers_[layer].activation);
  }
  return x;
}

AgentNetworks::AgentNetworks(const std::vector<AgentSpec>& agents, const AgentNetworkSpec& spec, std::uint64_t seed)
    : outputs_per_action_(spec.outputs_per_action), groups_(agents, spec.share_parameters) {
  const std::vector<std::uint64_t> seeds = network_seeds(seed, "agent", static_cast<std::int64_t>(agents.size()));
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    std::vector<LayerSpec> layers = spec.hidden;
    layers.push_back({spec.outputs_per_action * groups_.action_size(group), spec.output_activation});
    networks_.emplace_back(groups_.seeds(group, seeds), groups_.inputs(group), layers);
  }
}

Tensor AgentNetworks::operator()(const Tensor& observations) const {
  std::vector<Tensor> by_group;
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    by_group.push_back(networks_[group](groups_.observations(group, observations)));
  }
  return groups_.joint(by_group, outputs_per_action_);
}

Tensor AgentNetworks::agent(std::size_t index, const Tensor& observations) const {
  const AgentGroups::Agent& agent = groups_.agent(index);
  const Mlp& stack = networks_[agent.group];
  const Mlp network = stack.networks() == 1 ? stack : stack.network(static_cast<std::int64_t>(agent.place));
  const Tensor all = network(groups_.observation(index, observations));
  return all[0].view({observations.size(0), outputs_per_action_, agent.action_size}).transpose(0, 1);
}

Tensor AgentNetworks::replace(const Tensor& joint, std::size_t agent, const Tensor& actions) const {
  const std::int64_t begin = action_offset(agent), end = begin + action_size(agent);
  return torch::cat({joint.narrow(1, 0, begin), actions, joint.narrow(1, end, joint.size(1) - end)}, 1);
}

std::vector<WeightBlock> AgentNetworks::blocks() const {
  std::vector<WeightBlock> result;
  for (const Mlp& stack : networks_) result.push_back(stack.block());
  return result;
}

std::vector<Weights> AgentNetworks::weights() const {
  std::vector<Weights> result;
  for (const Mlp& stack : networks_) result.push_back(stack.weights());
  return result;
}

std::vector<Weights> AgentNetworks::weights_by_network() const {
  std::vector<Weights> result;
  for (const Mlp& stack : networks_) {
    for (std::int64_t k = 0; k < stack.networks(); ++k) result.push_back(stack.block().weights(k));
  }
  return result;
}

std::size_t AgentNetworks::optimizer_of(std::size_t agent) const {
  const AgentGroups::Agent& of = groups_.agent(agent);
  std::size_t index = groups_.shared() ? 0 : of.place;
  for (std::size_t group = 0; group < of.group; ++group) index += static_cast<std::size_t>(networks_[group].networks());
  return index;
}

AgentNetworks AgentNetworks::clone() const {
  AgentNetworks result = *this;
  for (Mlp& stack : result.networks_) stack = stack.clone();
  return result;
}

AgentNetworks AgentNetworks::to(torch::ScalarType type) const {
  AgentNetworks result = *this;
  for (Mlp& stack : result.networks_) stack = stack.to(type);
  return result;
}

void AgentNetworks::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Mlp& stack : networks_) stack.save(writer, name);
}

void AgentNetworks::load(SnapshotReader& reader, std::string_view name) {
  for (Mlp& stack : networks_) stack.load(reader, name);
}

}  // namespace tutti
