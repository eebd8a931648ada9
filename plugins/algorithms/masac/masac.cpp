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
#include "replay_buffer.hpp"
#include "snapshot_parts.hpp"
#include "temperature.hpp"
#include "tutti/schedule.hpp"

namespace tutti {

using torch::Tensor;

struct MasacConfig {
  IntegerList hidden{256, 256};
  double actor_learning_rate = 3e-4;
  double critic_learning_rate = 1e-3;
  double discount = 0.99;
  double target_rate = 0.005;
  bool learn_temperature = true;
  double temperature = 1;
  double temperature_learning_rate = 3e-4;
  std::int64_t n_step = 1;
  std::int64_t batch_size = 256;
  std::int64_t buffer_size = 1'000'000;
  std::int64_t warm_up_steps = 5'000;
  double updates_per_step = 1;
  std::int64_t update_interval = 1;
  bool share_parameters = false;

  void declare(Parameters& parameter) {
    parameter("hidden", hidden, between(1, 16384), "widths of the hidden layers of actors and critics");
    parameter("actor_learning_rate", actor_learning_rate, more_than(0), "Adam, all actors");
    parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, both critics");
    parameter("discount", discount, between(0, 1), "gamma, per environment step");
    parameter("target_rate", target_rate, between(0, 1), "tau, how far the target critics move with every update");
    parameter("learn_temperature", learn_temperature, any_value(), "keep the team's entropy near -D");
    parameter("temperature", temperature, more_than(0), "alpha; its first value if it is learned");
    parameter("temperature_learning_rate", temperature_learning_rate, more_than(0), "Adam, the temperature");
    parameter("n_step", n_step, between(1, 10000), "rewards summed before the bootstrap");
    parameter("batch_size", batch_size, between(1, 1e6), "transitions per update");
    parameter("buffer_size", buffer_size, between(1, 1e9), "environment steps kept for replay");
    parameter("warm_up_steps", warm_up_steps, between(0, 1e15),
              "environment steps of uniform random actions at the start");
    parameter("updates_per_step", updates_per_step, between(1e-9, 1e6), "updates for each environment step");
    parameter("update_interval", update_interval, between(1, 1e9), "sweeps of all copies between groups of updates");
    parameter("share_parameters", share_parameters, any_value(), "one actor for all agents of equal sizes");
  }
  void check() const {
    check_batch(batch_size, buffer_size);
    check_widths("hidden", hidden);
  }
};

/// mean[ alpha sum_i log pi_i(a_i) - min_c Q_c(s, a) ] from the team's log-density [B] and both values [C, B].
inline Tensor team_loss(double temperature, const Tensor& log_density, const Tensor& values) {
  return (temperature * log_density - values.amin(0)).mean();
}

class Masac final : public Algorithm {
 public:
  explicit Masac(const AlgorithmContext& context)
      : config_(read_parameters<MasacConfig>(context.values)),
        actors_(context.environment.agents, hidden_layers(config_.hidden, Activation::kRelu), config_.share_parameters,
                derive_seed(context.seed, "actors")),
        critics_(network_seeds(context.seed, "critics", 2),
                 context.environment.state_size + context.environment.joint_action_size(),
                 layers(config_.hidden, Activation::kRelu, 1)),
        target_critics_(critics_.clone()),
        actor_optimizer_(actors_.networks().weights(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critics_.weights()}, {.learning_rate = config_.critic_learning_rate}),
        temperature_(config_.temperature, config_.learn_temperature, config_.temperature_learning_rate),
        buffer_(context, config_.buffer_size),
        schedule_({config_.warm_up_steps, config_.updates_per_step, config_.update_interval}),
        replay_stream_(derive_seed(context.seed, "replay")),
        policy_stream_(derive_seed(context.seed, "policy")) {}

  std::vector<std::string> metric_names() const override {
    return {"critic_loss", "mean_q",      "target_mean",          "target_deviation",   "actor_loss",
            "entropy",     "temperature", "critic_gradient_norm", "actor_gradient_norm"};
  }

  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    if (mode == ActMode::kExplore && schedule_.warming_up()) return act_at_random(random, actions);
    actors_.act(observations, mode, random, actions);
  }

  void observe(const Transitions& transitions) override {
    buffer_.add(transitions);
    schedule_.advance(static_cast<std::int64_t>(transitions.rewards.size()));
  }

