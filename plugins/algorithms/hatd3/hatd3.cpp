// HATD3: deterministic actors that improve one after another through a centralised twin critic.
//
// Source: Zhong et al. 2024, Heterogeneous-Agent Reinforcement Learning, JMLR 25(32), and its public code HARL (hatd3);
// twin critics, smoothed targets and delayed actors: Fujimoto et al. 2018, arXiv:1802.09477.
//
// Differs from HARL: batches are drawn with replacement; updates may follow every sweep instead of every fiftieth.
//
// Shapes: B batch, O and A the agents' observations and actions side by side, S state, C = 2 critics.
#include <numeric>

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

struct Hatd3Config : OffPolicyConfig {
  double exploration_noise = 0.1;
  double target_noise = 0.2;
  double target_noise_limit = 0.5;
  std::int64_t policy_interval = 2;
  bool fixed_order = false;

  void declare(Parameters& parameter) {
    declare_learning(parameter);
    parameter("exploration_noise", exploration_noise, at_least(0), "deviation of the noise on training actions");
    parameter("target_noise", target_noise, at_least(0), "deviation of the noise on target actions");
    parameter("target_noise_limit", target_noise_limit, more_than(0), "largest noise on a target action");
    parameter("policy_interval", policy_interval, between(1, 1e9), "critic updates for each actor update");
    parameter("fixed_order", fixed_order, any_value(), "update the agents in their own order instead of a random one");
    declare_replay(parameter);
  }
};

/// The sequential actor update. Agent i follows the gradient of Q_1 at the joint action in which the agents before it
/// in `order` already act by their updated actors and those after it still by their old ones; nothing comes from
/// replay. `actors` are AgentsAtObservations, `value(actions)` is Q_1 of the batch's states, [B, A] -> [B];
/// `step(agent, loss)` moves that agent's actor. Returns the mean loss of the agents, a float64 tensor.
template <class Actors, class Value, class Step>
Tensor update_in_sequence(Actors& actors, std::span<const std::size_t> order, const Value& value, const Step& step) {
  Tensor joint = actors.joint()[0];
  Tensor sum = torch::zeros({}, joint.options().dtype(torch::kFloat64));
  for (const std::size_t agent : order) {
    const Tensor loss = -value(actors.replace(joint, agent, actors.agent(agent)[0])).mean();
    sum += loss.detach().to(torch::kFloat64);
    step(agent, loss);
    if (agent == order.back()) break;  // nobody would see its new action
    actors.moved(agent);
    const torch::NoGradGuard no_grad;
    joint = actors.replace(joint, agent, actors.agent(agent)[0]);
  }
  return sum / static_cast<double>(order.size());
}

class Hatd3 final : public OffPolicyAlgorithm {
 public:
  Hatd3(const AlgorithmContext& context, const Hatd3Config& config)
      : OffPolicyAlgorithm(context, config),
        config_(config),
        actors_(context.environment.agents,
                {.hidden = hidden_layers(config_.hidden, Activation::kRelu),
                 .output_activation = Activation::kTanh,
                 .share_parameters = config_.share_parameters,
                 .device = device_of(context)},
                derive_seed(context.seed, "actors")),
        critics_(network_seeds(context.seed, "critics", 2),
                 context.environment.state_size + context.environment.joint_action_size(),
                 layers(config_.hidden, Activation::kRelu, 1), device_of(context)),
        target_actors_(actors_.clone()),
        target_critics_(critics_.clone()),
        actor_optimizer_(actors_.weights_by_network(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critics_.weights()}, {.learning_rate = config_.critic_learning_rate}),
        noise_stream_(derive_seed(context.seed, "target noise")),
        order_stream_(derive_seed(context.seed, "order")) {}

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
    visit("critics", critics_);
    visit("target_actors", target_actors_);
    visit("target_critics", target_critics_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("noise_stream", noise_stream_);
    visit("order_stream", order_stream_);
    OffPolicyAlgorithm::each_part(visit);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

 private:
  void update_once(const Batch& batch, Metrics& metrics) override {
    update_critics(batch, metrics);
    if (updates() % config_.policy_interval != 0) return;
    update_actors(batch, metrics);
    polyak_update(actors_, target_actors_, config_.target_rate);
    polyak_update(critics_, target_critics_, config_.target_rate);
  }

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
    const Tensor loss = squared_error(values, target);
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    report_finite(metrics, "critic_loss", loss, updates());
    report_critic(metrics, values, target, critic_optimizer_);
  }

