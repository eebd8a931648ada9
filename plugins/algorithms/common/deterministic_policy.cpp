#include "deterministic_policy.hpp"

#include <algorithm>

#include "nn/operators.hpp"

namespace tutti {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Calls visit(row of block, row of B, first column, columns) for the part of every block's row that is its agent's.
template <class Visit>
void each_own_part(const std::vector<ActionColumns>& agents, std::int64_t rows, const Visit& visit) {
  for (std::size_t i = 0; i < agents.size(); ++i) {
    for (std::int64_t row = 0; row < rows; ++row) {
      visit(static_cast<std::int64_t>(i) * rows + row, row, agents[i].begin, agents[i].size);
    }
  }
}

struct OwnActionReplaced : torch::autograd::Function<OwnActionReplaced> {
  static Tensor forward(AutogradContext* context, const Tensor& present, const Tensor& replayed,
                        const std::vector<ActionColumns>& agents) {
    const std::int64_t rows = replayed.size(0), width = replayed.size(1);
    const Tensor now = present.contiguous(), result = replayed.repeat({static_cast<std::int64_t>(agents.size()), 1});
    AT_DISPATCH_FLOATING_TYPES(result.scalar_type(), "own_action_replaced", [&] {
      each_own_part(agents, rows, [&](std::int64_t to, std::int64_t from, std::int64_t begin, std::int64_t size) {
        std::copy_n(now.data_ptr<scalar_t>() + from * width + begin, size,
                    result.data_ptr<scalar_t>() + to * width + begin);
      });
    });
    std::vector<std::int64_t> columns;
    for (const ActionColumns& agent : agents) columns.insert(columns.end(), {agent.begin, agent.size});
    context->saved_data["columns"] = columns;
    return result;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const std::vector<std::int64_t> columns = context->saved_data["columns"].toIntVector();
    std::vector<ActionColumns> agents;
    for (std::size_t i = 0; i < columns.size(); i += 2) agents.push_back({columns[i], columns[i + 1]});
    const Tensor blocks = gradients[0].contiguous();
    const std::int64_t rows = blocks.size(0) / static_cast<std::int64_t>(agents.size()), width = blocks.size(1);
    const Tensor result = torch::zeros({rows, width}, blocks.options());
    AT_DISPATCH_FLOATING_TYPES(blocks.scalar_type(), "own_action_replaced", [&] {
      each_own_part(agents, rows, [&](std::int64_t from, std::int64_t to, std::int64_t begin, std::int64_t size) {
        std::copy_n(blocks.data_ptr<scalar_t>() + from * width + begin, size,
                    result.data_ptr<scalar_t>() + to * width + begin);
      });
    });
    return {result, Tensor(), Tensor()};
  }
};

Tensor replaced_by_operators(const std::vector<ActionColumns>& agents, const Tensor& replayed, const Tensor& present) {
  std::vector<Tensor> blocks;
  for (const auto& [begin, size] : agents) {
    const std::int64_t end = begin + size;
    blocks.push_back(torch::cat(
        {replayed.narrow(1, 0, begin), present.narrow(1, begin, size), replayed.narrow(1, end, replayed.size(1) - end)},
        1));
  }
  return torch::cat(blocks, 0);
}

}  // namespace

torch::Tensor with_noise(const torch::Tensor& actions, double deviation, double limit, RandomStream& random) {
  torch::Tensor noise = normal_tensor(random, actions.sizes(), actions.device()).mul_(deviation);
  if (limit > 0) noise.clamp_(-limit, limit);
  return noise.add_(actions).clamp_(-1, 1);
}

Tensor own_action_replaced(const std::vector<ActionColumns>& agents, const Tensor& replayed, const Tensor& present) {
  if (by_operators(present)) return replaced_by_operators(agents, replayed, present);
  return OwnActionReplaced::apply(present, replayed, agents);
}

void act_deterministically(const AgentNetworks& actors, Rows<const float> observations, ActMode mode,
                           double exploration_deviation, RandomStream& random, Rows<float> actions) {
  const torch::NoGradGuard no_grad;
  torch::Tensor chosen = actors(on_device(as_tensor(observations), actors.device()))[0];
  if (mode == ActMode::kExplore) chosen = with_noise(chosen, exploration_deviation, 0, random);
  as_tensor(actions).copy_(chosen);
}

}  // namespace tutti
