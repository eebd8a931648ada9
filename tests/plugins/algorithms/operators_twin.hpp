// A whole algorithm, trained by the loops of the CPU and by LibTorch's operators, which a GPU uses.
#pragma once

#include "nn/operators.hpp"
#include "plugin_checks.hpp"

namespace tutti {

/// Both ways give nearly the same policy after the first updates, on the same random draws. What differs is the order
/// of sums, and Adam lets it grow with every update.
inline void expect_operators_learn_the_same(const ParameterValues& values) {
  const auto actions = [&] {
    Training training(make_line_spread, values);
    training.steps(1'010);
    EXPECT_GT(training.algorithm->updates(), 0);
    const EnvironmentSpec& spec = training.loop.spec();
    const auto seen = static_cast<std::size_t>(spec.joint_observation_size());
    const auto done = static_cast<std::size_t>(spec.joint_action_size());
    constexpr std::size_t kRows = 16;
    std::vector<float> observations(kRows * seen), result(kRows * done);
    RandomStream random(3);
    random.fill_normal(std::span<float>(observations));
    training.algorithm->act({observations.data(), kRows, seen}, ActMode::kSampled, random,
                            {result.data(), kRows, done});
    return result;
  };
  const std::vector<float> by_loops = actions();
  const OperatorsEverywhere everywhere;
  const std::vector<float> by_operators = actions();
  for (std::size_t i = 0; i < by_loops.size(); ++i) EXPECT_NEAR(by_loops[i], by_operators[i], 2e-3F) << i;
}

}  // namespace tutti
