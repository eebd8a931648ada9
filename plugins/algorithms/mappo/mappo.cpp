// MAPPO: every agent's own policy improved by proximal policy optimisation on one centralised value of the state.
// The example of an on-policy method: observe() collects a rollout, update() learns when it is full and drops it.
// Source: Yu et al. 2022, The Surprising Effectiveness of PPO in Cooperative Multi-Agent Games, arXiv:2103.01955; PPO:
// Schulman et al. 2017, arXiv:1707.06347; tuned values from HARL's public code. README.md lists where this differs.
// Shapes: T steps of E copies in a rollout, B = T E rows or a part of them, N agents, O and A the sums of observation
// and action sizes, S state.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "devices.hpp"
#include "learning.hpp"
#include "mappo/return_statistics.hpp"
#include "nn/adam.hpp"
#include "presets.hpp"
#include "snapshot_parts.hpp"
#include "tutti/error.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

struct MappoConfig {
  IntegerList hidden{128, 128};
  bool share_parameters = false;
  double initial_deviation = 0.5;
  std::int64_t rollout_length = 100;
  std::int64_t epochs = 10;
  std::int64_t minibatches = 4;
  double discount = 0.99;
  double gae_lambda = 0.95;
  double clip_range = 0.2;
  double entropy_coefficient = 0.01;
  double actor_learning_rate = 5e-4;
  double critic_learning_rate = 5e-4;
  double adam_epsilon = 1e-5;
  double gradient_norm_limit = 10;
  bool normalise_values = true;
  double value_statistics_rate = 1e-5;

  void declare(Parameters& parameter) {
    parameter("hidden", hidden, between(1, 16384), "widths of the hidden layers of actors and critic");
    parameter("share_parameters", share_parameters, any_value(), "one actor for all agents of equal sizes");
    parameter("initial_deviation", initial_deviation, more_than(0), "standard deviation of every action at the start");
    parameter("rollout_length", rollout_length, between(1, 1e6), "steps of every copy between two updates");
    parameter("epochs", epochs, between(1, 1e6), "passes over a rollout");
    parameter("minibatches", minibatches, between(1, 1e6), "parts of a rollout, one gradient step each");
    parameter("discount", discount, between(0, 1), "gamma, per environment step");
    parameter("gae_lambda", gae_lambda, between(0, 1), "lambda of generalised advantage estimation");
    parameter("clip_range", clip_range, more_than(0), "probability ratios beyond 1 +- this give no more gain");
    parameter("entropy_coefficient", entropy_coefficient, at_least(0), "weight of the policies' entropy");
    parameter("actor_learning_rate", actor_learning_rate, more_than(0), "Adam, all actors");
    parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, critic");
    parameter("adam_epsilon", adam_epsilon, more_than(0), "epsilon of both optimizers");
    parameter("gradient_norm_limit", gradient_norm_limit, more_than(0),
              "largest gradient norm of a step, each optimizer");
    parameter("normalise_values", normalise_values, any_value(),
              "the critic predicts returns in units of their deviation");
    parameter("value_statistics_rate", value_statistics_rate, between(0, 1),
              "rate of the running statistics of returns");
  }
  void check() const { check_widths("hidden", hidden); }
};

/// Throws Error if the environment steps between two updates are too few to be parted.
void check_rollout(const MappoConfig& config, std::int64_t copies) {
  const std::int64_t steps = config.rollout_length * copies;
  if (steps < 2) throw Error("a rollout has 1 environment step; expected at least 2: rollout_length times copies");
  if (config.minibatches <= steps) return;
  throw Error("minibatches is " + std::to_string(config.minibatches) + ", but a rollout has only " +
              std::to_string(steps) + " environment steps; expected at most one part for each of them");
}

/// Generalised advantage estimation (Schulman et al. 2016, arXiv:1506.02438), all [T, E]:
///   delta_t = r_t + gamma (1 - terminated_t) V(s'_t) - V(s_t)
///   A_t = delta_t + gamma lambda (1 - ended_t) A_{t+1}
/// s'_t is the last state of its own episode, so a truncated step bootstraps and a terminated one does not, and no
/// advantage reaches across an episode's end.
Tensor generalised_advantages(const Tensor& rewards, const Tensor& values, const Tensor& next_values,
                              const Tensor& terminated, const Tensor& ended, double discount, double lambda) {
  const Tensor delta = rewards + discount * (1 - terminated) * next_values - values;
  const Tensor carry = discount * lambda * (1 - ended);
  Tensor advantages = torch::empty_like(rewards);
  Tensor later = torch::zeros_like(rewards[0]);
  for (std::int64_t t = rewards.size(0) - 1; t >= 0; --t) {
    later = delta[t] + carry[t] * later;
    advantages[t].copy_(later);
  }
  return advantages;
}

