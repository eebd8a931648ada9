#include "omad/reverse_sde_policy.hpp"

#include <gtest/gtest.h>

#include "common/central_differences.hpp"

namespace tutti {
namespace {

const auto kDouble = torch::TensorOptions(torch::kFloat64);

torch::Tensor normals(RandomStream& random, torch::IntArrayRef shape) {
  torch::Tensor result = torch::empty(shape, kDouble);
  random.fill_normal(std::span<double>(result.data_ptr<double>(), static_cast<std::size_t>(result.numel())));
  return result;
}

// A fresh network's score is nearly zero; this one's is not.
void randomise(ReverseSdePolicy& policy, RandomStream& random) {
  const torch::Tensor values = policy.score().block().values();
  torch::Tensor(values).copy_(0.4 * normals(random, values.sizes()));
}

struct Problem {
  std::vector<std::uint64_t> seeds;
  torch::Tensor observations, noise, action_weights, cost_weights;

  Problem(std::int64_t agents, std::int64_t steps) {
    RandomStream random(11);
    for (std::int64_t i = 0; i < agents; ++i) seeds.push_back(100 + static_cast<std::uint64_t>(i));
    observations = normals(random, {agents, 5, 3});
    noise = normals(random, {steps + 1, agents, 5, 2});
    action_weights = normals(random, {agents, 5, 2});
    cost_weights = normals(random, {agents, 5});
  }
};

TEST(ReverseSdePolicy, HasTheParametersOfThePublishedNetwork) {
  const auto parameters = [](std::int64_t observation_size, std::int64_t action_size) {
    const std::vector<std::uint64_t> seed = {1};
    std::int64_t count = 0;
    for (const Weights& weights : ReverseSdePolicy(seed, observation_size, action_size, {}).weights()) {
      count += weights.values.numel();
    }
    return count;
  };
  EXPECT_EQ(parameters(63, 4), 412'937);
  EXPECT_EQ(parameters(18, 2), 400'389);
}

TEST(ReverseSdePolicy, FreshScoreIsNearlyZero) {
  const std::vector<std::uint64_t> seeds = {1, 2};
  const ReverseSdePolicy policy(seeds, 3, 2, {.chain = {}, .width = 64});
  RandomStream random(3);
  const ReverseSdePolicy::Recording recording =
      policy.record(torch::ones({2, 10, 3}), policy.noise(random, /*rows=*/10));
  for (const torch::Tensor& score : recording.path.scores) EXPECT_LT(score.abs().max().item<double>(), 1e-5);
}

TEST(ReverseSdePolicy, GradientOfEveryParameterMatchesCentralDifferences) {
  const ReverseSdePolicyOptions options{.chain = {.steps = 4}, .width = 6, .hidden_layers = 3};
  const Problem problem(2, 4);
  ReverseSdePolicy policy(problem.seeds, 3, 2, options, torch::kFloat64);
  RandomStream random(12);
  randomise(policy, random);
  const auto loss = [&] {
    const ReverseSdePath path = policy.sample(problem.observations, problem.noise);
    return ((path.actions * problem.action_weights).sum() + (path.running_cost * problem.cost_weights).sum())
        .item<double>();
  };
  ReverseSdePolicy::Recording recording = policy.record(problem.observations, problem.noise);
  policy.backward(recording, problem.action_weights, problem.cost_weights);
  const torch::Tensor chain = central_differences(loss, policy.chain().block().values());
  EXPECT_LT(relative_error(policy.chain().block().gradient(), chain), 1e-7);
  const torch::Tensor score = central_differences(loss, policy.score().block().values());
  EXPECT_LT(relative_error(policy.score().block().gradient(), score), 1e-7);
}

TEST(ReverseSdePolicy, RecordingSamplesTheSamePaths) {
  const Problem problem(2, 8);
  const ReverseSdePolicy policy(problem.seeds, 3, 2, {.chain = {}, .width = 8}, torch::kFloat64);
  const ReverseSdePath sample = policy.sample(problem.observations, problem.noise);
  const ReverseSdePath path = policy.record(problem.observations, problem.noise).path;
  EXPECT_TRUE(sample.actions.equal(path.actions));
  EXPECT_TRUE(sample.running_cost.equal(path.running_cost));
  EXPECT_TRUE(sample.terminal_cost.equal(path.terminal_cost));
}

TEST(ReverseSdePolicy, AgentsSideBySideAreTheSameAsOneByOne) {
  const Problem problem(3, 8);
  const ReverseSdePolicyOptions options{.chain = {}, .width = 8};
  ReverseSdePolicy together(problem.seeds, 3, 2, options, torch::kFloat64);
  RandomStream random(13);
  randomise(together, random);
  ReverseSdePolicy::Recording all = together.record(problem.observations, problem.noise);
  together.backward(all, problem.action_weights, problem.cost_weights);
  for (std::int64_t i = 0; i < 3; ++i) {
    const std::vector<std::uint64_t> seed = {problem.seeds[static_cast<std::size_t>(i)]};
    ReverseSdePolicy alone(seed, 3, 2, options, torch::kFloat64);
    torch::Tensor(alone.score().block().values()).copy_(together.score().block().values().narrow(0, i, 1));
    ReverseSdePolicy::Recording one = alone.record(problem.observations.narrow(0, i, 1), problem.noise.narrow(1, i, 1));
    alone.backward(one, problem.action_weights.narrow(0, i, 1), problem.cost_weights.narrow(0, i, 1));
    EXPECT_TRUE(torch::allclose(all.path.actions.narrow(0, i, 1), one.path.actions, 0, 1e-12));
    EXPECT_TRUE(torch::allclose(all.path.running_cost.narrow(0, i, 1), one.path.running_cost, 0, 1e-10));
    EXPECT_LT(relative_error(together.score().block().gradient()[i], alone.score().block().gradient()[0]), 1e-10);
    EXPECT_LT(relative_error(together.chain().block().gradient()[i], alone.chain().block().gradient()[0]), 1e-10);
  }
}

TEST(ReverseSdePolicy, FirstWeightsDependOnTheAgentsSeedAlone) {
  const std::vector<std::uint64_t> two = {1, 2}, other = {2};
  const ReverseSdePolicy pair(two, 3, 2, {.chain = {}, .width = 8}), single(other, 3, 2, {.chain = {}, .width = 8});
  EXPECT_TRUE(pair.score().block().values()[1].equal(single.score().block().values()[0]));
  EXPECT_FALSE(pair.score().block().values()[0].equal(single.score().block().values()[0]));
}

TEST(ReverseSdePolicy, SnapshotKeepsThePolicy) {
  const Problem problem(2, 8);
  ReverseSdePolicy policy(problem.seeds, 3, 2, {.chain = {}, .width = 8}, torch::kFloat64);
  RandomStream random(14);
  randomise(policy, random);
  SnapshotWriter writer;
  policy.save(writer, "policy");
  ReverseSdePolicy other(std::vector<std::uint64_t>{8, 9}, 3, 2, {.chain = {}, .width = 8}, torch::kFloat64);
  SnapshotReader reader(writer.bytes());
  other.load(reader, "policy");
  EXPECT_TRUE(other.sample(problem.observations, problem.noise)
                  .actions.equal(policy.sample(problem.observations, problem.noise).actions));
}

}  // namespace
}  // namespace tutti
