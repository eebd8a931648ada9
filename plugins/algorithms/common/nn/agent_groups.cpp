#include "nn/agent_groups.hpp"

#include <algorithm>

#include "nn/operators.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

bool consecutive(const std::vector<std::size_t>& members) {
  return members.back() - members.front() + 1 == members.size();
}

/// The way between [n, B, outputs d], a group's members one after the other, and the joint rows [outputs, B, n d].
struct MemberColumns {
  std::int64_t members, rows, outputs, size;

  template <class Real>
  void join(const Real* by_member, Real* joint) const {
    each([&](std::int64_t i, std::int64_t j) { std::copy_n(by_member + i, size, joint + j); });
  }
  template <class Real>
  void part(const Real* joint, Real* by_member) const {
    each([&](std::int64_t i, std::int64_t j) { std::copy_n(joint + j, size, by_member + i); });
  }

 private:
  template <class Visit>
  void each(const Visit& visit) const {
    for (std::int64_t member = 0, i = 0; member < members; ++member) {
      for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t output = 0; output < outputs; ++output, i += size) {
          visit(i, ((output * rows + row) * members + member) * size);
        }
      }
    }
  }
};

/// joint() of the only group, as one node of the automatic differentiation.
struct JointFunction : torch::autograd::Function<JointFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& by_member, std::int64_t members, std::int64_t outputs,
                        std::int64_t size) {
    const Tensor values = by_member.contiguous();
    const MemberColumns columns{members, values.numel() / (members * outputs * size), outputs, size};
    const Tensor result = torch::empty({outputs, columns.rows, members * size}, values.options().requires_grad(false));
    AT_DISPATCH_FLOATING_TYPES(values.scalar_type(), "joint",
                               [&] { columns.join(values.data_ptr<scalar_t>(), result.data_ptr<scalar_t>()); });
    context->saved_data["columns"] = std::vector<std::int64_t>{members, columns.rows, outputs, size};
    context->saved_data["shape"] = by_member.sizes().vec();
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const std::vector<std::int64_t> of = context->saved_data["columns"].toIntVector();
    const MemberColumns columns{of[0], of[1], of[2], of[3]};
    const Tensor joint = gradients[0].contiguous();
    const Tensor result = torch::empty(context->saved_data["shape"].toIntVector(), joint.options());
    AT_DISPATCH_FLOATING_TYPES(joint.scalar_type(), "joint",
                               [&] { columns.part(joint.data_ptr<scalar_t>(), result.data_ptr<scalar_t>()); });
    return {result, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

AgentGroups::AgentGroups(const std::vector<AgentSpec>& agents, bool share_parameters) : shared_(share_parameters) {
  if (agents.empty()) throw Error("the environment has no agents; an algorithm needs at least one");
  Agent next{};
  for (std::size_t i = 0; i < agents.size(); ++i) {
    next.observation_size = agents[i].observation_size;
    next.action_size = agents[i].action_size;
    const auto equal = [&](const std::vector<std::size_t>& members) {
      const Agent& other = agents_[members.front()];
      return other.observation_size == next.observation_size && other.action_size == next.action_size;
    };
    next.group = static_cast<std::size_t>(std::ranges::find_if(members_, equal) - members_.begin());
    if (next.group == members_.size()) members_.emplace_back();
    next.place = members_[next.group].size();
    members_[next.group].push_back(i);
    agents_.push_back(next);
    next.observation_offset += next.observation_size;
    next.action_offset += next.action_size;
  }
}

std::int64_t AgentGroups::inputs(std::size_t group) const {
  return first(group).observation_size + (shared_ ? static_cast<std::int64_t>(agents_.size()) : 0);
}

std::vector<std::uint64_t> AgentGroups::seeds(std::size_t group, std::span<const std::uint64_t> of_agents) const {
  std::vector<std::uint64_t> result;
  for (const std::size_t i : members_[group]) result.push_back(of_agents[i]);
  if (shared_) result.resize(1);
  return result;
}

/// The members' columns of joint rows, [n, B, size]; a view where the members follow each other.
Tensor AgentGroups::columns(std::size_t group, const Tensor& joint, std::int64_t Agent::*offset,
                            std::int64_t size) const {
  const std::vector<std::size_t>& members = members_[group];
  const auto count = static_cast<std::int64_t>(members.size());
  if (consecutive(members)) {
    return joint.narrow(1, first(group).*offset, count * size).unflatten(1, {count, size}).transpose(0, 1);
  }
  std::vector<Tensor> parts;
  for (const std::size_t i : members) parts.push_back(joint.narrow(1, agents_[i].*offset, size));
  return torch::stack(parts);
}

/// [n, B, o] -> [1, n B, o + N].
Tensor AgentGroups::with_identities(const Tensor& observations, std::span<const std::size_t> members) const {
  Tensor identities =
      torch::zeros({observations.size(0), 1, static_cast<std::int64_t>(agents_.size())}, observations.options());
  for (std::size_t k = 0; k < members.size(); ++k) {
    identities[static_cast<std::int64_t>(k)][0][static_cast<std::int64_t>(members[k])] = 1;
  }
  return torch::cat({observations, identities.expand({-1, observations.size(1), -1})}, 2).flatten(0, 1).unsqueeze(0);
}

Tensor AgentGroups::observations(std::size_t group, const Tensor& joint) const {
  const Tensor own = columns(group, joint, &Agent::observation_offset, first(group).observation_size);
  return shared_ ? with_identities(own, members_[group]) : own;
}

Tensor AgentGroups::actions(std::size_t group, const Tensor& joint) const {
  const Tensor own = columns(group, joint, &Agent::action_offset, first(group).action_size);
  return shared_ ? own.flatten(0, 1).unsqueeze(0) : own;
}

Tensor AgentGroups::observation(std::size_t agent, const Tensor& joint) const {
  const Agent& of = agents_[agent];
  const Tensor own = joint.narrow(1, of.observation_offset, of.observation_size).unsqueeze(0);
  return shared_ ? with_identities(own, std::span(&agent, 1)) : own;
}

Tensor AgentGroups::joint(const std::vector<Tensor>& by_group, std::int64_t outputs) const {
  if (count() == 1 && !by_operators(by_group[0])) {
    const auto members = static_cast<std::int64_t>(members_[0].size());
    return JointFunction::apply(by_group[0], members, outputs, action_size(0));
  }
  const auto by_member = [&](std::size_t group) {  // [outputs, B, n, d]
    const auto count = static_cast<std::int64_t>(members_[group].size());
    return by_group[group].reshape({count, -1, outputs, action_size(group)}).permute({2, 1, 0, 3});
  };
  std::vector<Tensor> parts(agents_.size());
  for (std::size_t group = 0; group < count(); ++group) {
    const std::vector<Tensor> own = by_member(group).unbind(2);
    for (std::size_t k = 0; k < own.size(); ++k) parts[members_[group][k]] = own[k];
  }
  return torch::cat(parts, 2);
}

}  // namespace tutti