/// PPO's objective by element, to be maximised: min(ratio A, clip(ratio, 1 - range, 1 + range) A).
Tensor clipped_gain(const Tensor& ratio, const Tensor& advantage, double range) {
  return torch::minimum(ratio * advantage, ratio.clamp(1 - range, 1 + range) * advantage);
}

/// T steps of E copies. Actions are those drawn, before they were clipped to [-1, 1].
struct Rollout {
  std::int64_t length, filled = 0;
  Tensor observations, states, next_states, actions, log_densities;  // [T, E, ...]
  Tensor rewards, terminated, ended;                                 // [T, E]

  Rollout(const EnvironmentSpec& spec, std::int64_t steps, std::int64_t copies, torch::Device device)
      : length(steps),
        observations(torch::zeros({steps, copies, spec.joint_observation_size()}, device)),
        states(torch::zeros({steps, copies, spec.state_size}, device)),
        next_states(torch::zeros({steps, copies, spec.state_size}, device)),
        actions(torch::zeros({steps, copies, spec.joint_action_size()}, device)),
        log_densities(torch::zeros({steps, copies, static_cast<std::int64_t>(spec.agents.size())}, device)),
        rewards(torch::zeros({steps, copies}, device)),
        terminated(torch::zeros({steps, copies}, device)),
        ended(torch::zeros({steps, copies}, device)) {}

  void add(const Transitions& transitions, const Tensor& drawn, const Tensor& log_density) {
    observations[filled].copy_(as_tensor(transitions.observations));
    states[filled].copy_(as_tensor(transitions.states));
    next_states[filled].copy_(as_tensor(transitions.next_states));
    actions[filled].copy_(drawn);
    log_densities[filled].copy_(log_density);
    const Tensor row = torch::empty({3, rewards.size(1)});
    float *const reward = row.data_ptr<float>(), *const terminal = reward + row.size(1),
                 *const end = terminal + row.size(1);
    for (std::size_t copy = 0; copy < transitions.rewards.size(); ++copy) {
      reward[copy] = transitions.rewards[copy];
      terminal[copy] = transitions.terminated[copy] ? 1.0F : 0.0F;
      end[copy] = transitions.terminated[copy] || transitions.truncated[copy] ? 1.0F : 0.0F;
    }
    rewards[filled].copy_(row[0]);
    terminated[filled].copy_(row[1]);
    ended[filled].copy_(row[2]);
    ++filled;
  }

  template <class Visit>
  void each_tensor(const Visit& visit) {
    for (Tensor* tensor :
         {&observations, &states, &next_states, &actions, &log_densities, &rewards, &terminated, &ended}) {
      visit(*tensor);
    }
  }
  void save(SnapshotWriter& writer, std::string_view name) {
    writer.value<std::int64_t>(name, filled);
    each_tensor([&](const Tensor& tensor) { save_tensor(writer, name, tensor); });
  }
  void load(SnapshotReader& reader, std::string_view name) {
    filled = reader.value<std::int64_t>(name);
    each_tensor([&](Tensor& tensor) { load_tensor(reader, name, tensor); });
  }
};

class Mappo final : public Algorithm {
 public:
  explicit Mappo(const AlgorithmContext& context)
      : config_(read_parameters<MappoConfig>(context.values)),
        actors_(context.environment.agents,
                {.hidden = hidden_layers(config_.hidden, Activation::kTanh),
                 .share_parameters = config_.share_parameters,
                 .device = device_of(context)},
                derive_seed(context.seed, "actors")),
        log_deviation_(1, {{context.environment.joint_action_size()}}, device_of(context)),
        critic_(network_seeds(context.seed, "critic", 1), context.environment.state_size,
                layers(config_.hidden, Activation::kTanh, 1), device_of(context)),
        actor_optimizer_(actor_weights(), {.learning_rate = config_.actor_learning_rate,
                                           .epsilon = config_.adam_epsilon,
                                           .norm_limit = config_.gradient_norm_limit}),
        critic_optimizer_({critic_.weights()}, {.learning_rate = config_.critic_learning_rate,
                                                .epsilon = config_.adam_epsilon,
                                                .norm_limit = config_.gradient_norm_limit}),
        rollout_(context.environment, config_.rollout_length, context.copies, device_of(context)),
        shuffle_stream_(derive_seed(context.seed, "shuffle")) {
    check_rollout(config_, context.copies);
    use_one_thread();
  }

