// MADDPG: deterministic actors, each improved on its own through one centralised critic.
//
// Source: Lowe et al. 2017, arXiv:1706.02275, algorithm 1, in the form of the public code HARL (maddpg; Zhong et al.
// 2024, JMLR 25(32)): one critic for the team reward instead of one for each agent.
//
// Differs from HARL: batches are drawn with replacement; updates may follow every sweep instead of every fiftieth.
//
// Shapes: B batch, N agents, O and A their observations and actions side by side, S state.
#include "critics.hpp"
#include "deterministic_policy.hpp"
#include "learning.hpp"
#include "nn/adam.hpp"
#include "nn/polyak.hpp"
#include "off_policy.hpp"
#include "presets.hpp"
#include "snapshot_parts.hpp"

namespace tutti {

using torch::Tensor;

struct MaddpgConfig : OffPolicyConfig {
  double exploration_noise = 0.1;

  void declare(Parameters& parameter) {
    declare_learning(parameter);
    parameter("exploration_noise", exploration_noise, at_least(0), "deviation of the noise on training actions");
    declare_replay(parameter);
  }
};

class Maddpg final : public OffPolicyAlgorithm {
 public:
  Maddpg(const AlgorithmContext& context, const MaddpgConfig& config)
      : OffPolicyAlgorithm(context, config),
        config_(config),
        actors_(context.environment.agents,
                {.hidden = hidden_layers(config_.hidden, Activation::kRelu),
                 .output_activation = Activation::kTanh,
                 .share_parameters = config_.share_parameters,
                 .device = device_of(context)},
                derive_seed(context.seed, "actors")),
        critic_(network_seeds(context.seed, "critic", 1),
                context.environment.state_size + context.environment.joint_action_size(),
                layers(config_.hidden, Activation::kRelu, 1), device_of(context)),
        target_actors_(actors_.clone()),
        target_critic_(critic_.clone()),
        actor_optimizer_(actors_.weights(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critic_.weights()}, {.learning_rate = config_.critic_learning_rate}) {}

  std::vector<std::string> metric_names() const override {
    return {"critic_loss",        "mean_q", "target_mean", "target_deviation", "actor_loss", "critic_gradient_norm",
            "actor_gradient_norm"};
  }

  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    if (mode == ActMode::kExplore && warming_up()) return act_at_random(random, actions);
    act_deterministically(actors_, observations, mode, config_.exploration_noise, random, actions);
  }

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("actors", actors_);
    visit("critic", critic_);
    visit("target_actors", target_actors_);
    visit("target_critic", target_critic_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    OffPolicyAlgorithm::each_part(visit);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

 private:
  void update_once(const Batch& batch, Metrics& metrics) override {
    update_critic(batch, metrics);
    update_actors(batch, metrics);
    polyak_update(actors_, target_actors_, config_.target_rate);
    polyak_update(critic_, target_critic_, config_.target_rate);
  }

  // L = mean (Q - y)^2,  y = R + gamma^m (1 - terminated) target Q(s', target actors' a').
  void update_critic(const Batch& batch, Metrics& metrics) {
    Tensor target;
    {
      const torch::NoGradGuard no_grad;
      const Tensor next_actions = target_actors_(batch.next_observations)[0];
      const Tensor next_values = critic_values(target_critic_, batch.next_states, next_actions)[0];
      target = torch::addcmul(batch.rewards, batch.bootstrap, next_values);
    }
    const Tensor values = critic_values(critic_, batch.states, batch.actions);
    const Tensor loss = squared_error(values, target);
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    report_finite(metrics, "critic_loss", loss, updates());
    report_critic(metrics, values, target, critic_optimizer_);
  }

  void update_actors(const Batch& batch, Metrics& metrics) {
    const auto agents = static_cast<std::int64_t>(actors_.agents());
    const ValuesAtStates critic(critic_, batch.states, agents);
    const auto value = [&](const Tensor& actions) { return critic(actions)[0]; };
    const Tensor loss = actor_loss(actors_, batch.observations, batch.actions, value);
    actor_optimizer_.zero_gradient();
    loss.backward();
    actor_optimizer_.step();
    report_finite(metrics, "actor_loss", loss.detach().to(torch::kFloat64) / agents, updates());
    if (metrics.wanted("actor_gradient_norm")) metrics.add("actor_gradient_norm", actor_optimizer_.gradient_norm());
  }

  MaddpgConfig config_;
  AgentNetworks actors_;
  Mlp critic_;
  AgentNetworks target_actors_;
  Mlp target_critic_;
  Adam actor_optimizer_, critic_optimizer_;
};

namespace {

/// `paper` holds the file of defaults, `harl` the values tuned for each task; where HARL has none for a task, those of
/// the nearest one.
void maddpg_presets(std::vector<Preset>& presets) {
  const ParameterValues defaults = with(harl_schedule(10), {{"batch_size", std::int64_t{1000}}});
  const ParameterValues robots = with(defaults, {{"hidden", IntegerList{256, 256}}});
  const auto n_step = [&](std::int64_t n) { return with(robots, {{"n_step", n}}); };
  const ParameterValues ant = with(with(n_step(20), harl_schedule(10, 0.5)), {{"exploration_noise", 0.05}});
  const std::string tuned = "HARL, tuned_configs/";
  presets = {
      {"paper", "*", defaults, "HARL, configs/algos_cfgs/maddpg.yaml"},
      {"harl", "*", defaults, "HARL, configs/algos_cfgs/maddpg.yaml"},
      {"harl", "mpe/*", with(defaults, harl_schedule(20)), tuned + "pettingzoo_mpe/simple_spread_v2-continuous/maddpg"},
      {"harl", "mamujoco/*", robots, tuned + "mamujoco"},
      {"harl", "mamujoco/ant-*", ant, tuned + "mamujoco/Ant-v2-4x2/maddpg"},
      {"harl", "mamujoco/half-cheetah-*", n_step(20), tuned + "mamujoco/HalfCheetah-v2-2x3/maddpg"},
      {"harl", "mamujoco/swimmer-*", n_step(20), tuned + "mamujoco/HalfCheetah-v2-2x3/maddpg, for want of its own"},
      {"harl", "mamujoco/walker2d-2x3", n_step(10), tuned + "mamujoco/Walker2d-v2-2x3/maddpg"},
  };
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm,
                    {.name = "maddpg",
                     .version = "1.0",
                     .summary = "Deterministic actors, each improved on its own through one centralised critic.",
                     .source = "Lowe et al. 2017, arXiv:1706.02275, in the form of HARL"});

const tutti::AlgorithmPlugin tutti_algorithm =
    tutti::off_policy_plugin<tutti::MaddpgConfig, tutti::Maddpg>(tutti::maddpg_presets);
