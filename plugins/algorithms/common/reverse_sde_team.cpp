#include "reverse_sde_team.hpp"

#include <string>

#include "networks.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

torch::Tensor column_numbers(const std::vector<std::int64_t>& numbers) { return torch::tensor(numbers, torch::kInt64); }

// The members' columns of joint rows, one matrix for each member.
torch::Tensor take(const torch::Tensor& joint, const torch::Tensor& columns, std::size_t members) {
  const auto count = static_cast<std::int64_t>(members);
  return joint.index_select(1, columns).view({joint.size(0), count, -1}).transpose(0, 1).contiguous();
}

// Mean over all agents and dimensions of a quantity of the chain.
template <class Quantity>
double mean_over(const std::vector<ReverseSdeTeam::Group>& groups, const Quantity& quantity) {
  double sum = 0;
  std::int64_t count = 0;
  for (const ReverseSdeTeam::Group& group : groups) {
    const torch::Tensor values = quantity(group.policy.chain());
    sum += values.sum().template item<double>();
    count += values.numel();
  }
  return sum / static_cast<double>(count);
}

}  // namespace

ReverseSdeTeam::ReverseSdeTeam(const std::vector<AgentSpec>& agents, const ReverseSdePolicyOptions& options,
                               std::uint64_t seed, torch::ScalarType type, bool share_parameters) {
  if (agents.empty()) throw Error("a team needs at least one agent; the environment has none");
  struct Plan {
    std::vector<std::size_t> members;
    std::vector<std::int64_t> observation_columns, action_columns;
    std::vector<std::uint64_t> seeds;
  };
  std::vector<Plan> plans;
  const std::vector<std::uint64_t> seeds = network_seeds(seed, "actor", static_cast<std::int64_t>(agents.size()));
  std::int64_t observation_column = 0;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const AgentSpec& agent = agents[i];
    const auto equal = [&](const Plan& plan) {
      const AgentSpec& other = agents[plan.members.front()];
      return other.observation_size == agent.observation_size && other.action_size == agent.action_size;
    };
    auto plan = std::find_if(plans.begin(), plans.end(), equal);
    if (plan == plans.end()) plan = plans.insert(plan, Plan{});
    plan->members.push_back(i);
    plan->seeds.push_back(seeds[i]);
    for (std::int64_t k = 0; k < agent.observation_size; ++k) plan->observation_columns.push_back(observation_column++);
    for (std::int64_t k = 0; k < agent.action_size; ++k) plan->action_columns.push_back(action_size_++);
  }
  for (Plan& plan : plans) {
    const AgentSpec& agent = agents[plan.members.front()];
    torch::Tensor identities;
    std::int64_t inputs = agent.observation_size;
    if (share_parameters) {
      const std::vector<std::int64_t> members(plan.members.begin(), plan.members.end());
      identities = torch::eye(static_cast<std::int64_t>(agents.size()), type).index_select(0, column_numbers(members));
      inputs += identities.size(1);
      plan.seeds.resize(1);
    }
    groups_.push_back({column_numbers(plan.observation_columns), column_numbers(plan.action_columns),
                       ReverseSdePolicy(plan.seeds, inputs, agent.action_size, options, type), plan.members,
                       identities});
  }
}

torch::Tensor ReverseSdeTeam::Group::observations(const torch::Tensor& joint) const {
  const torch::Tensor own = take(joint, observation_columns, members.size());
  if (!shared()) return own;
  return torch::cat({own, identities.unsqueeze(1).expand({-1, joint.size(0), -1})}, 2).flatten(0, 1).unsqueeze(0);
}

torch::Tensor ReverseSdeTeam::Group::actions(const torch::Tensor& joint) const {
  const torch::Tensor own = take(joint, action_columns, members.size());
  return shared() ? own.flatten(0, 1).unsqueeze(0) : own;
}

torch::Tensor ReverseSdeTeam::Group::noise(RandomStream& random, std::int64_t rows) const {
  return policy.noise(random, shared() ? rows * static_cast<std::int64_t>(members.size()) : rows);
}

