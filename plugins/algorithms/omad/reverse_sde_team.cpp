#include "omad/reverse_sde_team.hpp"

#include "nn/networks.hpp"

namespace tutti {
namespace {

// Mean over all agents and dimensions of a quantity of the chain.
template <class Quantity>
double mean_over(const std::vector<ReverseSdePolicy>& policies, const Quantity& quantity) {
  double sum = 0;
  std::int64_t count = 0;
  for (const ReverseSdePolicy& policy : policies) {
    const torch::Tensor values = quantity(policy.chain());
    sum += values.sum().template item<double>();
    count += values.numel();
  }
  return sum / static_cast<double>(count);
}

}  // namespace

ReverseSdeTeam::ReverseSdeTeam(const std::vector<AgentSpec>& agents, const ReverseSdePolicyOptions& options,
                               std::uint64_t seed, const torch::TensorOptions& tensors, bool share_parameters)
    : groups_(agents, share_parameters) {
  const std::vector<std::uint64_t> seeds = network_seeds(seed, "actor", static_cast<std::int64_t>(agents.size()));
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    policies_.emplace_back(groups_.seeds(group, seeds), groups_.inputs(group), groups_.action_size(group), options,
                           tensors);
  }
}

torch::Tensor ReverseSdeTeam::observations(std::size_t group, const torch::Tensor& joint) const {
  return groups_.observations(group, joint).contiguous();
}

torch::Tensor ReverseSdeTeam::noise(std::size_t group, RandomStream& random, std::int64_t rows) const {
  const auto members = static_cast<std::int64_t>(groups_.members(group).size());
  return policies_[group].noise(random, groups_.shared() ? rows * members : rows);
}

ReverseSdeTeam::Sample ReverseSdeTeam::sample(const torch::Tensor& joint, RandomStream& random, bool last_noise) const {
  const torch::NoGradGuard no_grad;
  std::vector<ReverseSdePath> paths;
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    torch::Tensor of_group = noise(group, random, joint.size(0));
    if (!last_noise) of_group[-1].zero_();
    paths.push_back(policies_[group].sample(observations(group, joint), of_group));
  }
  std::vector<const ReverseSdePath*> pointers;
  for (const ReverseSdePath& path : paths) pointers.push_back(&path);
  return join(pointers, joint.size(0));
}

ReverseSdeTeam::Recording ReverseSdeTeam::record(const torch::Tensor& joint, RandomStream& random) const {
  Recording recording;
  std::vector<const ReverseSdePath*> paths;
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    const torch::Tensor of_group = noise(group, random, joint.size(0));
    recording.groups.push_back(policies_[group].record(observations(group, joint), of_group));
  }
  for (const ReverseSdePolicy::Recording& group : recording.groups) paths.push_back(&group.path);
  recording.sample = join(paths, joint.size(0));
  return recording;
}

ReverseSdeTeam::Sample ReverseSdeTeam::join(const std::vector<const ReverseSdePath*>& paths, std::int64_t rows) const {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> actions;
  Sample joint;
  joint.running_cost = torch::zeros({rows}, paths.front()->actions.options());
  torch::Tensor terminal_cost = torch::zeros_like(joint.running_cost);
  for (std::size_t group = 0; group < paths.size(); ++group) {
    const auto members = static_cast<std::int64_t>(groups_.members(group).size());
    actions.push_back(paths[group]->actions);
    joint.running_cost += paths[group]->running_cost.view({members, rows}).sum(0);
    terminal_cost += paths[group]->terminal_cost.view({members, rows}).sum(0);
  }
  joint.actions = groups_.joint(actions)[0];
  joint.cost = joint.running_cost + terminal_cost;
  return joint;
}

void ReverseSdeTeam::backward(Recording& recording, const torch::Tensor& action_gradient,
                              const torch::Tensor& cost_gradient) {
  for (std::size_t group = 0; group < groups_.count(); ++group) {
    const torch::Tensor gradient = groups_.actions(group, action_gradient).contiguous();
    const torch::Tensor running_gradient =
        cost_gradient.to(gradient.options()).expand({gradient.size(0), gradient.size(1)});
    policies_[group].backward(recording.groups[group], gradient, running_gradient);
  }
}

double ReverseSdeTeam::mean_time_step() const {
  return mean_over(policies_, [](const ReverseSde& chain) { return chain.time_step(); });
}

double ReverseSdeTeam::mean_friction() const {
  return mean_over(policies_, [](const ReverseSde& chain) { return chain.friction(); });
}

double ReverseSdeTeam::mean_last_deviation() const {
  return mean_over(policies_, [](const ReverseSde& chain) {
    const double last = reverse_sde_schedule(chain.options().steps).back();
    return (2 * last * chain.time_step() / chain.friction()).sqrt();
  });
}

std::vector<Weights> ReverseSdeTeam::weights() const {
  std::vector<Weights> result;
  for (const ReverseSdePolicy& policy : policies_) {
    for (const Weights& weights : policy.weights()) result.push_back(weights);
  }
  return result;
}

void ReverseSdeTeam::save(SnapshotWriter& writer, std::string_view name) const {
  for (const ReverseSdePolicy& policy : policies_) policy.save(writer, name);
}

void ReverseSdeTeam::load(SnapshotReader& reader, std::string_view name) {
  for (ReverseSdePolicy& policy : policies_) policy.load(reader, name);
}

}  // namespace tutti
