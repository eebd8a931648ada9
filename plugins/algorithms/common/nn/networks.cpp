#include "nn/networks.hpp"

namespace tutti {
namespace {

using torch::Tensor;

WeightBlock make_block(std::span<const std::uint64_t> seeds, std::int64_t inputs, const std::vector<LayerSpec>& layers,
                       torch::Device device, Initialisation initialisation) {
  WeightBlock::Shapes shapes;
  for (std::int64_t size = inputs; const LayerSpec& layer : layers) {
    shapes.push_back({size, layer.size});
    shapes.push_back({layer.size});
    size = layer.size;
  }
  const WeightBlock block(static_cast<std::int64_t>(seeds.size()), shapes, device);
  for (std::size_t k = 0; k < seeds.size(); ++k) {
    RandomStream random(seeds[k]);
    const auto of_network = [&](std::size_t j) { return block.tensor(j).detach()[static_cast<std::int64_t>(k)]; };
    for (std::size_t j = 0; j < shapes.size(); j += 2) {
      initialise(of_network(j), of_network(j + 1), initialisation, random);
    }
  }
  return block;
}

/// One network for each member of every group, or one for all of them; `seed` and an agent's number decide its weights.
std::vector<Mlp> stacks(const AgentGroups& groups, const AgentNetworkSpec& spec, std::uint64_t seed) {
  const auto count = static_cast<std::int64_t>(groups.agents());
  const std::vector<std::uint64_t> seeds = network_seeds(seed, "agent", count);
  std::vector<Mlp> result;
  for (std::size_t group = 0; group < groups.count(); ++group) {
    std::vector<LayerSpec> layers = spec.hidden;
    layers.push_back({spec.outputs_per_action * groups.action_size(group), spec.output_activation});
    result.emplace_back(groups.seeds(group, seeds), groups.inputs(group), layers, spec.device);
  }
  return result;
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

Mlp::Mlp(std::span<const std::uint64_t> seeds, std::int64_t inputs, std::vector<LayerSpec> layers, torch::Device device,
         Initialisation initialisation)
    : Mlp(make_block(seeds, inputs, layers, device, initialisation), layers) {}

Mlp::Mlp(WeightBlock block, std::vector<LayerSpec> specs) : specs_(std::move(specs)), block_(std::move(block)) {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    const Tensor &weight = block_.tensor(2 * i), &bias = block_.tensor(2 * i + 1);
    layers_.push_back({weight.detach(), bias.detach(), specs_[i].activation, weight.grad(), bias.grad()});
  }
}

Tensor Mlp::operator()(const Tensor& input) const {
  return perceptron(layers_, block_.gradient().defined() ? block_.tensor(0) : Tensor(), input);
}

Tensor Mlp::first_part(const Tensor& input) const {
  const torch::NoGradGuard no_grad;
  const Layer& first = layers_.front();
  const Layer part[] = {{first.weight.narrow(1, 0, input.size(-1)), first.bias, Activation::kIdentity, {}, {}}};
  return layers_forward(part, input, {}, nullptr);
}

Tensor Mlp::continued(const Tensor& part, const Tensor& rest) const {
  std::vector<Layer> frozen;
  for (const Layer& layer : layers_) frozen.push_back({layer.weight, layer.bias, layer.activation, {}, {}});
  Layer& first = frozen.front();
  first.weight = first.weight.narrow(1, first.weight.size(1) - rest.size(-1), rest.size(-1));
  first.bias = torch::zeros_like(first.bias);  // the part has it already
  return perceptron(frozen, {}, rest, part);
}

AgentNetworks::AgentNetworks(std::int64_t outputs_per_action, AgentGroups groups, std::vector<Mlp> networks)
    : outputs_per_action_(outputs_per_action), groups_(std::move(groups)), networks_(std::move(networks)) {
  for (std::size_t i = 0; i < groups_.agents(); ++i) {
    const AgentGroups::Agent& agent = groups_.agent(i);
    const Mlp& stack = networks_[agent.group];
    of_agents_.push_back(groups_.shared() ? stack : stack.network(static_cast<std::int64_t>(agent.place)));
  }
}

AgentNetworks::AgentNetworks(const std::vector<AgentSpec>& agents, const AgentNetworkSpec& spec, std::uint64_t seed)
    : AgentNetworks(spec.outputs_per_action, AgentGroups(agents, spec.share_parameters),
                    stacks(AgentGroups(agents, spec.share_parameters), spec, seed)) {}

Tensor AgentNetworks::operator()(const Tensor& observations) const {
  std::vector<Tensor> by_group;
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    by_group.push_back(networks_[group](groups_.observations(group, observations)));
  }
  return groups_.joint(by_group, outputs_per_action_);
}

Tensor AgentNetworks::agent(std::size_t index, const Tensor& observations) const {
  const AgentGroups::Agent& agent = groups_.agent(index);
  const Tensor all = of_agents_[index](groups_.observation(index, observations));
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
  std::vector<Mlp> copies;
  for (const Mlp& stack : networks_) copies.push_back(stack.clone());
  return {outputs_per_action_, groups_, std::move(copies)};
}

AgentNetworks AgentNetworks::to(torch::ScalarType type) const {
  std::vector<Mlp> copies;
  for (const Mlp& stack : networks_) copies.push_back(stack.to(type));
  return {outputs_per_action_, groups_, std::move(copies)};
}

void AgentNetworks::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Mlp& stack : networks_) stack.save(writer, name);
}

void AgentNetworks::load(SnapshotReader& reader, std::string_view name) {
  for (Mlp& stack : networks_) stack.load(reader, name);
}

AgentsAtObservations::AgentsAtObservations(const AgentNetworks& networks, Tensor observations)
    : networks_(networks), observations_(std::move(observations)), moved_(networks.agents(), false) {
  for (std::size_t i = 0; i < networks_.agents(); ++i) outputs_.push_back(networks_.agent(i, observations_));
}

Tensor AgentsAtObservations::joint() const {
  const torch::NoGradGuard no_grad;
  return torch::cat(outputs_, 2);
}

Tensor AgentsAtObservations::agent(std::size_t index) const {
  return moved_[index] ? networks_.agent(index, observations_) : outputs_[index];
}

void AgentsAtObservations::moved(std::size_t agent) {
  const std::size_t network = networks_.optimizer_of(agent);
  for (std::size_t i = 0; i < moved_.size(); ++i) moved_[i] = moved_[i] || networks_.optimizer_of(i) == network;
}

}  // namespace tutti
