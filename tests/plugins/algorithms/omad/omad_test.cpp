// The tests look inside, so they include the plugin's one source file instead of linking it.
#include "plugins/algorithms/omad/omad.cpp"

#include <gtest/gtest.h>

#include <numeric>

#include "common/central_differences.hpp"
#include "known_task.hpp"
#include "omad/plain_omad.hpp"
#include "plugin_checks.hpp"
#include "toy_training.hpp"

namespace tutti::omad {
namespace {

// Small networks, no waiting: for tests that look at single updates.
ParameterValues tiny(ParameterValues changes = {}) {
  changes.insert({{"score_width", std::int64_t{8}},
                  {"critic_hidden_sizes", IntegerList{16, 16}},
                  {"batch_size", std::int64_t{32}},
                  {"value_max", 20.0},
                  {"warm_up_steps", std::int64_t{40}},
                  {"actor_interval", std::int64_t{1}}});
  return changes;
}

// The published learning checks' settings.
ParameterValues learning(double value_max, double discount, std::int64_t warm_up) {
  return {{"score_width", std::int64_t{64}},
          {"critic_hidden_sizes", IntegerList{128, 128}},
          {"batch_size", std::int64_t{128}},
          {"actor_learning_rate", 1e-3},
          {"critic_learning_rate", 1e-3},
          {"temperature_learning_rate", 3e-3},
          {"actor_interval", std::int64_t{1}},
          {"value_max", value_max},
          {"discount", discount},
          {"warm_up_steps", warm_up}};
}

std::unique_ptr<Omad> make(const EnvironmentSpec& spec, const ParameterValues& values, std::uint64_t seed = 1) {
  return std::unique_ptr<Omad>(static_cast<Omad*>(make_toy_algorithm(spec, values, 10, 20'000, seed).release()));
}

EnvironmentSpec mixed_team() {
  EnvironmentSpec spec;
  spec.agents = {{"large", 3, 2}, {"small", 2, 1}, {"large too", 3, 2}};
  spec.state_size = 4;
  spec.episode_limit = 5;
  return spec;
}

Batch random_batch(const EnvironmentSpec& spec, std::int64_t rows) {
  at::manual_seed(3);
  const std::int64_t observed = spec.joint_observation_size();
  return {torch::randn({rows, observed}),
          torch::randn({rows, spec.state_size}),
          2 * torch::rand({rows, spec.joint_action_size()}) - 1,
          torch::randn({rows}),
          torch::full({rows}, 0.9F),
          torch::randn({rows, observed}),
          torch::randn({rows, spec.state_size})};
}

std::vector<std::byte> bytes_of(const Critics& critics) {
  SnapshotWriter writer;
  critics.save(writer, "critics");
  return writer.bytes();
}

std::vector<float> act(Omad& omad, std::vector<float> observations, std::size_t rows, std::size_t actions,
                       ActMode mode = ActMode::kSampled) {
  std::vector<float> result(rows * actions);
  RandomStream random(4);
  omad.act({observations.data(), rows, observations.size() / rows}, mode, random, {result.data(), rows, actions});
  return result;
}

// ---- critics

TEST(OmadCritics, HaveTheParametersOfThePublishedNetwork) {
  const auto parameters = [](std::int64_t inputs) {  // of both critics
    std::int64_t count = 0;
    for (const Weights& weights : Critics(1, inputs, {2048, 2048}, 100, {}).weights()) count += weights.values.numel();
    return count;
  };
  EXPECT_EQ(parameters(105 + 8), 2 * 4'643'142);
  EXPECT_EQ(parameters(54 + 6), 2 * 4'534'492);
}

// The loss uses the first half of the outputs; the second half counts through the batch statistics.
TEST(OmadCritics, GradientOfTheJointPassMatchesCentralDifferences) {
  at::manual_seed(5);
  Critics critics(1, 4, {6, 5}, 7, {}, torch::kFloat64);
  const Tensor rows = torch::randn({10, 4}, torch::kFloat64);
  const Tensor target = torch::softmax(torch::randn({5, 7}, torch::kFloat64), -1);
  for (const Weights& weights : critics.weights()) weights.values.add_(0.2 * torch::randn_like(weights.values));
  const auto loss = [&] { return categorical_loss(critics.train(rows).chunk(2, 1)[0], target, 0.005).mean(1).sum(); };
  loss().backward();
  for (const Weights& weights : critics.weights()) {  // the linear layers, then scale and shift of each normalization
    const Tensor numeric = central_differences([&] { return loss().item<double>(); }, weights.values);
    EXPECT_LT(relative_error(weights.gradient, numeric), 1e-6);
  }
}

// After the warm-up the corrections rho and delta are no part of the gradient. Limits that always bite hold them at
// constants other than 1 and 0, so that differences do not see them move; a momentum of 1 holds what they refer to.
TEST(OmadCritics, GradientOfTheJointPassAfterTheWarmUpMatchesCentralDifferences) {
  at::manual_seed(7);
  const BatchRenormalizationOptions held{.momentum = 1, .ratio_max = 1.1, .shift_max = 0.05, .warmup = 0};
  Critics critics(1, 4, {6, 5}, 7, held, torch::kFloat64);
  critics.block().values().mul_(6);  // wide features, far from the running statistics 0 and 1
  const Tensor rows = 3 * torch::randn({24, 4}, torch::kFloat64) + 2;
  const Tensor target = torch::softmax(torch::randn({12, 7}, torch::kFloat64), -1);
  const auto loss = [&] { return categorical_loss(critics.train(rows).chunk(2, 1)[0], target, 0.005).mean(1).sum(); };
  loss().backward();
  for (const Weights& weights : critics.weights()) {
    const Tensor numeric = central_differences([&] { return loss().item<double>(); }, weights.values);
    EXPECT_LT(relative_error(weights.gradient, numeric), 1e-6);
  }
}

// The products of float32 take another path than those of float64.
TEST(OmadCritics, GradientsInFloatEqualThoseInDoubleAtFullSize) {
  at::manual_seed(8);
  const Tensor rows = torch::randn({512, 60}, torch::kFloat64);
  const Tensor target = torch::softmax(torch::randn({256, 100}, torch::kFloat64), -1);
  const auto gradient = [&](torch::ScalarType type) {
    Critics critics(1, 60, {256, 256}, 100, {}, type);
    const Tensor logits = critics.train(rows.to(type)).chunk(2, 1)[0];
    categorical_loss(logits, target.to(type), 0.005).mean(1).sum().backward();
    return critics.block().gradient().to(torch::kFloat64);
  };
  EXPECT_LT(relative_error(gradient(torch::kFloat32), gradient(torch::kFloat64)), 1e-5);
}

TEST(OmadCritics, EvaluationEqualsTrainingWhenRunningStatisticsAreTheBatchs) {
  at::manual_seed(6);
  Critics critics(1, 4, {16, 16}, 7, {.momentum = 0}, torch::kFloat64);
  const Tensor rows = 3 * torch::randn({32, 4}, torch::kFloat64) + 1;
  const Tensor trained = critics.train(rows).detach();
  EXPECT_TRUE(torch::allclose(critics.evaluate(rows), trained, 0, 1e-10));
}

TEST(OmadCritics, EvaluationSendsGradientsToTheInputOnly) {
  Critics critics(1, 4, {16}, 7, {});
  const Tensor input = torch::randn({8, 4}).set_requires_grad(true);
  critics.evaluate(input).sum().backward();
  EXPECT_GT(input.grad().abs().max().item<double>(), 0);
  for (const Weights& weights : critics.weights()) EXPECT_EQ(weights.gradient.abs().max().item<double>(), 0);
}

TEST(OmadCritics, TheTwoDiffer) {
  Critics critics(1, 4, {16}, 7, {});
  const Tensor out = critics.train(torch::randn({8, 4}));
  EXPECT_FALSE(torch::allclose(out[0], out[1]));
}

// ---- one update

TEST(Omad, TargetOfAPointMass) {
  const auto environment = make_line_spread();
  const auto omad =
      make(environment->spec(), tiny({{"initial_temperature", 0.1}, {"value_max", 10.0}, {"atoms", std::int64_t{21}}}));
  const CategoricalSupport support{.count = 21, .limit = 10};
  const Tensor atoms = support.atoms(torch::kFloat32);
  const Tensor point_mass = (atoms == 2).to(torch::kFloat32).expand({2, 21});
  Batch batch;
  batch.rewards = torch::ones({2});
  batch.bootstrap = torch::tensor({0.5F, 0.0F});  // the second row terminated
  const Tensor target = support.project(point_mass, omad->moved(batch, torch::full({2}, 4.0F), atoms));
  const Tensor mean = torch::matmul(target, atoms);
  EXPECT_NEAR(mean[0].item<double>(), 1.8, 1e-6);
  EXPECT_NEAR(mean[1].item<double>(), 1.0, 1e-6);
}

TEST(Omad, TargetWithoutTheEntropyTerm) {
  const auto environment = make_line_spread();
  const auto omad = make(environment->spec(), tiny({{"critic_entropy_term", false}}));
  Batch batch;
  batch.rewards = torch::ones({1});
  batch.bootstrap = torch::full({1}, 0.5F);
  EXPECT_NEAR(omad->moved(batch, torch::full({1}, 4.0F), torch::full({1}, 2.0F)).item<double>(), 2.0, 1e-6);
}

// Four updates written out from the equations, the actors' after the second and the fourth. The threshold lies between
// the running cost and the whole cost, the limit of the gradient's elements where many of them reach it.
TEST(Omad, UpdatesFollowTheEquations) {
  constexpr std::int64_t kSteps = 4, kAtoms = 11;
  constexpr double kLimit = 0.02, kMomentum = 0.5, kThreshold = 1.5;
  const KnownTask task;
  const auto algorithm = task.algorithm({{"denoising_steps", kSteps},
                                         {"score_width", std::int64_t{8}},
                                         {"score_hidden_layers", std::int64_t{2}},
                                         {"critic_hidden_sizes", IntegerList{16, 16}},
                                         {"atoms", kAtoms},
                                         {"value_max", 5.0},
                                         {"normalization_momentum", kMomentum},
                                         {"discount", 0.9},
                                         {"actor_learning_rate", 0.01},
                                         {"critic_learning_rate", 0.02},
                                         {"actor_gradient_limit", kLimit},
                                         {"initial_temperature", 0.3},
                                         {"temperature_learning_rate", 0.1},
                                         {"cost_threshold", kThreshold},
                                         {"actor_interval", std::int64_t{2}}},
                                        4);
  Omad& omad = dynamic_cast<Omad&>(*algorithm);
  const ReverseSdePolicy& policy = omad.team().policy(0);
  RandomStream first_weights(6);  // of the output layers, which start at nearly nothing
  policy.score().block().tensor(11).detach().copy_(normal_tensor(first_weights, {task.kAgents, 8, task.kAction}));

  std::vector<PlainDiffusion> actors;
  std::vector<Tensor> actor_parameters, critic_parameters;
  const auto append = [](std::vector<Tensor>& all, const std::vector<Tensor>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  for (std::int64_t i = 0; i < task.kAgents; ++i) {
    actors.emplace_back(policy, i);
    append(actor_parameters, actors.back().chain);
    append(actor_parameters, actors.back().score);
  }
  std::vector<PlainCritic> critics;
  for (std::int64_t c = 0; c < 2; ++c) {
    critics.emplace_back(omad.critics().block(), c, 3, kMomentum);
    append(critic_parameters, critics.back().parameters());
  }
  const Tensor lambda = torch::full({1}, std::log(0.3), torch::kFloat64).requires_grad_(true);
  PlainAdam actor_adam(actor_parameters, 0.01, 0.5), critic_adam(critic_parameters, 0.02, 0.5),
      temperature_adam({lambda}, 0.1);
  const Tensor atoms = torch::linspace(-5, 5, kAtoms, torch::kFloat64);
  RandomStream random = task.stream("update");
  const auto noise = [&] { return task.noise(random, {kSteps + 1, task.kAgents, task.kBatch, task.kAction}); };
  task.teach(*algorithm);

  for (int update = 1; update <= 4; ++update) {
    const KnownRows rows = task.rows.draw(task.kBatch, random);
    const double alpha = lambda.exp().item<double>();
    const PlainPath next = plain_paths(actors, rows.next_observations, noise());
    const Tensor cost = (next.running_cost + next.terminal_cost).unsqueeze(1);
    const Tensor values =
        rows.rewards.unsqueeze(1) + 0.9 * rows.going_on.unsqueeze(1) * (atoms - alpha * cost);  // [B, n]
    const Tensor both = torch::cat(
        {torch::cat({rows.states, rows.actions}, 1), torch::cat({rows.next_states, next.actions.detach()}, 1)});
    std::vector<Tensor> logits, projections;
    for (PlainCritic& critic : critics) {
      const std::vector<Tensor> halves = critic.train(both).chunk(2);
      logits.push_back(halves[0]);
      projections.push_back(plain_projection(torch::softmax(halves[1], 1), values, atoms).detach());
    }
    const Tensor target = (projections[0] + projections[1]) / 2;
    Tensor critic_loss = torch::zeros({}, torch::kFloat64);
    for (const Tensor& of_critic : logits) {
      const Tensor log_p = torch::log_softmax(of_critic, 1);
      critic_loss = critic_loss + (-target * log_p + 0.005 * log_p.exp() * log_p).sum(1).mean();
    }
    critic_adam.step(critic_loss);
    if (update % 2 != 0) continue;

    const PlainPath now = plain_paths(actors, rows.observations, noise());
    Tensor q = torch::zeros({task.kBatch}, torch::kFloat64);
    for (PlainCritic& critic : critics) {
      const Tensor p = torch::softmax(critic.evaluate(torch::cat({rows.states, now.actions}, 1)), 1);
      q = q + (atoms * p).sum(1) / 2;
    }
    const Tensor loss = (-q + alpha * (now.running_cost + now.terminal_cost)).mean();
    std::vector<Tensor> gradients = torch::autograd::grad({loss}, actor_parameters);
    for (Tensor& gradient : gradients) gradient = gradient.clamp(-kLimit, kLimit);
    actor_adam.step(gradients);
    const double running_cost = now.running_cost.mean().item<double>();
    temperature_adam.step(-lambda.exp() * (running_cost - kThreshold * task.kActions));
  }

  for (std::size_t c = 0; c < 2; ++c) {
    const auto row = static_cast<std::int64_t>(c);
    expect_close(omad.critics().block().values()[row], flat(critics[c].linear), "critic");
    const std::vector<Weights> weights = omad.critics().weights();  // the linear layers, then each normalization
    for (std::size_t layer = 0; layer < 3; ++layer) {
      expect_close(weights[1 + layer].values.view({2, -1})[row],
                   flat({critics[c].scales[layer], critics[c].shifts[layer]}), "normalization");
    }
    const Tensor rows = torch::cat({task.rows.states, task.rows.actions}, 1);  // tells the running statistics
    expect_close(omad.critics().evaluate(rows.to(torch::kFloat32))[row], critics[c].evaluate(rows), "evaluation", 1e-4);
  }
  for (std::size_t i = 0; i < actors.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    expect_close(policy.chain().block().values()[row], flat(actors[i].chain), "time step and friction");
    expect_close(policy.score().block().values()[row], flat(actors[i].score), "score network", 5e-5);
  }
  EXPECT_NEAR(omad.temperature(), lambda.exp().item<double>(), 1e-5);
}

TEST(Omad, ActorStepLeavesTheCriticsAsTheyAre) {
  const EnvironmentSpec spec = mixed_team();
  const auto omad = make(spec, tiny());
  const Batch batch = random_batch(spec, 32);
  RecordedMetrics metrics;
  omad->update_critics(batch, metrics);
  const std::vector<std::byte> critics = bytes_of(omad->critics());
  SnapshotWriter policy_before, policy_after;
  omad->save_policy(policy_before);
  omad->update_actors(batch, metrics);
  omad->save_policy(policy_after);
  EXPECT_EQ(bytes_of(omad->critics()), critics);
  EXPECT_NE(policy_after.bytes(), policy_before.bytes());
}

TEST(Omad, CriticStepLeavesTheActorsAsTheyAre) {
  const EnvironmentSpec spec = mixed_team();
  const auto omad = make(spec, tiny());
  RecordedMetrics metrics;
  SnapshotWriter policy_before, policy_after;
  omad->save_policy(policy_before);
  const std::vector<std::byte> critics = bytes_of(omad->critics());
  omad->update_critics(random_batch(spec, 32), metrics);
  omad->save_policy(policy_after);
  EXPECT_EQ(policy_after.bytes(), policy_before.bytes());
  EXPECT_NE(bytes_of(omad->critics()), critics);
}

TEST(Omad, LearnsWithSharedParametersToo) {
  ToyLoop loop(make_line_spread, 10, 1);
  const auto shared = make(loop.spec(), tiny({{"share_parameters", true}}));
  ASSERT_EQ(shared->team().groups().count(), 1U);
  EXPECT_EQ(shared->team().policy(0).score().block().values().size(0), 1);  // one network
  SnapshotWriter before, after;
  shared->save_policy(before);
  RecordedMetrics metrics;
  loop.train(*shared, 100, metrics);
  shared->save_policy(after);
  EXPECT_NE(after.bytes(), before.bytes());
}

TEST(Omad, WarnsOnceOfASupportThatIsTooSmall) {
  const auto omad = make(mixed_team(), tiny({{"value_max", 0.5}}));
  RecordedMetrics metrics;
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) omad->update_critics(random_batch(mixed_team(), 32), metrics);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_GT(metrics.mean("clipped_target_mass"), 0.01);
  const std::size_t first = said.find("mass lies beyond value_max = 0.5");
  EXPECT_NE(first, std::string::npos) << said;
  EXPECT_EQ(said.find("mass lies beyond", first + 1), std::string::npos) << said;
}

// The input layer has a row for each number that it sees; a state of garbage goes nowhere.
TEST(Omad, CriticsOfTheObservationsDoNotSeeTheState) {
  const EnvironmentSpec spec = mixed_team();  // state 4, observations 8, actions 5
  EXPECT_EQ(make(spec, tiny())->critics().block().tensor(0).size(1), 4 + 5);
  const auto update = [&](double state) {
    const auto omad = make(spec, tiny({{"critic_input", std::string("observations")}}));
    EXPECT_EQ(omad->critics().block().tensor(0).size(1), 8 + 5);
    Batch batch = random_batch(spec, 32);
    batch.states.fill_(state);
    batch.next_states.fill_(state);
    RecordedMetrics metrics;
    omad->update_critics(batch, metrics);
    omad->update_actors(batch, metrics);
    return state_of(*omad);
  };
  EXPECT_EQ(update(0), update(std::nan("")));
}

// ---- rewards, normalised

/// The weights of the policies after two updates on the known task with rewards multiplied by `unit`.
std::vector<std::byte> policy_after(ParameterValues changes, float unit) {
  KnownTask task;
  task.floats[3].mul_(unit);
  changes.insert({{"initial_temperature", 0.01}, {"warm_up_steps", std::int64_t{0}}, {"batch_size", task.kBatch}});
  const auto algorithm = task.algorithm(tiny(changes), 2);
  task.teach(*algorithm);
  SnapshotWriter writer;
  algorithm->save_policy(writer);
  return writer.bytes();
}

// With this limit the largest return decides, so that the scale is exactly four times as large: nothing that learns can
// tell the unit of the rewards. Without normalisation it can.
TEST(Omad, NormalisedRewardsTeachTheSameInEveryUnit) {
  const ParameterValues values = {{"reward_normalization", std::string("variance")}, {"return_max", 0.25}};
  EXPECT_EQ(policy_after(values, 4), policy_after(values, 1));
  const ParameterValues range = {{"reward_normalization", std::string("return_range")}, {"critic_entropy_term", false}};
  EXPECT_EQ(policy_after(range, 4), policy_after(range, 1));
  const ParameterValues plain = {{"critic_entropy_term", false}};
  EXPECT_NE(policy_after(plain, 4), policy_after(plain, 1));
}

// Rewards whose deviation is below 1 and whose largest return is the limit are divided by exactly 1.
TEST(Omad, AScaleOfOneChangesNothing) {
  KnownTask task;
  const double largest = (task.floats[3] * 0.125F).abs().max().item<double>();
  const ParameterValues values = {{"reward_normalization", std::string("variance")}, {"return_max", largest}};
  EXPECT_EQ(policy_after(values, 0.125F), policy_after({}, 0.125F));
}

// The critics' unit is the policy's too: given the same critics, the actors' step does not look at the scale.
TEST(Omad, TheScaleIsNoPartOfThePoliciesGradient) {
  const auto policy_after_step = [](const char* rule) {
    const auto omad = make(mixed_team(), tiny({{"reward_normalization", std::string(rule)}}));
    const std::vector<float> nothing(100, 0.0F), rewards(10, 7.0F);
    const std::vector<std::uint8_t> no(10, 0);
    omad->observe({{nothing.data(), 10, 8},
                   {nothing.data(), 10, 4},
                   {nothing.data(), 10, 5},
                   rewards,
                   {nothing.data(), 10, 8},
                   {nothing.data(), 10, 4},
                   no,
                   no});
    EXPECT_EQ(omad->reward_scale(), std::string(rule) == "none" ? 1 : 7.0 / 5);
    RecordedMetrics metrics;
    omad->update_actors(random_batch(mixed_team(), 32), metrics);
    SnapshotWriter writer;
    omad->save_policy(writer);
    return writer.bytes();
  };
  EXPECT_EQ(policy_after_step("variance"), policy_after_step("none"));
}

// Values in training.csv keep the task's unit; the critics' own is beside them.
TEST(Omad, ReportsValuesInTheUnitOfTheTask) {
  ToyLoop loop(make_line_spread, 10, 1);
  const auto omad = make(loop.spec(), tiny({{"reward_normalization", std::string("variance")}}));
  RecordedMetrics metrics;
  loop.train(*omad, 45, metrics);
  metrics = {};
  omad->update_once(metrics);
  EXPECT_GT(metrics.last("reward_scale"), 0);
  EXPECT_EQ(metrics.last("reward_scale"), omad->reward_scale());
  EXPECT_NEAR(metrics.last("mean_q"), metrics.last("reward_scale") * metrics.last("normalized_mean_q"), 1e-9);
}

// What the running cost aims at is the threshold; the whole cost lacks the prior's, log(sqrt(2 pi e) 2.5) = 2.335 each.
TEST(Omad, ReturnRangeMakesRoomForTheCostThatTheTemperatureAimsAt) {
  Config config;
  config.reward_normalization = "return_range";
  EXPECT_NEAR(config.rewards(6).target_cost, (4 - 2.335229) * 6, 1e-5);
  EXPECT_EQ(config.rewards(6).return_max, config.value_max);
  config.critic_entropy_term = false;
  EXPECT_EQ(config.rewards(6).target_cost, 0);
}

TEST(Omad, RefusesAReturnRangeWithoutAHorizon) {
  expect_refusal(tiny({{"reward_normalization", std::string("return_range")}, {"discount", 1.0}}),
                 "reward_normalization is return_range, which divides by 1 - discount, but discount is 1; expected a "
                 "discount below 1, or another reward_normalization");
}

// ---- target network, and which of the two critics counts

TEST(Omad, TheTargetNetworkFollowsTheCritics) {
  const auto omad = make(mixed_team(), tiny({{"target_rate", 0.25}}));
  const Tensor first = omad->critics().block().values().clone();
  ASSERT_TRUE(omad->target_critics()->block().values().equal(first));
  RecordedMetrics metrics;
  omad->update_critics(random_batch(mixed_team(), 32), metrics);
  const Tensor expected = 0.75 * first + 0.25 * omad->critics().block().values();
  EXPECT_TRUE(torch::allclose(omad->target_critics()->block().values(), expected, 1e-5, 1e-6));
  EXPECT_FALSE(omad->critics().block().values().equal(first));
}

TEST(Omad, NextValuesAreTheTargetNetworks) {
  const Batch batch = random_batch(mixed_team(), 32);
  RecordedMetrics metrics;
  const auto without = make(mixed_team(), tiny()), with = make(mixed_team(), tiny({{"target_rate", 0.25}}));
  for (Omad* omad : {without.get(), with.get()}) omad->update_critics(batch, metrics);
  EXPECT_EQ(bytes_of(with->critics()), bytes_of(without->critics()));  // the copy was one still
  for (Omad* omad : {without.get(), with.get()}) omad->update_critics(batch, metrics);
  EXPECT_NE(bytes_of(with->critics()), bytes_of(without->critics()));
  with->target_critics()->block().values().fill_(std::nanf(""));
  EXPECT_THROW(with->update_critics(batch, metrics), NotFiniteError);
}

// Means 0 and 1 in the first row, 2 and -1 in the second.
TEST(Omad, TheMinimumTakesTheDistributionOfTheSmallerMean) {
  const auto next = [](const char* target_critics) {
    const auto omad =
        make(mixed_team(),
             tiny({{"atoms", std::int64_t{5}}, {"value_max", 2.0}, {"target_critics", std::string(target_critics)}}));
    const Tensor certain = 50 * torch::eye(5);  // row j: all mass on atom j, -2 ... 2
    return omad->next_distribution(
        torch::stack({torch::stack({certain[2], certain[4]}), torch::stack({certain[3], certain[1]})}));
  };
  const Tensor atoms = torch::linspace(-2, 2, 5);
  EXPECT_TRUE(torch::allclose(torch::matmul(next("minimum"), atoms), torch::tensor({0.0F, -1.0F}), 0, 1e-5));
  EXPECT_TRUE(torch::allclose(torch::matmul(next("mean"), atoms), torch::tensor({0.5F, 0.5F}), 0, 1e-5));
  EXPECT_TRUE(torch::allclose(next("minimum").sum(1), torch::ones({2})));
}

TEST(Omad, BothUsesOfTheMinimumChangeWhatIsLearned) {
  const auto learn = [](const ParameterValues& changes) {
    const auto omad = make(mixed_team(), tiny(changes));
    RecordedMetrics metrics;
    omad->update_critics(random_batch(mixed_team(), 32), metrics);
    const std::vector<std::byte> critics = bytes_of(omad->critics());
    omad->update_actors(random_batch(mixed_team(), 32), metrics);
    SnapshotWriter writer;
    omad->save_policy(writer);
    return std::pair(critics, writer.bytes());
  };
  for (const char* critic : {"distributional", "scalar"}) {
    const ParameterValue kind = std::string(critic), minimum = std::string("minimum");
    const auto mean = learn({{"critic", kind}});
    EXPECT_NE(learn({{"critic", kind}, {"target_critics", minimum}}).first, mean.first) << critic;
    const auto of_actors = learn({{"critic", kind}, {"actor_critics", minimum}});
    EXPECT_EQ(of_actors.first, mean.first) << critic;
    EXPECT_NE(of_actors.second, mean.second) << critic;
  }
}

// The known task terminates in every fourth row.
TEST(Omad, TheMinimumWhereEpisodesTerminateWaitsForATermination) {
  const std::string choice = "minimum_if_terminating";
  KnownTask task;
  const auto algorithm = task.algorithm(tiny({{"target_critics", choice}}), 1), other = task.algorithm(tiny(), 1);
  Omad& omad = dynamic_cast<Omad&>(*algorithm);
  EXPECT_FALSE(omad.takes_minimum(choice));
  EXPECT_TRUE(omad.takes_minimum("minimum"));
  task.teach(omad);
  EXPECT_TRUE(omad.takes_minimum(choice));
  copy_state(omad, *other);
  EXPECT_TRUE(dynamic_cast<Omad&>(*other).takes_minimum(choice));
  EXPECT_FALSE(omad.takes_minimum("mean"));
}

// ---- temperature, two agents with one dimension each: the threshold is 8

TEST(Omad, TemperatureRisesAboveTheThresholdAndFallsBelowIt) {
  const auto environment = make_line_spread();
  const auto too_little_entropy = make(environment->spec(), tiny());
  too_little_entropy->update_temperature(torch::scalar_tensor(8 + 1.0, torch::kFloat64));
  EXPECT_GT(too_little_entropy->temperature(), 1);
  const auto enough_entropy = make(environment->spec(), tiny());
  enough_entropy->update_temperature(torch::scalar_tensor(8 - 1.0, torch::kFloat64));
  EXPECT_LT(enough_entropy->temperature(), 1);
}

TEST(Omad, TemperatureFallsAtTheKnownSpeed) {
  const auto environment = make_line_spread();
  const auto omad = make(environment->spec(), tiny());
  std::int64_t done = 0;
  for (const auto& [updates, alpha] :
       std::vector<std::pair<std::int64_t, double>>{{100, 0.906}, {1'000, 0.438}, {5'000, 0.0557}, {10'000, 0.0067}}) {
    for (; done < updates; ++done) omad->update_temperature(torch::scalar_tensor(8 - 1.0, torch::kFloat64));
    EXPECT_NEAR(omad->temperature(), alpha, 0.01 * alpha) << updates;
  }
}

TEST(Omad, TemperatureRisesAtTheKnownSpeed) {
  const auto environment = make_line_spread();
  const auto omad = make(environment->spec(), tiny({{"initial_temperature", 0.01}}));
  std::int64_t done = 0;
  for (const auto& [updates, alpha] :
       std::vector<std::pair<std::int64_t, double>>{{100, 0.0111}, {1'000, 0.0354}, {2'000, 0.216}, {3'000, 1.81}}) {
    for (; done < updates; ++done) omad->update_temperature(torch::scalar_tensor(8 + 1.0, torch::kFloat64));
    EXPECT_NEAR(omad->temperature(), alpha, 0.01 * alpha) << updates;
  }
}

TEST(Omad, FixedTemperatureStays) {
  const auto omad = make(mixed_team(), tiny({{"automatic_temperature", false}, {"initial_temperature", 0.01}}));
  RecordedMetrics metrics;
  omad->update_actors(random_batch(mixed_team(), 32), metrics);
  EXPECT_NEAR(omad->temperature(), 0.01, 1e-9);
}

TEST(Omad, ATemperatureOfZeroLeavesEntropyOut) {
  const ParameterValues values = tiny({{"automatic_temperature", false}, {"initial_temperature", 0.0}});
  const auto omad = make(mixed_team(), values);
  RecordedMetrics metrics;
  const Batch batch = random_batch(mixed_team(), 32);
  omad->update_critics(batch, metrics);
  omad->update_actors(batch, metrics);
  EXPECT_EQ(omad->temperature(), 0);
  const Tensor cost = torch::full({32}, 4.0F), nothing = torch::zeros({32, 1});
  EXPECT_TRUE(omad->moved(batch, cost, nothing).equal(batch.rewards.unsqueeze(1)));
}

TEST(Omad, RefusesToLearnTheLogarithmOfATemperatureOfZero) {
  expect_refusal(tiny({{"initial_temperature", 0.0}}),
                 "initial_temperature is 0, but automatic_temperature learns its logarithm; expected more than 0, or "
                 "automatic_temperature = false for no entropy term");
}

// ---- acting

TEST(Omad, ActsOnTheAgentsOwnObservationOnly) {
  const EnvironmentSpec spec = mixed_team();  // observations 3 2 3, actions 2 1 2
  const auto omad = make(spec, tiny());
  RecordedMetrics metrics;
  for (int i = 0; i < 20; ++i) omad->update_actors(random_batch(spec, 32), metrics);
  std::vector<float> observations(8), garbage(8, -1e6F);
  std::iota(observations.begin(), observations.end(), -3.0F);
  std::copy_n(observations.begin() + 3, 2, garbage.begin() + 3);
  const std::vector<float> before = act(*omad, observations, 1, 5), after = act(*omad, garbage, 1, 5);
  EXPECT_EQ(after[2], before[2]);  // the second agent saw the same
  EXPECT_NE(after[0], before[0]);
  EXPECT_NE(after[4], before[4]);
}

TEST(Omad, ActionsAreInRangeAndOneRowForEachCopy) {
  const auto omad = make(mixed_team(), tiny());
  const std::vector<float> actions = act(*omad, std::vector<float>(50 * 8, 0.5F), 50, 5);
  for (const float action : actions) EXPECT_LE(std::abs(action), 1);
  EXPECT_NE(actions[0], actions[5]);
}

TEST(Omad, EvaluationNoiseIsAnOption) {
  const std::vector<float> observations(8, 0.5F);
  const auto full = make(mixed_team(), tiny());
  const auto calm = make(mixed_team(), tiny({{"evaluation_noise", std::string("none_in_last_step")}}));
  const auto sampled = act(*full, observations, 1, 5);
  EXPECT_EQ(act(*full, observations, 1, 5, ActMode::kDeterministic), sampled);
  EXPECT_EQ(act(*calm, observations, 1, 5, ActMode::kSampled), sampled);
  EXPECT_NE(act(*calm, observations, 1, 5, ActMode::kDeterministic), sampled);
}

// ---- the whole

TEST(Omad, ReportsExactlyTheDeclaredMetrics) {
  for (const char* critic : {"distributional", "scalar"}) {
    ToyLoop loop(make_line_spread, 10, 1);
    const auto omad = make(loop.spec(), tiny({{"critic", std::string(critic)}}));
    RecordedMetrics metrics;
    loop.train(*omad, 100, metrics);
    std::vector<std::string> declared = omad->metric_names();
    std::sort(declared.begin(), declared.end());
    EXPECT_EQ(metrics.names(), declared) << critic;
    EXPECT_EQ(omad->updates(), 60);
    EXPECT_NEAR(metrics.mean("running_cost"), 2.86, 0.2);
    EXPECT_LE(metrics.mean("entropy_bound"), std::numbers::ln2);
  }
}

TEST(Omad, ActorsMoveOnceInEveryActorInterval) {
  ToyLoop loop(make_line_spread, 10, 1);
  const auto omad = make(loop.spec(), tiny({{"actor_interval", std::int64_t{7}}}));
  RecordedMetrics metrics;
  SnapshotWriter fresh, before, after;
  omad->save_policy(fresh);
  loop.train(*omad, 40, metrics);  // warm-up
  for (int i = 0; i < 6; ++i) omad->update_once(metrics);
  omad->save_policy(before);
  omad->update_once(metrics);
  omad->save_policy(after);
  EXPECT_EQ(before.bytes(), fresh.bytes());
  EXPECT_NE(after.bytes(), fresh.bytes());
}

TEST(Omad, SnapshotContinuesBitForBit) {
  ToyLoop loop(make_line_spread, 10, 1), same(make_line_spread, 10, 1);
  const auto omad = make(loop.spec(), tiny(), 1);
  const auto other = make(loop.spec(), tiny(), 2);
  RecordedMetrics metrics;
  loop.train(*omad, 100, metrics);
  copy_state(*omad, *other);
  for (int i = 0; i < 10; ++i) {
    omad->update_once(metrics);
    other->update_once(metrics);
  }
  EXPECT_EQ(state_of(*omad), state_of(*other));
}

// 130 steps of ten copies end inside an episode of five steps: each copy's return so far is part of the snapshot.
TEST(Omad, NormalisedRewardsAndTargetsGoOnFromASnapshotInsideAnEpisode) {
  for (const char* rule : {"variance", "return_range"}) {
    const ParameterValues values = tiny({{"reward_normalization", std::string(rule)},
                                         {"target_rate", 0.1},
                                         {"target_critics", std::string("minimum")},
                                         {"actor_critics", std::string("minimum_if_terminating")}});
    ToyLoop whole(make_line_spread, 10, 1), interrupted(make_line_spread, 10, 1);
    const auto expected = make(whole.spec(), values), before = make(whole.spec(), values);
    RecordedMetrics metrics;
    whole.train(*expected, 200, metrics);
    interrupted.train(*before, 130, metrics);
    const auto after = make(whole.spec(), values, 99);
    copy_state(*before, *after);
    interrupted.train(*after, 70, metrics);
    EXPECT_EQ(state_of(*after), state_of(*expected)) << rule;
  }
}

TEST(Omad, EvaluationLeavesTheScaleAlone) {
  for (const char* rule : {"variance", "return_range"}) {
    expect_keeps_the_contract(tiny(
        {{"reward_normalization", std::string(rule)}, {"target_rate", 0.1}, {"warm_up_steps", std::int64_t{1'000}}}));
  }
}

TEST(Omad, SameSeedGivesTheSameRunAnotherSeedAnother) {
  const auto train = [](std::uint64_t seed) {
    ToyLoop loop(make_line_spread, 10, 1);
    const auto omad = make(loop.spec(), tiny(), seed);
    RecordedMetrics metrics;
    loop.train(*omad, 100, metrics);
    return state_of(*omad);
  };
  EXPECT_EQ(train(1), train(1));
  EXPECT_NE(train(1), train(2));
}

TEST(Omad, PolicySnapshotIsEnoughToAct) {
  const auto omad = make(mixed_team(), tiny(), 1), other = make(mixed_team(), tiny(), 2);
  SnapshotWriter writer;
  omad->save_policy(writer);
  SnapshotReader reader(writer.bytes());
  other->load_policy(reader);
  reader.finish();
  const std::vector<float> observations(8, 0.5F);
  EXPECT_EQ(act(*other, observations, 1, 5), act(*omad, observations, 1, 5));
}

TEST(Omad, RefusesABatchThatDoesNotFitIntoTheBuffer) {
  expect_refusal(tiny({{"buffer_size", std::int64_t{10}}}),
                 "batch_size is 32, but buffer_size is only 10; a batch has to fit into the buffer");
}

TEST(Omad, RefusesATeamWithoutAgents) { EXPECT_THROW(make(EnvironmentSpec{}, tiny()), Error); }

TEST(Omad, SaysWhichUpdateGaveALossThatIsNotFinite) {
  ToyLoop loop(make_line_spread, 10, 1);
  const auto omad = make(loop.spec(), tiny());
  RecordedMetrics metrics;
  loop.train(*omad, 40, metrics);  // warm-up
  omad->critics().block().values().fill_(std::nanf(""));
  try {
    omad->update_once(metrics);
    FAIL() << "no error";
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "update 1: critic_loss is nan, not a finite number");
  }
}

TEST(Omad, PresetsFit) {
  expect_presets_fit();
  EXPECT_EQ(preset_value("paper", "mamujoco/half-cheetah-2x3", "value_max"), ParameterValue(2000.0));
}

// One set of values for all tasks: only the horizon differs, since episodes of MPE are short.
TEST(Omad, PresetDefaultIsTheSameForAllTasksButForTheHorizon) {
  for (const char* task : {"mpe/coop-nav-n4", "mamujoco/ant-2x4", "mamujoco/half-cheetah-2x3", "mine/own"}) {
    EXPECT_EQ(preset_value("default", task, "value_max"), ParameterValue(10.0)) << task;
    EXPECT_EQ(preset_value("default", task, "reward_normalization"), ParameterValue(std::string("variance"))) << task;
  }
  EXPECT_EQ(preset_value("default", "mamujoco/ant-2x4", "discount"), ParameterValue(0.99));
  EXPECT_EQ(preset_value("default", "mpe/coop-nav-n3", "discount"), ParameterValue(0.95));
}

// Episodes of MPE are short: a short horizon, and a support for what it bootstraps.
TEST(Omad, PresetSmallTakesAShorterHorizonOnMpeOnly) {
  EXPECT_EQ(preset_value("small", "mpe/coop-nav-n3", "discount"), ParameterValue(0.95));
  EXPECT_EQ(preset_value("small", "mpe/coop-nav-n3", "value_max"), ParameterValue(150.0));
  EXPECT_EQ(preset_value("small", "mpe/coop-nav-n4", "value_max"), ParameterValue(225.0));
  EXPECT_EQ(preset_value("small", "mamujoco/ant-2x4", "discount"), ParameterValue(0.99));
  EXPECT_EQ(preset_value("small", "mamujoco/ant-2x4", "value_max"), ParameterValue(1000.0));
}

// ---- learning; settings and expected numbers come from an independent implementation of the same equations

// Mean return without the noise of the last step.
double calm_return(const MakeEnvironment& task, Omad& omad, ParameterValues values) {
  values["evaluation_noise"] = std::string("none_in_last_step");
  const auto calm = make(task()->spec(), values);
  copy_state(omad, *calm);
  return evaluate_toy(task, *calm, ActMode::kDeterministic).mean_return;
}

// How the policy divides itself between the modes swings while it learns: near the temperature's end an error of a
// tenth in one mode's value moves nearly all of the mass. So the modes are looked at several times.
TEST(OmadLearning, CoversBothModesOfTheSeparableBandit) {
  ToyLoop loop(make_separable_bandit, 10, 1);
  const ParameterValues values = learning(2, 0.99, 500);
  const auto omad = make(loop.spec(), values);
  RecordedMetrics metrics, at_the_end;
  loop.train(*omad, 3'500, metrics);
  double earlier = 0, smaller_mode = 0, both_modes = 0;
  for (int look = 0; look < 5; ++look) {
    loop.train(*omad, 500, at_the_end);
    if (look == 0) earlier = omad->temperature();
    const ToyEvaluation now = evaluate_toy(make_separable_bandit, *omad, ActMode::kSampled, 2'000);
    const double right = now.share_near(0, 0.6, 0.25), left = now.share_near(0, -0.6, 0.25);
    smaller_mode += std::min(right, left) / 5;
    both_modes += (right + left) / 5;
  }
  EXPECT_GT(smaller_mode, 0.1);
  EXPECT_GT(both_modes, 0.9);
  const ToyEvaluation sampled = evaluate_toy(make_separable_bandit, *omad, ActMode::kSampled);
  EXPECT_GT(sampled.mean_return, 0.75);
  EXPECT_NEAR(sampled.mean_action(1), 0.3, 0.1);
  EXPECT_LT(sampled.action_deviation(1), 0.3);
  EXPECT_GT(omad->temperature(), 0.025);
  EXPECT_LT(omad->temperature(), 0.07);
  EXPECT_NEAR(omad->temperature() / earlier, 1, 0.25) << "not flat";
  EXPECT_NEAR(2 * at_the_end.mean("running_cost"), 8, 1.2);
  EXPECT_GT(calm_return(make_separable_bandit, *omad, values), 0.85);
}

// Coverage comes from the temperature that falls slowly, not from the form of the policy.
TEST(OmadLearning, ATemperatureThatIsLowFromTheStartCoversOneModeOnly) {
  ToyLoop loop(make_separable_bandit, 10, 1);
  ParameterValues values = learning(2, 0.99, 500);
  values["automatic_temperature"] = false;
  values["initial_temperature"] = 0.01;
  const auto omad = make(loop.spec(), values);
  RecordedMetrics metrics;
  loop.train(*omad, 1'000, metrics);
  const ToyEvaluation sampled = evaluate_toy(make_separable_bandit, *omad, ActMode::kSampled);
  EXPECT_LT(std::min(sampled.share_near(0, 0.6, 0.25), sampled.share_near(0, -0.6, 0.25)), 0.02);
  EXPECT_GT(sampled.mean_return, 0.75);
}

TEST(OmadLearning, CoordinatesOnOneModeOfTheCoordinationBandit) {
  ToyLoop loop(make_coordination_bandit, 10, 2);
  const auto omad = make(loop.spec(), learning(2, 0.99, 500), 2);
  RecordedMetrics metrics;
  loop.train(*omad, 6'000, metrics);
  const ToyEvaluation sampled = evaluate_toy(make_coordination_bandit, *omad, ActMode::kSampled);
  EXPECT_GT(sampled.mean_return, 0.65);
  const double mode = sampled.mean_action(0) > 0 ? 0.6 : -0.6;
  for (const std::size_t agent : {0U, 1U}) {
    EXPECT_GT(sampled.share_near(agent, mode, 0.35), 0.8) << agent;
    EXPECT_LT(sampled.share_near(agent, -mode, 0.35), 0.02) << agent;
  }
}

TEST(OmadLearning, SpreadsOnTheLine) {
  ToyLoop loop(make_line_spread, 10, 3);
  const ParameterValues values = learning(20, 0.9, 1'000);
  const auto omad = make(loop.spec(), values, 3);
  RecordedMetrics metrics;
  loop.train(*omad, 10'000, metrics);
  EXPECT_GT(evaluate_toy(make_line_spread, *omad, ActMode::kSampled).mean_return, -1.4);
  EXPECT_GT(calm_return(make_line_spread, *omad, values), -1.2);
  EXPECT_GT(metrics.last("time_step"), 0.15);
  EXPECT_LT(metrics.mean("clipped_target_mass"), 0.01);
}

// The same with the default rates. The marks are those of one seed.
TEST(OmadLearning, ImprovesSteadilyOnTheLineAtTheDefaultRates) {
  ToyLoop loop(make_line_spread, 10, 3);
  ParameterValues values = learning(20, 0.9, 1'000);
  for (const char* rate :
       {"actor_learning_rate", "critic_learning_rate", "temperature_learning_rate", "actor_interval"})
    values.erase(rate);
  const auto omad = make(loop.spec(), values, 3);
  RecordedMetrics metrics;
  const double measured[] = {-3.54, -3.06, -2.33, -1.86, -1.68};
  double before = -4.21;  // uniform actions
  for (const double expected : measured) {
    loop.train(*omad, 4'000, metrics);
    const double now = evaluate_toy(make_line_spread, *omad, ActMode::kSampled).mean_return;
    EXPECT_GT(now, before);
    EXPECT_NEAR(now, expected, 0.3);
    before = now;
  }
  EXPECT_NEAR(omad->temperature(), 0.041, 0.01);
}

// Why the threshold is one for the running cost: read as a bound on the entropy, -C >= 4 D, it asks for more than a
// uniform policy has.
TEST(OmadLearning, AThresholdForTheEntropyItselfLetsTheTemperatureRunAway) {
  ToyLoop loop(make_separable_bandit, 10, 1);
  ParameterValues values = learning(2, 0.99, 500);
  values["cost_threshold"] = 2.335 - 4;  // C = R - 2.335 D
  const auto omad = make(loop.spec(), values);
  RecordedMetrics metrics;
  loop.train(*omad, 2'000, metrics);
  EXPECT_GT(omad->temperature(), 3e4);
  EXPECT_LT(metrics.last("entropy_bound"), std::numbers::ln2);
  EXPECT_LT(evaluate_toy(make_separable_bandit, *omad, ActMode::kSampled).mean_return, 0.2);
}

}  // namespace
}  // namespace tutti::omad
