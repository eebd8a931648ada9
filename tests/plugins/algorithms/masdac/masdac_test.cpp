#include "plugins/algorithms/masdac/masdac.cpp"

#include <gtest/gtest.h>

#include "known_task.hpp"
#include "operators_twin.hpp"
#include "plain_ddpm.hpp"
#include "plugin_checks.hpp"

namespace tutti {
namespace {

/// Small networks, so that a learning check takes seconds: 10 copies, one update for each environment step.
ParameterValues small_values() {
  return {{"denoiser_hidden_sizes", IntegerList{64, 64, 64}},
          {"critic_hidden_sizes", IntegerList{64, 64, 64}},
          {"batch_size", std::int64_t{64}},
          {"buffer_size", std::int64_t{100'000}},
          {"particles", std::int64_t{4}},
          {"reward_scale", 2.0},
          {"temperature_interval", std::int64_t{10}},
          {"warm_up_steps", std::int64_t{500}},
          {"updates_per_step", 1.0}};
}

ParameterValues with(ParameterValues values, std::string name, ParameterValue value) {
  values[name] = std::move(value);
  return values;
}

std::unique_ptr<Algorithm> make(const EnvironmentSpec& spec, const ParameterValues& values, std::uint64_t seed = 1) {
  return make_toy_algorithm(spec, values, 10, 10'000, seed);
}

Masdac& inside(Algorithm& algorithm) { return dynamic_cast<Masdac&>(algorithm); }

/// An algorithm that has learned a little, so that nothing it holds is at its initial value.
struct Trained {
  explicit Trained(const ParameterValues& values, std::uint64_t seed = 1)
      : loop(make_line_spread, 10, seed), algorithm(make(loop.spec(), values, seed)) {
    loop.train(*algorithm, 560, metrics);
  }
  RecordedMetrics metrics;
  ToyLoop loop;
  std::unique_ptr<Algorithm> algorithm;
};

/// Critics of `algorithm` that give every action the same value.
void flatten_critics(Masdac& masdac) {
  const torch::NoGradGuard no_grad;
  part_of<Mlp>(masdac, "critics").block().values().zero_();
}

TEST(Masdac, ConstantValuesGiveEqualWeights) {
  Trained trained(small_values());
  Masdac& masdac = inside(*trained.algorithm);
  flatten_critics(masdac);
  const torch::Tensor weights = masdac.soft_weights(torch::ones({5, 4}), torch::linspace(-1, 1, 80).view({8, 5, 2}));
  ASSERT_EQ(weights.sizes(), (std::vector<std::int64_t>{8, 5}));
  EXPECT_TRUE(weights.allclose(torch::full({8, 5}, 1.0F / 8)));
}

TEST(Masdac, WeightsAreASoftmaxOfValuesOverTheDraws) {
  Trained trained(small_values());
  Masdac& masdac = inside(*trained.algorithm);
  const torch::Tensor observations = torch::linspace(-1, 1, 12).view({3, 4});
  const torch::Tensor actions = torch::linspace(-1, 1, 24).view({4, 3, 2});
  const torch::Tensor weights = masdac.soft_weights(observations, actions);
  const double factor = 5 / part_of<ExplorationTemperature>(masdac, "temperature").value();
  for (std::int64_t row = 0; row < 3; ++row) {
    std::vector<double> exponentials;
    for (std::int64_t draw = 0; draw < 4; ++draw) {
      const torch::Tensor values = critic_values(part_of<Mlp>(masdac, "critics"), observations.narrow(0, row, 1),
                                                 actions[draw].narrow(0, row, 1));
      exponentials.push_back(std::exp(factor * values.amin(0).item<double>()));
    }
    const double sum = exponentials[0] + exponentials[1] + exponentials[2] + exponentials[3];
    for (std::int64_t draw = 0; draw < 4; ++draw) {
      EXPECT_NEAR(weights[draw][row].item<double>(), exponentials[static_cast<std::size_t>(draw)] / sum, 1e-5);
    }
  }
}

// All draws share the denoiser's input, so regression to their weighted mean has the gradient of the weighted sum of
// squares over the draws, evaluated draw by draw.
TEST(Masdac, RegressionToTheMeanNoiseHasTheGradientOfTheWholeSum) {
  constexpr std::int64_t kDraws = 64;
  RandomStream random(11);
  const AgentDenoisers denoiser({{"a", 3, 2}, {"b", 3, 2}}, {{16, 16}, 20, false}, 1);
  const torch::Tensor observations = normal_tensor(random, {6, 6}), noisy = normal_tensor(random, {6, 4});
  const torch::Tensor step = random_diffusion_steps(linear_diffusion_schedule(20), 6, random);
  const torch::Tensor draws = normal_tensor(random, {kDraws, 6, 4});
  const torch::Tensor weights = torch::softmax(3 * normal_tensor(random, {kDraws, 6}), 0);
  Adam adam(denoiser.weights(), {});
  const auto gradients = [&](const torch::Tensor& loss) {
    adam.zero_gradient();
    loss.backward();
    std::vector<torch::Tensor> parts;
    for (const Weights& w : denoiser.weights()) parts.push_back(w.gradient.clone());
    return torch::cat(parts);
  };
  const torch::Tensor mean_target = (weights.unsqueeze(2) * draws).sum(0);
  const torch::Tensor shortcut =
      gradients((denoiser(observations, noisy, step) - mean_target).square().mean() / kDraws);
  torch::Tensor whole_loss = torch::zeros({});
  for (std::int64_t m = 0; m < kDraws; ++m) {
    const torch::Tensor error = (denoiser(observations, noisy, step) - draws[m]).square();
    whole_loss = whole_loss + (weights[m].unsqueeze(1) * error).mean() / kDraws;
  }
  const torch::Tensor whole = gradients(whole_loss);
  EXPECT_GT(whole.norm().item<double>(), 0);
  EXPECT_LT((whole - shortcut).norm().item<double>() / whole.norm().item<double>(), 1e-5);
}

// Five updates written out from the equations: policy and averages move with the first, third and fifth, the
// temperature with the first and fourth. Then an action, which is the averaged policy's.
TEST(Masdac, UpdatesFollowTheEquations) {
  constexpr std::int64_t kSteps = 5, kParticles = 4, kDraws = 6, kWidth = 8;
  const KnownTask task;
  const auto algorithm = task.algorithm({{"diffusion_steps", kSteps},
                                         {"particles", kParticles},
                                         {"denoiser_hidden_sizes", IntegerList{kWidth, kWidth}},
                                         {"critic_hidden_sizes", IntegerList{8, 8}},
                                         {"reward_scale", 2.0},
                                         {"discount", 0.9},
                                         {"target_rate", 0.3},
                                         {"noise_draws", kDraws},
                                         {"critic_learning_rate", 0.02},
                                         {"policy_learning_rate", 0.01},
                                         {"temperature_learning_rate", 0.3},
                                         {"temperature_interval", std::int64_t{3}}},
                                        5);
  auto& masdac = dynamic_cast<Masdac&>(*algorithm);
  const AgentDenoisers &denoiser = part_of<AgentDenoisers>(masdac, "denoiser"),
                       &averaged_denoiser = part_of<AgentDenoisers>(masdac, "averaged_denoiser");
  const WeightBlock critic_weights = part_of<Mlp>(masdac, "critics").block(),
                    target_weights = part_of<Mlp>(masdac, "target_critics").block();
  PlainDenoisers present(SavedDenoisers(denoiser), kWidth), averaged(SavedDenoisers(averaged_denoiser), kWidth);
  std::vector<PlainMlp> critics = plain_stack(critic_weights, {plain_mish, plain_mish, identity}),
                        targets = plain_stack(target_weights, {plain_mish, plain_mish, identity});
  PlainAdam critic_adam(parameters_of(critics), 0.02), policy_adam(present.parameters(), 0.01);
  PlainExplorationTemperature alpha(0.3);
  const std::vector<PlainDiffusionStep> chain = plain_diffusion(kSteps);
  RandomStream random = task.stream("update");
  const auto noise = [&] { return task.noise(random, {task.kBatch, task.kActions}); };
  task.teach(*algorithm);

  for (int update = 0; update < 5; ++update) {
    const KnownRows rows = task.rows.draw(task.kBatch, random);
    const auto sample = [&](const Tensor& seen) {
      const Tensor best = present.select(seen, kParticles, critics, chain, random);
      return best + 0.1 * alpha.value() * noise();
    };
    const Tensor next = sample(rows.next_observations);
    const Tensor next_values = plain_minimum(targets, rows.next_observations, next);
    const Tensor y = 2 * rows.rewards + 0.9 * rows.going_on * next_values;
    if (update % 2 == 0) {
      const Tensor actions = sample(rows.observations), step = plain_steps(task.kBatch, kSteps, random);
      const Tensor signal = plain_signal(chain, step), blur = (1 - signal.square()).sqrt();
      const Tensor noisy = signal * actions + blur * noise();
      std::vector<Tensor> draws, values;
      for (std::int64_t m = 0; m < kDraws; ++m) {
        draws.push_back(noise());
        const Tensor clean = ((noisy - blur * draws.back()) / signal).clamp(-1, 1);
        values.push_back(plain_minimum(critics, rows.observations, clean).detach());
      }
      const Tensor weights = torch::softmax(5 / alpha.value() * torch::stack(values), 0).unsqueeze(2);
      policy_adam.step((weights * (present(rows.observations, noisy, step) - torch::stack(draws)).square()).mean());
    }
    critic_adam.step(plain_squared_error(critics, rows.observations, rows.actions, y));
    if (update % 2 == 0) {
      follow(targets, critics, 0.3);
      averaged.follow(present, 0.3);
    }
    if (update % 3 == 0) alpha.step();
  }
  expect_close(critic_weights, critics, "critic");
  expect_close(target_weights, targets, "target critic");
  expect_close(denoiser, present, "denoiser");
  expect_close(averaged_denoiser, averaged, "averaged denoiser");
  EXPECT_NEAR(part_of<ExplorationTemperature>(masdac, "temperature").value(), alpha.value(), 1e-9);

  const Tensor chosen = torch::empty({task.kRows, task.kActions});
  RandomStream acting(8), same(8);
  masdac.act(task.observations(), ActMode::kExplore, acting,
             {chosen.data_ptr<float>(), static_cast<std::size_t>(task.kRows), static_cast<std::size_t>(task.kActions)});
  const Tensor best = averaged.select(task.rows.observations, kParticles, critics, chain, same);
  const Tensor noisy = best + 0.1 * alpha.value() * task.noise(same, {task.kRows, task.kActions});
  expect_close(chosen, noisy.clamp(-1, 1), "action", 1e-4);
}

// Two agents with one action each that are rewarded for where they are, and three with two each and other rewards.
TEST(Masdac, TemperatureDependsOnNeitherRewardsNorAgents) {
  Trained pair(small_values());
  const KnownTask task;
  const auto algorithm = task.algorithm({{"temperature_interval", std::int64_t{10}},
                                         {"denoiser_hidden_sizes", IntegerList{8}},
                                         {"critic_hidden_sizes", IntegerList{8}}},
                                        pair.algorithm->updates());
  task.teach(*algorithm);
  ASSERT_EQ(algorithm->updates(), 60);
  const auto temperature = [](Algorithm& of) {
    return part_of<ExplorationTemperature>(inside(of), "temperature").value();
  };
  EXPECT_EQ(temperature(*algorithm), temperature(*pair.algorithm));
  EXPECT_LT(temperature(*algorithm), 5);
}

TEST(Masdac, KeepsTheContract) {
  const ParameterValues values =
      with(with(small_values(), "warm_up_steps", std::int64_t{1000}), "diffusion_steps", std::int64_t{5});
  expect_keeps_the_contract(values);
  expect_keeps_the_contract(with(values, "evaluation_particles", std::int64_t{4}));
}

TEST(Masdac, OperatorsOfLibTorchLearnTheSame) {
  expect_operators_learn_the_same(with(small_values(), "warm_up_steps", std::int64_t{1000}));
}

TEST(Masdac, ResumesExactly) { expect_resumes_exactly(with(small_values(), "warm_up_steps", std::int64_t{1000})); }

TEST(Masdac, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(with(small_values(), "buffer_size", std::int64_t{10}),
                 "batch_size is 64, but buffer_size is only 10; a batch has to fit into the buffer");
}

TEST(Masdac, ALossThatIsNotFiniteEndsTheRunWithItsUpdate) {
  Trained trained(small_values());
  Masdac& algorithm = inside(*trained.algorithm);
  while (algorithm.updates() % 2 == 0) algorithm.update_once(trained.metrics);  // the next one leaves the policy alone
  part_of<Mlp>(algorithm, "critics").block().values().fill_(NAN);
  const std::string update = std::to_string(algorithm.updates() + 1);
  try {
    algorithm.update_once(trained.metrics);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "update " + update + ": critic_loss is nan, not a finite number");
  }
}

TEST(Masdac, PresetsFit) { expect_presets_fit(); }

TEST(Masdac, ATeamWithoutAgentsIsRefused) { EXPECT_THROW(make(EnvironmentSpec{}, small_values()), Error); }

TEST(Masdac, LearnsWithSharedParametersToo) {
  ToyLoop loop(make_line_spread, 10, 1);
  const auto algorithm = make(loop.spec(), with(small_values(), "share_parameters", true));
  const std::vector<Weights> weights = part_of<AgentDenoisers>(inside(*algorithm), "denoiser").weights();
  ASSERT_EQ(weights.size(), 2U);  // of the one group: time embedding and body
  // Both agents' body: 1 action, 2 observations, 2 identities and 16 of the time, two hidden layers in between.
  EXPECT_EQ(weights[1].values.numel(), (1 + 2 + 2 + 16 + 1) * 64 + 2 * (64 + 1) * 64 + (64 + 1));
  const torch::Tensor before = weights[1].values.clone();
  RecordedMetrics metrics;
  loop.train(*algorithm, 560, metrics);
  EXPECT_EQ(algorithm->updates(), 60);
  EXPECT_FALSE(weights[1].values.equal(before));
}

// An independent implementation of the same method reached 0.29 to 0.31 without and 0.70 to 0.72 with selection, and
// its exploring actions covered both optima: the policy stays blunt (see the README).
TEST(MasdacLearning, CoversBothOptimaOfTheSeparableBandit) {
  ToyLoop loop(make_separable_bandit, 10, 1);
  const auto algorithm = make(loop.spec(), with(small_values(), "noise_draws", std::int64_t{32}));
  RecordedMetrics metrics;
  loop.train(*algorithm, 4000, metrics);
  const auto alone = evaluate_toy(make_separable_bandit, *algorithm, ActMode::kDeterministic);
  const auto best = evaluate_toy(make_separable_bandit, *algorithm, ActMode::kExplore);
  const auto selecting = make(loop.spec(), with(small_values(), "evaluation_particles", std::int64_t{4}));
  copy_state(*algorithm, *selecting);
  const auto selected = evaluate_toy(make_separable_bandit, *selecting, ActMode::kDeterministic);
  RecordProperty("without_selection", std::to_string(alone.mean_return));
  RecordProperty("with_selection", std::to_string(selected.mean_return));
  RecordProperty("exploring_near_upper", std::to_string(best.share_near(0, 0.6, 0.25)));
  RecordProperty("exploring_near_lower", std::to_string(best.share_near(0, -0.6, 0.25)));
  EXPECT_GT(alone.mean_return, 0.2);
  EXPECT_GT(selected.mean_return, 0.6);
  EXPECT_GT(best.share_near(0, 0.6, 0.25), 0.15);
  EXPECT_GT(best.share_near(0, -0.6, 0.25), 0.15);
}

// The same: -1.64 without, -0.93 with selection, still improving; uniform actions -4.21.
TEST(MasdacLearning, SpreadsOnTheLine) {
  ToyLoop loop(make_line_spread, 10, 1);
  ParameterValues values = small_values();
  values["discount"] = 0.9;
  values["noise_draws"] = std::int64_t{32};
  values["policy_learning_rate"] = 1e-3;
  values["policy_interval"] = std::int64_t{1};
  values["warm_up_steps"] = std::int64_t{1000};
  const auto algorithm = make(loop.spec(), values);
  RecordedMetrics metrics;
  loop.train(*algorithm, 6000, metrics);
  const auto alone = evaluate_toy(make_line_spread, *algorithm, ActMode::kDeterministic);
  const auto selecting = make(loop.spec(), with(values, "evaluation_particles", std::int64_t{4}));
  copy_state(*algorithm, *selecting);
  const auto best = evaluate_toy(make_line_spread, *selecting, ActMode::kDeterministic);
  RecordProperty("without_selection", std::to_string(alone.mean_return));
  RecordProperty("with_selection", std::to_string(best.mean_return));
  EXPECT_GT(alone.mean_return, -2.1);
  EXPECT_GT(best.mean_return, -1.2);
}

}  // namespace
}  // namespace tutti
