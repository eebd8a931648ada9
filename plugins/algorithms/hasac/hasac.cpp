// HASAC: stochastic actors that improve one after another, each kept at an entropy of its own.
//
// Source: Liu et al. 2024, Maximum Entropy Heterogeneous-Agent Reinforcement Learning, ICLR 2024, and the public code
// HARL (hasac).
//
// Differs from HARL: batches are drawn with replacement; updates may follow every sweep instead of every fiftieth; no
// value normalisation (off in all tuned files).
//
// Shapes: B batch, N agents, O and A their observations and actions side by side, D = A, S state, C = 2 critics.
#include <numeric>

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

struct HasacConfig : OffPolicyConfig {
  bool learn_temperature = true;
  double temperature = 1;
  double temperature_learning_rate = 3e-4;
  double huber_threshold = 0;
  bool fixed_order = false;

  HasacConfig() { critic_learning_rate = 5e-4; }

  void declare(Parameters& parameter) {
    declare_learning(parameter);
    parameter("learn_temperature", learn_temperature, any_value(),
              "keep each agent's entropy near -d_i, the team's near -D");
    parameter("temperature", temperature, more_than(0), "alpha; its first value if it is learned");
    parameter("temperature_learning_rate", temperature_learning_rate, more_than(0), "Adam, every temperature");
    parameter("huber_threshold", huber_threshold, at_least(0),
              "critic errors beyond it count linearly; 0: squares only");
    parameter("fixed_order", fixed_order, any_value(), "update the agents in their own order instead of a random one");
    declare_replay(parameter);
  }
};

/// What the sequential update leaves for the critic's temperature and the record.
struct SequenceResult {
  Tensor loss;         // mean over agents; this and the next one float64
  Tensor log_density;  // sum over agents of the mean log-density, each from the agent's own loss, before its step
};

/// The sequential actor update. Agent i's loss is -mean[ min_c Q_c(s, joint action) - alpha_i log pi_i ], with a fresh
/// sample of its own action; the agents before it in `order` already act by their updated policies.
/// `sample()` and `sample(agent)` draw from the policies at the batch's observations, `replace` and `moved` are those
/// of AgentsAtObservations, `value(actions)` gives both critics of the batch's states, [B, A] -> [C, B],
/// `temperature(agent)` alpha_i, and `step(agent, loss, mean log-density)` moves that agent's policy and its
/// temperature.
template <class Policy, class Value, class Temperatures, class Step>
SequenceResult update_in_sequence(Policy& policy, std::span<const std::size_t> order, const Value& value,
                                  const Temperatures& temperature, const Step& step) {
  Tensor joint;
  {
    const torch::NoGradGuard no_grad;
    joint = policy.sample().actions;
  }
  const Tensor zero = torch::zeros({}, joint.options().dtype(torch::kFloat64));
  SequenceResult result{zero.clone(), zero.clone()};
  for (const std::size_t agent : order) {
    const SquashedSample own = policy.sample(agent);
    const Tensor log_density = own.log_densities.sum(1);
    const Tensor gain = value(policy.replace(joint, agent, own.actions)).amin(0);
    const Tensor loss = -(gain - temperature(agent) * log_density).mean();
    const Tensor mean_log_density = log_density.detach().mean().to(torch::kFloat64);
    result.loss += loss.detach().to(torch::kFloat64) / static_cast<double>(order.size());
    result.log_density += mean_log_density;
    step(agent, loss, mean_log_density);
    if (agent == order.back()) break;  // nobody would see its new action
    policy.moved(agent);
    const torch::NoGradGuard no_grad;
    joint = policy.replace(joint, agent, policy.sample(agent).actions);
  }
  return result;
}

class Hasac final : public OffPolicyAlgorithm {
 public:
  Hasac(const AlgorithmContext& context, const HasacConfig& config)
      : OffPolicyAlgorithm(context, config),
        config_(config),
        actors_(context.environment.agents, actor_layers(config_), config_.share_parameters,
                derive_seed(context.seed, "actors"), device_of(context)),
        critics_(network_seeds(context.seed, "critics", 2),
                 context.environment.state_size + context.environment.joint_action_size(),
                 layers(config_.hidden, Activation::kRelu, 1), device_of(context)),
        target_critics_(critics_.clone()),
        actor_optimizer_(actors_.networks().weights_by_network(), {.learning_rate = config_.actor_learning_rate}),
        critic_optimizer_({critics_.weights()}, {.learning_rate = config_.critic_learning_rate}),
        critic_temperature_(make_temperature(context)),
        policy_stream_(derive_seed(context.seed, "policy")),
        order_stream_(derive_seed(context.seed, "order")) {
    for (std::size_t i = 0; i < context.environment.agents.size(); ++i)
      temperatures_.push_back(make_temperature(context));
  }

