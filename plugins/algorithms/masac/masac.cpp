// MASAC: stochastic actors that improve together on one soft objective, with one temperature for the team.
//
// Source: soft actor-critic (Haarnoja et al. 2018, arXiv:1812.05905) on the joint action with one actor for each agent.
// The name has no single definition; this form is close to BenchMARL's MASAC (Bettini et al. 2024) and to HASAC without
// the sequence. Its README lists where it differs from BenchMARL.
//
// Shapes: B batch, N agents, O and A their observations and actions side by side, D = A, S state, C = 2 critics.
#include "critics.hpp"
#include "gaussian_actors.hpp"
#include "learning.hpp"
#include "nn/adam.hpp"
#include "nn/polyak.hpp"
#include "off_policy.hpp"
#include "presets.hpp"
#include "snapshot_parts.hpp"
#include "temperature.hpp"

namespace tutti {

using torch::Tensor;

struct MasacConfig : OffPolicyConfig {
  bool learn_temperature = true;
  double temperature = 1;
  double temperature_learning_rate = 3e-4;

  MasacConfig() {
    hidden = {256, 256};
    actor_learning_rate = 3e-4;
    warm_up_steps = 5'000;
  }

  void declare(Parameters& parameter) {
    declare_learning(parameter);
    parameter("learn_temperature", learn_temperature, any_value(), "keep the team's entropy near -D");
    parameter("temperature", temperature, more_than(0), "alpha; its first value if it is learned");
    parameter("temperature_learning_rate", temperature_learning_rate, more_than(0), "Adam, the temperature");
    declare_replay(parameter);
  }
};

/// mean[ alpha sum_i log pi_i(a_i) - min_c Q_c(s, a) ] from the team's log-density [B] and both values [C, B].
inline Tensor team_loss(const Tensor& temperature, const Tensor& log_density, const Tensor& values) {
  return (temperature * log_density - values.amin(0)).mean();
}

class Masac final : public OffPolicyAlgorithm {
 public:
  Masac(const AlgorithmContext& context, const MasacConfig& config)
      : OffPolicyAlgorithm(context, config),
        config_(config),
        actors_(context.environment.agents, hidden_layers(config_.hidden, Activation::kRelu), config_.share_parameters,
                derive_seed(context.seed, "actors"), device_of(context)),
        critics_(network_seeds(context.seed, "critics", 2),
                 context.environment.state_size + context.environment.joint_action_size(),
                 layers(config_.hidden, Activation::kRelu, 1), device_of(context)),
        target_critics_(critics_.clone()),
        actor_optimizer_(actors_.networks().weights(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critics_.weights()}, {.learning_rate = config_.critic_learning_rate}),
        temperature_(config_.temperature, config_.learn_temperature, config_.temperature_learning_rate,
                     torch::TensorOptions(device_of(context)).dtype(torch::kFloat64)),
        policy_stream_(derive_seed(context.seed, "policy")) {}

  std::vector<std::string> metric_names() const override {
    return {"critic_loss", "mean_q",      "target_mean",          "target_deviation",   "actor_loss",
            "entropy",     "temperature", "critic_gradient_norm", "actor_gradient_norm"};
  }

  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    if (mode == ActMode::kExplore && warming_up()) return act_at_random(random, actions);
    actors_.act(observations, mode, random, actions);
  }

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("actors", actors_);
    visit("critics", critics_);
    visit("target_critics", target_critics_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("temperature", temperature_);
    visit("policy_stream", policy_stream_);
    OffPolicyAlgorithm::each_part(visit);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

 private:
  void update_once(const Batch& batch, Metrics& metrics) override {
    update_critics(batch, metrics);
    const Tensor log_density = update_actors(batch, metrics);
    temperature_.step(log_density - static_cast<double>(batch.actions.size(1)));  // target entropy -D
    polyak_update(critics_, target_critics_, config_.target_rate);
  }

  // L = mean (Q_1 - y)^2 + mean (Q_2 - y)^2,
  // y = R + gamma^m (1 - terminated) [ min_c target Q_c(s', a') - alpha sum_i log pi_i(a'_i) ].
  void update_critics(const Batch& batch, Metrics& metrics) {
    Tensor target;
    {
      const torch::NoGradGuard no_grad;
      const SquashedSample next = actors_.sample(batch.next_observations, policy_stream_);
      const Tensor next_values = critic_values(target_critics_, batch.next_states, next.actions);
      target = soft_target(batch, next_values, temperature_.tensor(), next.log_densities.sum(1));
    }
    const Tensor values = critic_values(critics_, batch.states, batch.actions);
    const Tensor loss = squared_error(values, target);
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    report_finite(metrics, "critic_loss", loss, updates());
    report_critic(metrics, values, target, critic_optimizer_);
  }

  // All agents at once, each through its own fresh sample. Returns the mean log-density of the team, a float64 tensor.
  Tensor update_actors(const Batch& batch, Metrics& metrics) {
    const SquashedSample sample = actors_.sample(batch.observations, policy_stream_);
    const Tensor log_density = sample.log_densities.sum(1);
    const Tensor loss =
        team_loss(temperature_.tensor(), log_density, ValuesAtStates(critics_, batch.states)(sample.actions));
    actor_optimizer_.zero_gradient();
    loss.backward();
    actor_optimizer_.step();
    const Tensor mean_log_density = log_density.detach().mean().to(torch::kFloat64);
    report_finite(metrics, "actor_loss", loss, updates());
    report_finite(metrics, "entropy", -mean_log_density, updates());
    report_finite(metrics, "temperature", temperature_.tensor(), updates());
    if (metrics.wanted("actor_gradient_norm")) metrics.add("actor_gradient_norm", actor_optimizer_.gradient_norm());
    return mean_log_density;
  }

  MasacConfig config_;
  GaussianActors actors_;
  Mlp critics_, target_critics_;
  Adam actor_optimizer_, critic_optimizer_;
  Temperature temperature_;
  RandomStream policy_stream_;
};

namespace {

/// BenchMARL's values, as far as this form has them. Its first temperature of 1 weighs the mean of the agents' log
/// densities, which is 1/N of the sum here.
void masac_presets(std::vector<Preset>& presets) {
  const ParameterValues values = {{"hidden", IntegerList{256, 256}},   {"batch_size", std::int64_t{128}},
                                  {"actor_learning_rate", 5e-5},       {"critic_learning_rate", 5e-5},
                                  {"temperature_learning_rate", 5e-5}, {"updates_per_step", 1.0 / 6},
                                  {"share_parameters", true},          {"copies", std::int64_t{10}}};
  const std::string source = "BenchMARL, conf/experiment/base_experiment.yaml and conf/algorithm/masac.yaml";
  presets = {{"paper", "*", values, source}};
  const std::pair<const char*, int> agents[] = {{"mpe/*-n2", 2},       {"mpe/*-n3", 3},       {"mpe/*-n4", 4},
                                                {"mamujoco/*-2x*", 2}, {"mamujoco/*-4x*", 4}, {"mamujoco/*-6x*", 6}};
  for (const auto& [tasks, count] : agents)
    presets.push_back({"paper", tasks, with(values, {{"temperature", 1.0 / count}}), source});
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "masac",
                                 .version = "1.0",
                                 .summary = "Stochastic actors that improve together on one soft objective.",
                                 .source = "Haarnoja et al. 2018, arXiv:1812.05905, on the joint action"});

const tutti::AlgorithmPlugin tutti_algorithm =
    tutti::off_policy_plugin<tutti::MasacConfig, tutti::Masac>(tutti::masac_presets);