  // ---- acting

  /// u ~ N(mean_i(o_i), deviation^2), a = clip(u, -1, 1); deterministic: a = clip(mean, -1, 1).
  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    const torch::NoGradGuard no_grad;
    const Tensor mean = actors_(on_device(as_tensor(observations), actors_.device()))[0];
    if (mode == ActMode::kDeterministic) {
      as_tensor(actions).copy_(mean.clamp(-1, 1));
      return;
    }
    const Tensor drawn = mean + log_deviation().exp() * normal_tensor(random, mean.sizes(), mean.device());
    as_tensor(actions).copy_(drawn.clamp(-1, 1));
    if (mode != ActMode::kExplore) return;
    drawn_ = drawn;  // kept until observe()
    drawn_log_density_ = log_density(mean, drawn);
  }

  /// log N(action; mean, deviation^2) of every agent, [B, A] -> [B, N].
  Tensor log_density(const Tensor& mean, const Tensor& actions) const {
    const Tensor standard = (actions - mean) * (-log_deviation()).exp();
    const Tensor by_element = -0.5 * standard.square() - log_deviation() - 0.5 * std::log(2 * std::numbers::pi);
    std::vector<Tensor> by_agent;
    for (std::size_t i = 0; i < actors_.agents(); ++i) {
      by_agent.push_back(by_element.narrow(1, actors_.action_offset(i), actors_.action_size(i)).sum(1));
    }
    return torch::stack(by_agent, 1);
  }

  // ---- learning

  void observe(const Transitions& transitions) override {
    if (!drawn_.defined()) throw Error("mappo: observe() without a preceding act() that explores");
    for (const float reward : transitions.rewards) require_finite(reward, "the reward", updates_ + 1);
    rollout_.add(transitions, drawn_, drawn_log_density_);
    drawn_ = Tensor();
  }

  void update(Metrics& metrics) override {
    if (rollout_.filled < rollout_.length) return;
    learn(metrics);
    rollout_.filled = 0;
  }

  void learn(Metrics& metrics) {
    const Tensor values = predicted_values(rollout_.states);
    const Tensor advantages =
        generalised_advantages(rollout_.rewards, values, predicted_values(rollout_.next_states), rollout_.terminated,
                               rollout_.ended, config_.discount, config_.gae_lambda);
    const Tensor returns = advantages + values;
    if (config_.normalise_values) statistics_.update(returns, config_.value_statistics_rate);
    const Tensor value_targets = ((returns - statistics_.mean()) / statistics_.deviation()).flatten();
    const Tensor gains = ((advantages - advantages.mean()) / (advantages.std() + 1e-5)).flatten();
    metrics.add("value_mean", values.mean().item<double>());
    metrics.add("return_mean", returns.mean().item<double>());
    metrics.add("return_deviation", returns.std().item<double>());

    std::vector<std::size_t> order(static_cast<std::size_t>(gains.numel()));
    std::iota(order.begin(), order.end(), 0);
    Tensor logarithms;
    for (std::int64_t epoch = 0; epoch < config_.epochs; ++epoch) {
      shuffle(order, shuffle_stream_);
      for (std::int64_t part = 0; part < config_.minibatches; ++part) {
        const Tensor rows = rows_of_part(order, part);
        logarithms = update_actors(rows, gains.index_select(0, rows), metrics);
        update_critic(rows, value_targets.index_select(0, rows), metrics);
        ++updates_;
      }
    }
    report_policies(logarithms, metrics);
  }

  /// V(s) in units of reward, [T, E, S] -> [T, E].
  Tensor predicted_values(const Tensor& states) const {
    const torch::NoGradGuard no_grad;
    const Tensor normalised = critic_(states.flatten(0, 1))[0].view({states.size(0), states.size(1)});
    return normalised * statistics_.deviation() + statistics_.mean();
  }

  /// Row numbers of one minibatch.
  Tensor rows_of_part(const std::vector<std::size_t>& order, std::int64_t part) const {
    const auto count = static_cast<std::int64_t>(order.size());
    const std::int64_t begin = count * part / config_.minibatches, end = count * (part + 1) / config_.minibatches;
    Tensor rows = torch::empty({end - begin}, torch::kInt64);
    for (std::int64_t i = begin; i < end; ++i) {
      rows.data_ptr<std::int64_t>()[i - begin] = static_cast<std::int64_t>(order[static_cast<std::size_t>(i)]);
    }
    return on_device(rows, actors_.device());
  }

  /// The logarithm of pi_i(u_i | o_i) now over what it was when the rollout was collected, [B, N].
  Tensor log_ratios(const Tensor& rows) const {
    const auto select = [&](const Tensor& tensor) { return tensor.flatten(0, 1).index_select(0, rows); };
    const Tensor mean = actors_(select(rollout_.observations))[0];
    return log_density(mean, select(rollout_.actions)) - select(rollout_.log_densities);
  }

  /// Of all agents together.
  Tensor entropy() const { return (log_deviation() + 0.5 * std::log(2 * std::numbers::pi * std::numbers::e)).sum(); }

  /// L = -sum over agents of mean over rows of min(ratio_i A, clip(ratio_i) A), less the entropies of all agents.
  /// Returns the logarithms of the ratios before the step.
  Tensor update_actors(const Tensor& rows, const Tensor& advantages, Metrics& metrics) {
    const Tensor logarithms = log_ratios(rows);
    const Tensor gain = clipped_gain(logarithms.exp(), advantages.unsqueeze(1), config_.clip_range).mean(0).sum();
    const Tensor loss = -gain - config_.entropy_coefficient * entropy();
    actor_optimizer_.zero_gradient();
    loss.backward();
    actor_optimizer_.step();
    report_finite(metrics, "actor_loss", loss, updates_ + 1);
    if (metrics.wanted("actor_gradient_norm")) metrics.add("actor_gradient_norm", actor_optimizer_.gradient_norm());
    return logarithms.detach();
  }

  /// Once for each row of training.csv, after a rollout, by the ratios of its last part: those of its first are one.
  void report_policies(const Tensor& logarithms, Metrics& metrics) const {
    if (!metrics.wanted("entropy")) return;
    const Tensor exact = logarithms.to(torch::kFloat64);
    const Tensor ratios = exact.exp();
    metrics.add("entropy", entropy().item<double>());
    metrics.add("clipped_share", ((ratios - 1).abs() > config_.clip_range).to(torch::kFloat32).mean().item<double>());
    // By the logarithms that there are: a ratio that is zero has none.
    metrics.add("divergence", (ratios - 1 - exact).mean().item<double>());
  }

  /// L = mean of (V(s) - target)^2 / 2 in units of the returns' deviation.
  void update_critic(const Tensor& rows, const Tensor& targets, Metrics& metrics) {
    const Tensor states = rollout_.states.flatten(0, 1).index_select(0, rows);
    const Tensor loss = 0.5 * (critic_(states)[0].squeeze(1) - targets).square().mean();
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    report_finite(metrics, "critic_loss", loss, updates_ + 1);
    if (metrics.wanted("critic_gradient_norm")) metrics.add("critic_gradient_norm", critic_optimizer_.gradient_norm());
  }

  // ---- records

  std::vector<std::string> metric_names() const override {
    return {"actor_loss", "critic_loss",   "value_mean", "return_mean",         "return_deviation",
            "entropy",    "clipped_share", "divergence", "actor_gradient_norm", "critic_gradient_norm"};
  }

  std::int64_t updates() const override { return updates_; }
  const Rollout& rollout() const { return rollout_; }

  /// Everything that the next update depends on, a half-collected rollout included.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("actors", actors_);
    visit("log_deviation", log_deviation_);
    visit("critic", critic_);
    visit("actor_optimizer", actor_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("statistics", statistics_);
    visit("rollout", rollout_);
    visit("shuffle_stream", shuffle_stream_);
    visit("updates", updates_);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }

  void save_policy(SnapshotWriter& writer) override {
    actors_.save(writer, "actors");
    log_deviation_.save(writer, "log_deviation");
  }
  void load_policy(SnapshotReader& reader) override {
    actors_.load(reader, "actors");
    log_deviation_.load(reader, "log_deviation");
  }

 private:
  const Tensor& log_deviation() const { return log_deviation_.tensor(0); }

  /// Networks and the learned deviations, for one optimizer. Output layers start at a hundredth of their usual size, so
  /// that a fresh policy is centred.
  std::vector<Weights> actor_weights() {
    const torch::NoGradGuard no_grad;
    for (const WeightBlock& block : actors_.blocks()) {
      const std::size_t output = 2 * config_.hidden.size();
      block.tensor(output).detach().mul_(0.01);
      block.tensor(output + 1).detach().mul_(0.01);
    }
    log_deviation_.values().fill_(std::log(config_.initial_deviation));
    std::vector<Weights> weights = actors_.weights();
    weights.push_back(log_deviation_.weights());
    return weights;
  }

  MappoConfig config_;
  AgentNetworks actors_;       // means
  WeightBlock log_deviation_;  // [1, A], the same in every state
  Mlp critic_;
  Adam actor_optimizer_, critic_optimizer_;
  ReturnStatistics statistics_;
  Rollout rollout_;
  Tensor drawn_, drawn_log_density_;  // of the step between act() and observe()
  RandomStream shuffle_stream_;
  std::int64_t updates_ = 0;
};