ReverseSdeTeam::Sample ReverseSdeTeam::sample(const torch::Tensor& observations, RandomStream& random,
                                              bool last_noise) const {
  const torch::NoGradGuard no_grad;
  std::vector<ReverseSdePath> paths;
  for (const Group& group : groups_) {
    torch::Tensor noise = group.noise(random, observations.size(0));
    if (!last_noise) noise[-1].zero_();
    paths.push_back(group.policy.sample(group.observations(observations), noise));
  }
  std::vector<const ReverseSdePath*> pointers;
  for (const ReverseSdePath& path : paths) pointers.push_back(&path);
  return join(pointers, observations.size(0));
}

ReverseSdeTeam::Recording ReverseSdeTeam::record(const torch::Tensor& observations, RandomStream& random) const {
  Recording recording;
  std::vector<const ReverseSdePath*> paths;
  for (const Group& group : groups_) {
    const torch::Tensor noise = group.noise(random, observations.size(0));
    recording.groups.push_back(group.policy.record(group.observations(observations), noise));
  }
  for (const ReverseSdePolicy::Recording& group : recording.groups) paths.push_back(&group.path);
  recording.sample = join(paths, observations.size(0));
  return recording;
}

ReverseSdeTeam::Sample ReverseSdeTeam::join(const std::vector<const ReverseSdePath*>& paths, std::int64_t rows) const {
  const torch::NoGradGuard no_grad;
  const torch::TensorOptions options = paths.front()->actions.options();
  Sample joint{torch::empty({rows, action_size_}, options), torch::zeros({rows}, options), {}};
  torch::Tensor terminal_cost = torch::zeros({rows}, options);
  for (std::size_t g = 0; g < paths.size(); ++g) {
    const auto members = static_cast<std::int64_t>(groups_[g].members.size());
    const torch::Tensor actions = paths[g]->actions.view({members, rows, -1});
    joint.actions.index_copy_(1, groups_[g].action_columns, actions.transpose(0, 1).reshape({rows, -1}));
    joint.running_cost += paths[g]->running_cost.view({members, rows}).sum(0);
    terminal_cost += paths[g]->terminal_cost.view({members, rows}).sum(0);
  }
  joint.cost = joint.running_cost + terminal_cost;
  return joint;
}

void ReverseSdeTeam::backward(Recording& recording, const torch::Tensor& action_gradient, double cost_gradient) {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const torch::Tensor gradient = groups_[g].actions(action_gradient);
    const torch::Tensor running_gradient =
        torch::full({gradient.size(0), gradient.size(1)}, cost_gradient, gradient.options());
    groups_[g].policy.backward(recording.groups[g], gradient, running_gradient);
  }
}

double ReverseSdeTeam::mean_time_step() const {
  return mean_over(groups_, [](const ReverseSde& chain) { return chain.time_step(); });
}

double ReverseSdeTeam::mean_friction() const {
  return mean_over(groups_, [](const ReverseSde& chain) { return chain.friction(); });
}

double ReverseSdeTeam::mean_last_deviation() const {
  return mean_over(groups_, [](const ReverseSde& chain) {
    const double last = reverse_sde_schedule(chain.options().steps).back();
    return (2 * last * chain.time_step() / chain.friction()).sqrt();
  });
}

std::vector<Weights> ReverseSdeTeam::weights() const {
  std::vector<Weights> result;
  for (const Group& group : groups_) {
    for (const Weights& weights : group.policy.weights()) result.push_back(weights);
  }
  return result;
}

std::int64_t ReverseSdeTeam::parameters() const {
  std::int64_t count = 0;
  for (const Group& group : groups_) {
    const auto networks = static_cast<std::int64_t>(group.shared() ? 1 : group.members.size());
    count += networks * group.policy.parameters_per_agent();
  }
  return count;
}

void ReverseSdeTeam::save(SnapshotWriter& writer, std::string_view name) const {
  for (const Group& group : groups_) group.policy.save(writer, name);
}

void ReverseSdeTeam::load(SnapshotReader& reader, std::string_view name) {
  for (Group& group : groups_) group.policy.load(reader, name);
}

}  // namespace tutti