  void update(Metrics& metrics) override {
    for (std::int64_t due = schedule_.take_due(); due > 0; --due) {
      ++updates_;
      const Batch batch = buffer_.sample(config_.batch_size, config_.n_step, config_.discount, replay_stream_);
      update_critics(batch, metrics);
      const double log_density = update_actors(batch, metrics);
      temperature_.step(log_density - static_cast<double>(batch.actions.size(1)));  // target entropy -D
      polyak_update(critics_, target_critics_, config_.target_rate);
    }
  }

  std::int64_t updates() const override { return updates_; }

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("actors", actors_);
    visit("critics", critics_);
    visit("target_critics", target_critics_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("temperature", temperature_);
    visit("replay_stream", replay_stream_);
    visit("policy_stream", policy_stream_);
    visit("updates", updates_);
    visit("schedule", schedule_);
    visit("buffer", buffer_);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

 private:
  // L = mean (Q_1 - y)^2 + mean (Q_2 - y)^2,
  // y = R + gamma^m (1 - terminated) [ min_c target Q_c(s', a') - alpha sum_i log pi_i(a'_i) ].
  void update_critics(const Batch& batch, Metrics& metrics) {
    Tensor target;
    {
      const torch::NoGradGuard no_grad;
      const SquashedSample next = actors_.sample(batch.next_observations, policy_stream_);
      const Tensor next_values = critic_values(target_critics_, batch.next_states, next.actions);
      target = soft_target(batch, next_values, temperature_.value(), next.log_densities.sum(1));
    }
    const Tensor values = critic_values(critics_, batch.states, batch.actions);
    const Tensor loss = (values - target).square().mean(1).sum();
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    metrics.add("critic_loss", require_finite(loss.item<double>(), "critic_loss", updates_));
    report_critic(metrics, values, target, critic_optimizer_);
  }

  // All agents at once, each through its own fresh sample. Returns the mean log-density of the team.
  double update_actors(const Batch& batch, Metrics& metrics) {
    const SquashedSample sample = actors_.sample(batch.observations, policy_stream_);
    const Tensor log_density = sample.log_densities.sum(1);
    const Tensor loss =
        team_loss(temperature_.value(), log_density, ValuesAtStates(critics_, batch.states)(sample.actions));
    actor_optimizer_.zero_gradient();
    loss.backward();
    actor_optimizer_.step();
    const double mean_log_density = log_density.mean().item<double>();
    metrics.add("actor_loss", require_finite(loss.item<double>(), "actor_loss", updates_));
    metrics.add("entropy", require_finite(-mean_log_density, "entropy", updates_));
    if (metrics.wanted("temperature")) {
      metrics.add("temperature", temperature_.value());
      metrics.add("actor_gradient_norm", actor_optimizer_.gradient_norm());
    }
    return mean_log_density;
  }

  MasacConfig config_;
  GaussianActors actors_;
  Mlp critics_, target_critics_;
  Adam actor_optimizer_, critic_optimizer_;
  Temperature temperature_;
  ReplayBuffer buffer_;
  UpdateSchedule schedule_;
  RandomStream replay_stream_, policy_stream_;
  std::int64_t updates_ = 0;
};

namespace {

/// BenchMARL's values, as far as this form has them.
void masac_presets(std::vector<Preset>& presets) {
  presets = {{"paper",
              "*",
              {{"hidden", IntegerList{256, 256}},
               {"batch_size", std::int64_t{128}},
               {"actor_learning_rate", 5e-5},
               {"critic_learning_rate", 5e-5},
               {"temperature_learning_rate", 5e-5},
               {"updates_per_step", 1.0 / 6},
               {"share_parameters", true},
               {"copies", std::int64_t{10}}},
              "BenchMARL, conf/experiment/base_experiment.yaml and conf/algorithm/masac.yaml"}};
}

Resources masac_resources(const AlgorithmContext& context) {
  return ReplayBuffer::resources(context, read_parameters<MasacConfig>(context.values).buffer_size);
}

std::unique_ptr<Algorithm> create_masac(const AlgorithmContext& context) {
  use_one_thread();
  return std::make_unique<Masac>(context);
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "masac",
                                 .version = "1.0",
                                 .summary = "Stochastic actors that improve together on one soft objective.",
                                 .source = "Haarnoja et al. 2018, arXiv:1812.05905, on the joint action"});

const tutti::AlgorithmPlugin tutti_algorithm = {
    .declare = tutti::declare_parameters<tutti::MasacConfig>,
    .presets = tutti::masac_presets,
    .check = tutti::check_parameters<tutti::MasacConfig>,
    .libraries = tutti::report_libraries,
    .resources = tutti::masac_resources,
    .create = tutti::create_masac,
};