/// HARL's tuned values; where it has none for a task, those of the nearest one.
void presets(std::vector<Preset>& out) {
  const ParameterValues defaults{{"copies", std::int64_t{20}}, {"rollout_length", std::int64_t{200}},
                                 {"epochs", std::int64_t{5}},  {"minibatches", std::int64_t{1}},
                                 {"share_parameters", true},   {"hidden", IntegerList{128, 128}},
                                 {"initial_deviation", 0.3655}};
  const ParameterValues robots = with(defaults, {{"hidden", IntegerList{128, 128, 128}}, {"clip_range", 0.05}});
  const std::string tuned = "HARL, tuned_configs/";
  out = {
      {"paper", "*", defaults, "HARL, configs/algos_cfgs/mappo.yaml"},
      {"harl", "*", defaults, "HARL, configs/algos_cfgs/mappo.yaml"},
      {"harl", "mpe/*", defaults, tuned + "pettingzoo_mpe/simple_spread_v2-continuous/mappo"},
      {"harl", "mamujoco/*", with(robots, {{"epochs", std::int64_t{15}}}), tuned + "mamujoco/HalfCheetah-v2-2x3/mappo"},
      {"harl", "mamujoco/ant-*", with(robots, {{"clip_range", 0.1}, {"entropy_coefficient", 0.0}}),
       tuned + "mamujoco/Ant-v2-4x2/mappo"},
      {"harl", "mamujoco/walker2d-*",
       with(robots, {{"entropy_coefficient", 0.0},
                     {"minibatches", std::int64_t{2}},
                     {"actor_learning_rate", 1e-3},
                     {"critic_learning_rate", 1e-3}}),
       tuned + "mamujoco/Walker2d-v2-2x3/mappo"},
  };
}

