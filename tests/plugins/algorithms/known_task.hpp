// A task whose replay is known row by row: for tests that write whole updates out from their equations, in float64 and
// with as little of the plugin's own code as can be. The random draws are the plugin's, from the same named streams.
#pragma once

#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "toy_training.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// Transitions side by side, float64.
struct KnownRows {
  torch::Tensor observations, states, actions, rewards, going_on, next_observations, next_states;

  /// `count` of them as a replay buffer of one-step targets draws them.
  KnownRows draw(std::int64_t count, RandomStream& random) const {
    std::vector<std::int64_t> numbers;
    for (std::int64_t k = 0; k < count; ++k) {
      numbers.push_back(static_cast<std::int64_t>(random.index(static_cast<std::uint64_t>(rewards.size(0)))));
    }
    const torch::Tensor rows = torch::tensor(numbers);
    return {observations.index_select(0, rows), states.index_select(0, rows),   actions.index_select(0, rows),
            rewards.index_select(0, rows),      going_on.index_select(0, rows), next_observations.index_select(0, rows),
            next_states.index_select(0, rows)};
  }
};

/// Three agents of equal sizes, a state of its own, and one step of twelve copies, every fourth of which terminated.
/// `going_on` is 0 there, 1 elsewhere.
struct KnownTask {
  static constexpr std::int64_t kAgents = 3, kObservation = 4, kAction = 2, kActions = 6, kState = 5, kRows = 12;

  KnownTask() {
    spec.agents.assign(kAgents, {"agent", kObservation, kAction});
    spec.state_size = kState;
    spec.episode_limit = 5;
    RandomStream random(5);
    const auto normal = [&](std::int64_t columns) { return normal_tensor(random, {kRows, columns}); };
    const torch::Tensor numbers = torch::arange(kRows);
    rows = {normal(kAgents * kObservation),
            normal(kState),
            normal(kActions).tanh(),
            normal(1).squeeze(1),
            (numbers % 4 != 0).to(torch::kFloat32),
            normal(kAgents * kObservation),
            normal(kState)};
    for (torch::Tensor* part : {&rows.observations, &rows.states, &rows.actions, &rows.rewards, &rows.going_on,
                                &rows.next_observations, &rows.next_states}) {
      floats.push_back(*part);
      *part = part->to(torch::kFloat64);
    }
  }

  /// An algorithm that makes `updates` updates, of eight rows each, as soon as it is taught.
  std::unique_ptr<Algorithm> algorithm(ParameterValues values, std::int64_t updates) const {
    values.insert({{"batch_size", kBatch},
                   {"warm_up_steps", std::int64_t{0}},
                   {"updates_per_step", static_cast<double>(updates) / static_cast<double>(kRows)}});
    return make_toy_algorithm(spec, values, kRows, kRows, kSeed);
  }

  /// Of all rows, as the harness hands them over.
  Rows<const float> observations() const { return part(0); }

  /// Hands over all transitions, then asks for the updates.
  void teach(Algorithm& algorithm) const {
    const std::vector<std::uint8_t> truncated(kRows, 0);
    std::vector<std::uint8_t> terminated(kRows, 0);
    const std::span<const float> rewards = part(3).all(), going_on = part(4).all();
    for (std::size_t k = 0; k < terminated.size(); ++k) terminated[k] = going_on[k] == 0;
    algorithm.observe({part(0), part(1), part(2), rewards, part(5), part(6), terminated, truncated});
    RecordedMetrics metrics;
    algorithm.update(metrics);
  }

  /// The stream that an algorithm calls `name`.
  static RandomStream stream(std::string_view name) { return RandomStream(derive_seed(kSeed, name)); }

  /// The agents in the order in which Fisher and Yates leave them.
  static std::vector<std::size_t> shuffled(RandomStream& random) {
    std::vector<std::size_t> order(kAgents);
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[random.index(left)]);
    return order;
  }

  static torch::Tensor noise(RandomStream& random, torch::IntArrayRef shape) {
    return normal_tensor(random, shape).to(torch::kFloat64);
  }

  static constexpr std::int64_t kBatch = 8;
  static constexpr std::uint64_t kSeed = 1;

  EnvironmentSpec spec;
  KnownRows rows;
  std::vector<torch::Tensor> floats;  // the same in float32, in the order of KnownRows

 private:
  Rows<const float> part(std::size_t index) const {
    const torch::Tensor& values = floats[index];
    const std::int64_t columns = values.numel() / kRows;
    return {values.data_ptr<float>(), static_cast<std::size_t>(kRows), static_cast<std::size_t>(columns)};
  }
};

}  // namespace tutti
