// The tests look inside, so they include the plugin's one source file instead of linking it.
#include "plugins/algorithms/omad/omad.cpp"

#include <gtest/gtest.h>

#include <numeric>

#include "common/central_differences.hpp"
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
  critics.save(writer);
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
  EXPECT_EQ(Critics(1, 105 + 8, {2048, 2048}, 100, {}).parameters_per_critic(), 4'643'142);
  EXPECT_EQ(Critics(1, 54 + 6, {2048, 2048}, 100, {}).parameters_per_critic(), 4'534'492);
}

// The loss uses the first half of the outputs; the second half counts through the batch statistics.
TEST(OmadCritics, GradientOfTheJointPassMatchesCentralDifferences) {
  at::manual_seed(5);
  Critics critics(1, 4, {6, 5}, 7, {}, torch::kFloat64);
  const Tensor rows = torch::randn({10, 4}, torch::kFloat64);
  const Tensor target = torch::softmax(torch::randn({5, 7}, torch::kFloat64), -1);
  const auto loss = [&] { return categorical_loss(critics.train(rows).chunk(2, 1)[0], target, 0.005).mean(1).sum(); };
  loss().backward();
  const Tensor& first_layer = critics.block().tensor(0);
  const Tensor numeric = central_differences([&] { return loss().item<double>(); }, first_layer.detach());
  EXPECT_LT(relative_error(first_layer.grad(), numeric), 1e-6);
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

// ---- temperature, two agents with one dimension each: the threshold is 8

TEST(Omad, TemperatureRisesAboveTheThresholdAndFallsBelowIt) {
  const auto environment = make_line_spread();
  const auto too_little_entropy = make(environment->spec(), tiny());
  too_little_entropy->update_temperature(8 + 1);
  EXPECT_GT(too_little_entropy->temperature(), 1);
  const auto enough_entropy = make(environment->spec(), tiny());
  enough_entropy->update_temperature(8 - 1);
  EXPECT_LT(enough_entropy->temperature(), 1);
}

TEST(Omad, TemperatureFallsAtTheKnownSpeed) {
  const auto environment = make_line_spread();
  const auto omad = make(environment->spec(), tiny());
  std::int64_t done = 0;
  for (const auto& [updates, alpha] :
       std::vector<std::pair<std::int64_t, double>>{{100, 0.906}, {1'000, 0.438}, {5'000, 0.0557}, {10'000, 0.0067}}) {
    for (; done < updates; ++done) omad->update_temperature(8 - 1);
    EXPECT_NEAR(omad->temperature(), alpha, 0.01 * alpha) << updates;
  }
}

TEST(Omad, TemperatureRisesAtTheKnownSpeed) {
  const auto environment = make_line_spread();
  const auto omad = make(environment->spec(), tiny({{"initial_temperature", 0.01}}));
  std::int64_t done = 0;
  for (const auto& [updates, alpha] :
       std::vector<std::pair<std::int64_t, double>>{{100, 0.0111}, {1'000, 0.0354}, {2'000, 0.216}, {3'000, 1.81}}) {
    for (; done < updates; ++done) omad->update_temperature(8 + 1);
    EXPECT_NEAR(omad->temperature(), alpha, 0.01 * alpha) << updates;
  }
}

TEST(Omad, FixedTemperatureStays) {
  const auto omad = make(mixed_team(), tiny({{"automatic_temperature", false}, {"initial_temperature", 0.01}}));
  RecordedMetrics metrics;
  omad->update_actors(random_batch(mixed_team(), 32), metrics);
  EXPECT_NEAR(omad->temperature(), 0.01, 1e-9);
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

TEST(Omad, PresetsNameDeclaredParameters) {
  ParameterSchema schema;
  declare_parameters<Config>(schema);
  std::vector<Preset> all;
  presets(all);
  for (const Preset& preset : all) {
    for (const auto& [name, value] : preset.values) {
      if (name == "copies") continue;
      const auto declared =
          std::find_if(schema.begin(), schema.end(), [&](const ParameterSpec& spec) { return spec.name == name; });
      ASSERT_NE(declared, schema.end()) << name;
      EXPECT_TRUE(fit(*declared, value)) << name;
    }
  }
}

// ---- learning; settings and expected numbers come from an independent implementation of the same equations

TEST(OmadLearning, CoversBothModesOfTheSeparableBandit) {
  ToyLoop loop(make_separable_bandit, 10, 1);
  const auto omad = make(loop.spec(), learning(2, 0.99, 500));
  RecordedMetrics metrics;
  loop.train(*omad, 6'000, metrics);
  const ToyEvaluation sampled = evaluate_toy(make_separable_bandit, *omad, ActMode::kSampled);
  EXPECT_GT(sampled.mean_return, 0.75);
  const double right = sampled.share_near(0, 0.6, 0.25), left = sampled.share_near(0, -0.6, 0.25);
  EXPECT_GT(std::min(right, left), 0.1);
  EXPECT_GT(right + left, 0.9);
  EXPECT_NEAR(sampled.mean_action(1), 0.3, 0.1);
  EXPECT_LT(sampled.action_deviation(1), 0.3);
  EXPECT_GT(omad->temperature(), 0.025);
  EXPECT_LT(omad->temperature(), 0.07);

  ParameterValues calm = learning(2, 0.99, 500);
  calm["evaluation_noise"] = std::string("none_in_last_step");
  const auto evaluated = make(loop.spec(), calm);
  copy_state(*omad, *evaluated);
  EXPECT_GT(evaluate_toy(make_separable_bandit, *evaluated, ActMode::kDeterministic).mean_return, 0.85);
}

TEST(OmadLearning, CoordinatesOnOneModeOfTheCoordinationBandit) {
  ToyLoop loop(make_coordination_bandit, 10, 2);
  const auto omad = make(loop.spec(), learning(2, 0.99, 500), 2);
  RecordedMetrics metrics;
  loop.train(*omad, 6'000, metrics);
  const ToyEvaluation sampled = evaluate_toy(make_coordination_bandit, *omad, ActMode::kSampled);
  EXPECT_GT(sampled.mean_return, 0.65);
  const double right = std::min(sampled.share_near(0, 0.6, 0.35), sampled.share_near(1, 0.6, 0.35));
  const double left = std::min(sampled.share_near(0, -0.6, 0.35), sampled.share_near(1, -0.6, 0.35));
  EXPECT_GT(std::max(right, left), 0.8);
  EXPECT_LT(std::min(right, left), 0.02);
}

TEST(OmadLearning, SpreadsOnTheLine) {
  ToyLoop loop(make_line_spread, 10, 3);
  const auto omad = make(loop.spec(), learning(20, 0.9, 1'000), 3);
  RecordedMetrics metrics;
  loop.train(*omad, 10'000, metrics);
  EXPECT_GT(evaluate_toy(make_line_spread, *omad, ActMode::kSampled).mean_return, -1.4);
  EXPECT_GT(metrics.last("time_step"), 0.15);
  EXPECT_LT(metrics.mean("clipped_target_mass"), 0.01);
}

}  // namespace
}  // namespace tutti::omad
