// MATD3: deterministic actors, each improved on its own through a centralised twin critic.
//
// Source: Ackermann et al. 2019, arXiv:1910.01465, in the form of the public code HARL (matd3; Zhong et al. 2024, JMLR
// 25(32)): one critic for the team reward instead of one for each agent.
//
// Differs from HARL: batches are drawn with replacement; updates may follow every sweep instead of every fiftieth.
//
// Shapes: B batch, N agents, O and A their observations and actions side by side, S state, C = 2 critics.
#include "critics.hpp"
#include "deterministic_policy.hpp"
#include "learning.hpp"
#include "nn/adam.hpp"
#include "nn/polyak.hpp"
#include "presets.hpp"
#include "replay_buffer.hpp"
#include "snapshot_parts.hpp"
#include "tutti/schedule.hpp"

namespace tutti {

using torch::Tensor;

struct Matd3Config {
  IntegerList hidden{128, 128};
  double actor_learning_rate = 5e-4;
  double critic_learning_rate = 1e-3;
  double discount = 0.99;
  double target_rate = 0.005;
  double exploration_noise = 0.1;
  double target_noise = 0.2;
  double target_noise_limit = 0.5;
  std::int64_t policy_interval = 2;
  std::int64_t n_step = 1;
  std::int64_t batch_size = 256;
  std::int64_t buffer_size = 1'000'000;
  std::int64_t warm_up_steps = 2'000;
  double updates_per_step = 1;
  std::int64_t update_interval = 1;
  bool share_parameters = false;

  void declare(Parameters& parameter) {
    parameter("hidden", hidden, between(1, 16384), "widths of the hidden layers of actors and critics");
    parameter("actor_learning_rate", actor_learning_rate, more_than(0), "Adam, all actors");
    parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, both critics");
    parameter("discount", discount, between(0, 1), "gamma, per environment step");
    parameter("target_rate", target_rate, between(0, 1), "tau, how far the targets move with every actor update");
    parameter("exploration_noise", exploration_noise, at_least(0), "deviation of the noise on training actions");
    parameter("target_noise", target_noise, at_least(0), "deviation of the noise on target actions");
    parameter("target_noise_limit", target_noise_limit, more_than(0), "largest noise on a target action");
    parameter("policy_interval", policy_interval, between(1, 1e9), "critic updates for each actor update");
    parameter("n_step", n_step, between(1, 10000), "rewards summed before the bootstrap");
    parameter("batch_size", batch_size, between(1, 1e6), "transitions per update");
    parameter("buffer_size", buffer_size, between(1, 1e9), "environment steps kept for replay");
    parameter("warm_up_steps", warm_up_steps, between(0, 1e15),
              "environment steps of uniform random actions at the start");
    parameter("updates_per_step", updates_per_step, between(1e-9, 1e6), "critic updates for each environment step");
    parameter("update_interval", update_interval, between(1, 1e9), "sweeps of all copies between groups of updates");
    parameter("share_parameters", share_parameters, any_value(), "one actor for all agents of equal sizes");
  }
  void check() const {
    check_batch(batch_size, buffer_size);
    check_widths("hidden", hidden);
  }
};

class Matd3 final : public Algorithm {
 public:
  explicit Matd3(const AlgorithmContext& context)
      : config_(read_parameters<Matd3Config>(context.values)),
        actors_(context.environment.agents,
                {.hidden = hidden_layers(config_.hidden, Activation::kRelu),
                 .output_activation = Activation::kTanh,
                 .share_parameters = config_.share_parameters},
                derive_seed(context.seed, "actors")),
        critics_(network_seeds(context.seed, "critics", 2),
                 context.environment.state_size + context.environment.joint_action_size(),
                 layers(config_.hidden, Activation::kRelu, 1)),
        target_actors_(actors_.clone()),
        target_critics_(critics_.clone()),
        actor_optimizer_(actors_.weights(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critics_.weights()}, {.learning_rate = config_.critic_learning_rate}),
        buffer_(context, config_.buffer_size),
        schedule_({config_.warm_up_steps, config_.updates_per_step, config_.update_interval}),
        replay_stream_(derive_seed(context.seed, "replay")),
        noise_stream_(derive_seed(context.seed, "target noise")) {}