  void update_actors(const Batch& batch, Metrics& metrics) {
    std::vector<std::size_t> order(actors_.agents());
    std::iota(order.begin(), order.end(), 0);
    if (!config_.fixed_order) shuffle(order, order_stream_);
    const ValuesAtStates first_critic(critics_.network(0), batch.states);
    const auto value = [&](const Tensor& actions) { return first_critic(actions)[0]; };
    AgentsAtObservations actors(actors_, batch.observations);
    double norm = 0;
    const Tensor loss = update_in_sequence(actors, order, value, [&](std::size_t agent, const Tensor& of_agent) {
      const std::size_t optimizer = actors_.optimizer_of(agent);
      actor_optimizer_.zero_gradient(optimizer);
      of_agent.backward();
      actor_optimizer_.step(optimizer);
      if (metrics.wanted("actor_gradient_norm")) norm += actor_optimizer_.gradient_norm(optimizer);
    });
    report_finite(metrics, "actor_loss", loss, updates());
    if (metrics.wanted("actor_gradient_norm"))
      metrics.add("actor_gradient_norm", norm / static_cast<double>(actors_.agents()));
  }

  Hatd3Config config_;
  AgentNetworks actors_;
  Mlp critics_;
  AgentNetworks target_actors_;
  Mlp target_critics_;
  Adam actor_optimizer_, critic_optimizer_;
  RandomStream noise_stream_, order_stream_;
};

namespace {

/// `paper` holds the file of defaults, `harl` the values tuned for each task; where HARL has none for a task, those of
/// the nearest one.
void hatd3_presets(std::vector<Preset>& presets) {
  const ParameterValues defaults = with(harl_schedule(10), {{"batch_size", std::int64_t{1000}}});
  const ParameterValues robots = with(defaults, {{"hidden", IntegerList{256, 256}}});
  const auto n_step = [&](std::int64_t n) { return with(robots, {{"n_step", n}}); };
  const std::string tuned = "HARL, tuned_configs/";
  presets = {
      {"paper", "*", defaults, "HARL, configs/algos_cfgs/hatd3.yaml"},
      {"harl", "*", defaults, "HARL, configs/algos_cfgs/hatd3.yaml"},
      {"harl", "mpe/*", with(defaults, harl_schedule(20)), tuned + "pettingzoo_mpe/simple_spread_v2-continuous/hatd3"},
      {"harl", "mamujoco/*", robots, tuned + "mamujoco"},
      {"harl", "mamujoco/ant-*", n_step(5), tuned + "mamujoco/Ant-v2-4x2/hatd3"},
      {"harl", "mamujoco/half-cheetah-*", n_step(10), tuned + "mamujoco/HalfCheetah-v2-2x3/hatd3"},
      {"harl", "mamujoco/swimmer-*", n_step(10), tuned + "mamujoco/HalfCheetah-v2-2x3/hatd3, for want of its own"},
      {"harl", "mamujoco/walker2d-2x3", n_step(20), tuned + "mamujoco/Walker2d-v2-2x3/hatd3"},
  };
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm,
                    {.name = "hatd3",
                     .version = "1.0",
                     .summary = "Deterministic actors that improve one after another through a twin critic.",
                     .source = "Zhong et al. 2024, Heterogeneous-Agent Reinforcement Learning, JMLR 25(32)"});

const tutti::AlgorithmPlugin tutti_algorithm =
    tutti::off_policy_plugin<tutti::Hatd3Config, tutti::Hatd3>(tutti::hatd3_presets);
