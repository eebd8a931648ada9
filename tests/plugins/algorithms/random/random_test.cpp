#include "plugins/algorithms/random/random.cpp"

#include <gtest/gtest.h>

#include "toy_training.hpp"

namespace tutti {
namespace {

TEST(Random, ActsUniformlyInTheBoxInEveryMode) {
  const auto spec = make_line_spread()->spec();
  const auto algorithm = make_toy_algorithm(spec, {}, 1, 1000, 1);
  RandomStream random(1);
  std::vector<float> observations(20'000 * 4), actions(20'000 * 2);
  for (const ActMode mode : {ActMode::kExplore, ActMode::kDeterministic, ActMode::kSampled}) {
    algorithm->act({observations.data(), 20'000, 4}, mode, random, {actions.data(), 20'000, 2});
    double sum = 0, squares = 0;
    for (const float action : actions) {
      ASSERT_LE(std::abs(action), 1);
      sum += action / 40'000.0;
      squares += action * action / 40'000.0;
    }
    EXPECT_NEAR(sum, 0, 0.01);
    EXPECT_NEAR(squares, 1.0 / 3, 0.01);
  }
}

TEST(Random, EarnsWhatTheTasksSayRandomPlayEarns) {
  const auto bandit = make_toy_algorithm(make_separable_bandit()->spec(), {}, 1, 1000, 1);
  EXPECT_NEAR(evaluate_toy(make_separable_bandit, *bandit, ActMode::kDeterministic, 20'000).mean_return, 0.067, 0.02);
  const auto line = make_toy_algorithm(make_line_spread()->spec(), {}, 1, 1000, 1);
  EXPECT_NEAR(evaluate_toy(make_line_spread, *line, ActMode::kDeterministic, 20'000).mean_return, -4.21, 0.05);
}

TEST(Random, RefusesAnEnvironmentWithoutAgents) {
  EXPECT_THROW(make_toy_algorithm(EnvironmentSpec{}, {}, 1, 1000, 1), Error);
}

}  // namespace
}  // namespace tutti