  std::vector<std::string> metric_names() const override {
    return {"critic_loss",        "mean_q", "target_mean", "target_deviation", "actor_loss", "critic_gradient_norm",
            "actor_gradient_norm"};
  }

  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    if (mode == ActMode::kExplore && schedule_.warming_up()) return act_at_random(random, actions);
    act_deterministically(actors_, observations, mode, config_.exploration_noise, random, actions);
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
      if (updates_ % config_.policy_interval != 0) continue;
      update_actors(batch, metrics);
      polyak_update(actors_, target_actors_, config_.target_rate);
      polyak_update(critics_, target_critics_, config_.target_rate);
    }
  }

  std::int64_t updates() const override { return updates_; }

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("actors", actors_);
    visit("critics", critics_);
    visit("target_actors", target_actors_);
    visit("target_critics", target_critics_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("replay_stream", replay_stream_);
    visit("noise_stream", noise_stream_);
    visit("updates", updates_);
    visit("schedule", schedule_);
    visit("buffer", buffer_);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

 private:
  // L = mean (Q_1 - y)^2 + mean (Q_2 - y)^2,  y = R + gamma^m (1 - terminated) min_c target Q_c(s', smoothed a').
  void update_critics(const Batch& batch, Metrics& metrics) {
    Tensor target;
    {
      const torch::NoGradGuard no_grad;
      const Tensor next_actions = with_noise(target_actors_(batch.next_observations)[0], config_.target_noise,
                                             config_.target_noise_limit, noise_stream_);
      target = twin_target(batch, critic_values(target_critics_, batch.next_states, next_actions));
    }
    const Tensor values = critic_values(critics_, batch.states, batch.actions);
    const Tensor loss = (values - target).square().mean(1).sum();
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    metrics.add("critic_loss", require_finite(loss.item<double>(), "critic_loss", updates_));
    report_critic(metrics, values, target, critic_optimizer_);
  }

  void update_actors(const Batch& batch, Metrics& metrics) {
    const auto agents = static_cast<std::int64_t>(actors_.agents());
    const ValuesAtStates first_critic(critics_.network(0), batch.states, agents);
    const auto value = [&](const Tensor& actions) { return first_critic(actions)[0]; };
    const Tensor loss = actor_loss(actors_, batch.observations, batch.actions, value);
    actor_optimizer_.zero_gradient();
    loss.backward();
    actor_optimizer_.step();
    metrics.add("actor_loss",
                require_finite(loss.item<double>(), "actor_loss", updates_) / static_cast<double>(agents));
    if (metrics.wanted("actor_gradient_norm")) metrics.add("actor_gradient_norm", actor_optimizer_.gradient_norm());
  }

  Matd3Config config_;
  AgentNetworks actors_;
  Mlp critics_;
  AgentNetworks target_actors_;
  Mlp target_critics_;
  Adam actor_optimizer_, critic_optimizer_;
  ReplayBuffer buffer_;
  UpdateSchedule schedule_;
  RandomStream replay_stream_, noise_stream_;
  std::int64_t updates_ = 0;
};

namespace {

/// `paper` holds the file of defaults, `harl` the values tuned for each task; where HARL has none for a task, those of
/// the nearest one.
void matd3_presets(std::vector<Preset>& presets) {
  const ParameterValues defaults = with(harl_schedule(10), {{"batch_size", std::int64_t{1000}}});
  const ParameterValues robots = with(defaults, {{"hidden", IntegerList{256, 256}}});
  const auto n_step = [&](std::int64_t n) { return with(robots, {{"n_step", n}}); };
  const std::string tuned = "HARL, tuned_configs/";
  presets = {
      {"paper", "*", defaults, "HARL, configs/algos_cfgs/matd3.yaml"},
      {"harl", "*", defaults, "HARL, configs/algos_cfgs/matd3.yaml"},
      {"harl", "mpe/*", with(defaults, harl_schedule(20)), tuned + "pettingzoo_mpe/simple_spread_v2-continuous/matd3"},
      {"harl", "mamujoco/*", robots, tuned + "mamujoco"},
      {"harl", "mamujoco/ant-*", n_step(5), tuned + "mamujoco/Ant-v2-4x2/matd3"},
      {"harl", "mamujoco/half-cheetah-*", n_step(10), tuned + "mamujoco/HalfCheetah-v2-2x3/matd3"},
      {"harl", "mamujoco/swimmer-*", n_step(10), tuned + "mamujoco/HalfCheetah-v2-2x3/matd3, for want of its own"},
      {"harl", "mamujoco/walker2d-2x3", with(n_step(20), {{"policy_interval", std::int64_t{8}}}),
       tuned + "mamujoco/Walker2d-v2-2x3/matd3"},
  };
}

Resources matd3_resources(const AlgorithmContext& context) {
  return ReplayBuffer::resources(context, read_parameters<Matd3Config>(context.values).buffer_size);
}

std::unique_ptr<Algorithm> create_matd3(const AlgorithmContext& context) {
  use_one_thread();
  return std::make_unique<Matd3>(context);
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "matd3",
                                 .version = "1.0",
                                 .summary = "Deterministic actors, each improved on its own through a twin critic.",
                                 .source = "Ackermann et al. 2019, arXiv:1910.01465, in the form of HARL"});

const tutti::AlgorithmPlugin tutti_algorithm = {
    .declare = tutti::declare_parameters<tutti::Matd3Config>,
    .presets = tutti::matd3_presets,
    .check = tutti::check_parameters<tutti::Matd3Config>,
    .libraries = tutti::report_libraries,
    .resources = tutti::matd3_resources,
    .create = tutti::create_matd3,
};