  std::vector<std::string> metric_names() const override {
    return {"critic_loss", "mean_q",      "target_mean",        "target_deviation",     "actor_loss",
            "entropy",     "temperature", "critic_temperature", "critic_gradient_norm", "actor_gradient_norm"};
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
    for (Temperature& temperature : temperatures_) visit("temperature", temperature);
    visit("critic_temperature", critic_temperature_);
    visit("policy_stream", policy_stream_);
    visit("order_stream", order_stream_);
    OffPolicyAlgorithm::each_part(visit);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { actors_.save(writer, "actors"); }
  void load_policy(SnapshotReader& reader) override { actors_.load(reader, "actors"); }

  /// Sum over the critics of the mean over rows: squares, or Huber's beyond `huber_threshold`.
  Tensor critic_loss(const Tensor& values, const Tensor& target) const {
    if (config_.huber_threshold == 0) return squared_error(values, target);
    // LibTorch's is half the square below the threshold.
    return 2 * torch::huber_loss(values, target.expand_as(values), at::Reduction::None, config_.huber_threshold)
                   .mean(1)
                   .sum();
  }

 private:
  void update_once(const Batch& batch, Metrics& metrics) override {
    update_critics(batch, metrics);
    update_actors(batch, metrics);
    polyak_update(critics_, target_critics_, config_.target_rate);
  }

  /// The policies as the sequential update sees them: their samples come from this algorithm's own stream.
  struct Policy : AgentsAtObservations {
    RandomStream& random;
    Policy(const GaussianActors& actors, const Tensor& observations, RandomStream& stream)
        : AgentsAtObservations(actors.networks(), observations), random(stream) {}
    SquashedSample sample() const { return sample_of(joint(), random); }
    SquashedSample sample(std::size_t i) const { return sample_of(agent(i), random); }
  };

  /// ReLU layers, the last of them tanh.
  static std::vector<LayerSpec> actor_layers(const HasacConfig& config) {
    std::vector<LayerSpec> result = hidden_layers(config.hidden, Activation::kRelu);
    if (!result.empty()) result.back().activation = Activation::kTanh;
    return result;
  }

  Temperature make_temperature(const AlgorithmContext& context) const {
    return {config_.temperature, config_.learn_temperature, config_.temperature_learning_rate,
            torch::TensorOptions(device_of(context)).dtype(torch::kFloat64)};
  }

  // L = mean (Q_1 - y)^2 + mean (Q_2 - y)^2,
  // y = R + gamma^m (1 - terminated) [ min_c target Q_c(s', a') - alpha_c sum_i log pi_i(a'_i) ].
  void update_critics(const Batch& batch, Metrics& metrics) {
    Tensor target;
    {
      const torch::NoGradGuard no_grad;
      const SquashedSample next = actors_.sample(batch.next_observations, policy_stream_);
      const Tensor next_values = critic_values(target_critics_, batch.next_states, next.actions);
      target = soft_target(batch, next_values, critic_temperature_.tensor(), next.log_densities.sum(1));
    }
    const Tensor values = critic_values(critics_, batch.states, batch.actions);
    const Tensor loss = critic_loss(values, target);
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    report_finite(metrics, "critic_loss", loss, updates());
    report_critic(metrics, values, target, critic_optimizer_);
  }

  // The agents in sequence, each with its temperature (target entropy -d_i), then the critic's temperature (-D).
  void update_actors(const Batch& batch, Metrics& metrics) {
    const AgentNetworks& networks = actors_.networks();
    std::vector<std::size_t> order(networks.agents());
    std::iota(order.begin(), order.end(), 0);
    if (!config_.fixed_order) shuffle(order, order_stream_);
    double norm = 0;
    const ValuesAtStates value(critics_, batch.states);
    const auto temperature = [&](std::size_t agent) { return temperatures_[agent].tensor(); };
    const auto step = [&](std::size_t agent, const Tensor& loss, const Tensor& log_density) {
      const std::size_t optimizer = networks.optimizer_of(agent);
      actor_optimizer_.zero_gradient(optimizer);
      loss.backward();
      actor_optimizer_.step(optimizer);
      temperatures_[agent].step(log_density - static_cast<double>(networks.action_size(agent)));
      if (metrics.wanted("actor_gradient_norm"))
        norm += actor_optimizer_.gradient_norm(optimizer) / static_cast<double>(networks.agents());
    };
    Policy policy(actors_, batch.observations, policy_stream_);
    const SequenceResult result = update_in_sequence(policy, order, value, temperature, step);
    critic_temperature_.step(result.log_density - static_cast<double>(batch.actions.size(1)));
    report_finite(metrics, "actor_loss", result.loss, updates());
    report_finite(metrics, "entropy", -result.log_density, updates());
    report_finite(metrics, "temperature", mean_temperature(), updates());
    report_finite(metrics, "critic_temperature", critic_temperature_.tensor(), updates());
    if (metrics.wanted("actor_gradient_norm")) metrics.add("actor_gradient_norm", norm);
  }

  /// Of the agents.
  Tensor mean_temperature() const {
    Tensor sum = temperatures_.front().tensor();
    for (std::size_t i = 1; i < temperatures_.size(); ++i) sum = sum + temperatures_[i].tensor();
    return sum / static_cast<double>(temperatures_.size());
  }

  HasacConfig config_;
  GaussianActors actors_;
  Mlp critics_, target_critics_;
  Adam actor_optimizer_, critic_optimizer_;
  std::vector<Temperature> temperatures_;  // alpha_i, in the agents' losses
  Temperature critic_temperature_;         // alpha_c, in the critics' target
  RandomStream policy_stream_, order_stream_;
};

namespace {

/// `paper` holds the file of defaults, `harl` the values tuned for each task; where HARL has none for a task, those of
/// the nearest one.
void hasac_presets(std::vector<Preset>& presets) {
  const auto values = [](std::int64_t batch, std::int64_t n_step, double actor_rate, double critic_rate) {
    return with(harl_schedule(20), {{"hidden", IntegerList{256, 256}},
                                    {"batch_size", batch},
                                    {"n_step", n_step},
                                    {"actor_learning_rate", actor_rate},
                                    {"critic_learning_rate", critic_rate}});
  };
  const auto fixed = [](const ParameterValues& base, double temperature) {
    return with(base, {{"learn_temperature", false}, {"temperature", temperature}});
  };
  const ParameterValues defaults = with(fixed(values(1000, 20, 5e-4, 5e-4), 0.001), {{"huber_threshold", 10.0}});
  const std::string tuned = "HARL, tuned_configs/";
  presets = {
      {"paper", "*", defaults, "HARL, configs/algos_cfgs/hasac.yaml, without its value normalisation"},
      {"harl", "*", defaults, "HARL, configs/algos_cfgs/hasac.yaml, without its value normalisation"},
      {"harl", "mpe/*",
       with(values(1000, 20, 5e-4, 5e-4),
            {{"learn_temperature", true}, {"temperature", 1.0}, {"huber_threshold", 0.0}}),
       tuned + "pettingzoo_mpe/simple_spread_v2-continuous/hasac"},
      {"harl",
       "mamujoco/*",
       {{"learn_temperature", true}, {"temperature", 1.0}, {"huber_threshold", 0.0}},
       tuned + "mamujoco"},
      {"harl", "mamujoco/ant-2x4*", fixed(values(2200, 5, 1e-3, 3e-4), 0.2), tuned + "mamujoco/Ant-v2-2x4/hasac"},
      {"harl", "mamujoco/ant-4x2", fixed(values(1000, 5, 1e-3, 3e-4), 0.2), tuned + "mamujoco/Ant-v2-4x2/hasac"},
      {"harl", "mamujoco/half-cheetah-*", values(1000, 10, 1e-3, 1e-3), tuned + "mamujoco/HalfCheetah-v2-2x3/hasac"},
      {"harl", "mamujoco/swimmer-*", values(1000, 10, 1e-3, 1e-3),
       tuned + "mamujoco/HalfCheetah-v2-2x3/hasac, for want of its own"},
      {"harl", "mamujoco/walker2d-*", fixed(values(1000, 20, 5e-4, 1e-3), 0.2),
       tuned + "mamujoco/Walker2d-v2-2x3/hasac"},
  };
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "hasac",
                                 .version = "1.0",
                                 .summary = "Stochastic actors that improve one after another at a chosen entropy.",
                                 .source = "Liu et al. 2024, Maximum Entropy Heterogeneous-Agent RL, ICLR 2024"});

const tutti::AlgorithmPlugin tutti_algorithm =
    tutti::off_policy_plugin<tutti::HasacConfig, tutti::Hasac>(tutti::hasac_presets);