/// The rollout is all that grows.
Resources resources(const AlgorithmContext& context) {
  const EnvironmentSpec& spec = context.environment;
  const auto config = read_parameters<MappoConfig>(context.values);
  check_rollout(config, context.copies);
  const std::int64_t rows = config.rollout_length * context.copies;
  const std::int64_t floats = spec.joint_observation_size() + 2 * spec.state_size + spec.joint_action_size() +
                              static_cast<std::int64_t>(spec.agents.size()) + 3;
  const auto bytes = rows * floats * static_cast<std::int64_t>(sizeof(float));
  const bool on_gpu = device_of(context).is_cuda();
  std::int64_t weights = perceptron_weights(spec.state_size, config.hidden, 1);
  for (const AgentSpec& agent : spec.agents) {
    weights += perceptron_weights(agent.observation_size, config.hidden, agent.action_size);
  }
  return {.disk_bytes = 0,
          .memory_bytes = on_gpu ? 0 : bytes,
          .device_bytes = on_gpu ? bytes + bytes_of_weights(weights) : 0};
}

std::unique_ptr<Algorithm> create(const AlgorithmContext& context) {
  prepare_device(context);
  return std::make_unique<Mappo>(context);
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm,
                    {.name = "mappo",
                     .version = "1.0",
                     .summary = "On-policy: clipped policy gradients of every agent on one centralised value.",
                     .source = "Yu et al. 2022, arXiv:2103.01955"});

const tutti::AlgorithmPlugin tutti_algorithm = {
    .declare = tutti::declare_parameters<tutti::MappoConfig>,
    .presets = tutti::presets,
    .check = tutti::check_parameters<tutti::MappoConfig>,
    .libraries = tutti::report_libraries,
    .resources = tutti::resources,
    .create = tutti::create,
    .devices = tutti::report_devices,
};
