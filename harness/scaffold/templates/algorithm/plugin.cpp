// {{name}}: one deterministic actor for each agent, improved through one centralised critic. A place to begin: change
// the losses, the networks, the exploration. Everything is written out here; off_policy.hpp of the kit has the loop
// around an update and the common parameters, which an algorithm with replay may inherit instead.
//
// Source: Lowe et al. 2017, arXiv:1706.02275, algorithm 1, with one critic for the team's reward.
//
// Shapes: B batch, O and A the agents' observations and actions side by side, S state.
#include "deterministic_policy.hpp"
#include "learning.hpp"
#include "nn/adam.hpp"
#include "nn/polyak.hpp"
#include "replay_buffer.hpp"
#include "snapshot_parts.hpp"
#include "tutti/schedule.hpp"

namespace {

using namespace tutti;
using torch::Tensor;

// The names, defaults and ranges of the parameters: a suite's keys, `tutti describe {{name}}` and the record of every
// run come from here.
struct Config {
  IntegerList hidden{64, 64};
  double actor_learning_rate = 1e-3;
  double critic_learning_rate = 1e-3;
  double discount = 0.95;
  double target_rate = 0.01;
  double exploration_noise = 0.1;
  std::int64_t batch_size = 128;
  std::int64_t buffer_size = 100'000;
  std::int64_t warm_up_steps = 1'000;
  double updates_per_step = 0.5;

  void declare(Parameters& parameter) {
    parameter("hidden", hidden, between(1, 16384), "widths of the hidden layers of actors and critic");
    parameter("actor_learning_rate", actor_learning_rate, more_than(0), "Adam, all actors");
    parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, the critic");
    parameter("discount", discount, between(0, 1), "gamma, per environment step");
    parameter("target_rate", target_rate, between(0, 1), "tau, how far the targets move with every update");
    parameter("exploration_noise", exploration_noise, at_least(0), "deviation of the noise on training actions");
    parameter("batch_size", batch_size, between(1, 1e6), "transitions per update");
    parameter("buffer_size", buffer_size, between(1, 1e9), "environment steps kept for replay");
    parameter("warm_up_steps", warm_up_steps, between(0, 1e15), "environment steps of random actions at the start");
    parameter("updates_per_step", updates_per_step, between(1e-9, 1e6), "updates for each environment step");
  }
  void check() const { check_batch(batch_size, buffer_size); }
};

class PluginNameAlgorithm final : public Algorithm {
 public:
  explicit PluginNameAlgorithm(const AlgorithmContext& context)
      : config_(read_parameters<Config>(context.values)),
        actors_(context.environment.agents,
                {.hidden = hidden_layers(config_.hidden, Activation::kRelu), .output_activation = Activation::kTanh},
                derive_seed(context.seed, "actors")),
        critic_(network_seeds(context.seed, "critic", 1),
                context.environment.state_size + context.environment.joint_action_size(),
                layers(config_.hidden, Activation::kRelu, 1)),
        target_actors_(actors_.clone()),
        target_critic_(critic_.clone()),
        actor_optimizer_(actors_.weights(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critic_.weights()}, {.learning_rate = config_.critic_learning_rate}),
        buffer_(context, config_.buffer_size),
        schedule_({config_.warm_up_steps, config_.updates_per_step, 1}),
        replay_stream_(derive_seed(context.seed, "replay")) {}

  std::vector<std::string> metric_names() const override { return {"critic_loss", "mean_q", "actor_loss"}; }

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
      const Batch batch = buffer_.sample(config_.batch_size, 1, config_.discount, replay_stream_);
      update_critic(batch, metrics);
      update_actors(batch, metrics);
      polyak_update(actors_, target_actors_, config_.target_rate);
      polyak_update(critic_, target_critic_, config_.target_rate);
    }
  }

  std::int64_t updates() const override { return updates_; }

  // Everything that the next update depends on: what is missing here is lost in a resume. `tutti verify` looks for it.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("actors", actors_);
    visit("critic", critic_);
    visit("target_actors", target_actors_);
    visit("target_critic", target_critic_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("replay_stream", replay_stream_);
    visit("updates", updates_);
    visit("schedule", schedule_);
    visit("buffer", buffer_);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }

  // Everything that act() depends on in an evaluation.
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

 private:
  // L = mean (Q(s, a) - y)^2,  y = r + gamma (1 - terminated) target Q(s', target actors(o')).
  void update_critic(const Batch& batch, Metrics& metrics) {
    Tensor target;
    {
      const torch::NoGradGuard no_grad;
      const Tensor next_actions = target_actors_(batch.next_observations)[0];
      const Tensor next_values = critic_values(target_critic_, batch.next_states, next_actions)[0];
      target = batch.rewards + batch.bootstrap * next_values;
    }
    const Tensor values = critic_values(critic_, batch.states, batch.actions)[0];
    const Tensor loss = (values - target).square().mean();
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    metrics.add("critic_loss", require_finite(loss.item<double>(), "critic_loss", updates_));
    if (metrics.wanted("mean_q")) metrics.add("mean_q", values.mean().item<double>());
  }

  // L = -mean Q(s, actors(o)); the critic's weights take no gradient.
  void update_actors(const Batch& batch, Metrics& metrics) {
    const Tensor actions = actors_(batch.observations)[0];
    const Tensor loss = -critic_values(critic_.frozen(), batch.states, actions)[0].mean();
    actor_optimizer_.zero_gradient();
    loss.backward();
    actor_optimizer_.step();
    metrics.add("actor_loss", require_finite(loss.item<double>(), "actor_loss", updates_));
  }

  Config config_;
  AgentNetworks actors_;
  Mlp critic_;
  AgentNetworks target_actors_;
  Mlp target_critic_;
  Adam actor_optimizer_, critic_optimizer_;
  ReplayBuffer buffer_;
  UpdateSchedule schedule_;
  RandomStream replay_stream_;
  std::int64_t updates_ = 0;
};

// Named sets of values for a suite: preset = "fast".
void presets(std::vector<Preset>& presets) {
  presets.push_back({"fast", "*", {{"batch_size", std::int64_t{64}}}, "none"});
}

// What a run's buffers take; `tutti check` adds it up before anything runs.
Resources resources(const AlgorithmContext& context) {
  return ReplayBuffer::resources(context, read_parameters<Config>(context.values).buffer_size);
}

std::unique_ptr<Algorithm> create(const AlgorithmContext& context) {
  use_one_thread();
  return std::make_unique<PluginNameAlgorithm>(context);
}

}  // namespace

TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "{{name}}",
                                 .version = "0.1",
                                 .summary = "Deterministic actors with one centralised critic.",
                                 .source = "Lowe et al. 2017, arXiv:1706.02275"});

const tutti::AlgorithmPlugin tutti_algorithm = {.declare = tutti::declare_parameters<Config>,
                                                .presets = presets,
                                                .check = tutti::check_parameters<Config>,
                                                .libraries = tutti::report_libraries,
                                                .resources = resources,
                                                .create = create};
