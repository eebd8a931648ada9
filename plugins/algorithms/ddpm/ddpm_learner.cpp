#include "ddpm/ddpm_learner.hpp"

#include <algorithm>
#include <cmath>

#include "critics.hpp"
#include "devices.hpp"
#include "learning.hpp"
#include "nn/polyak.hpp"

namespace tutti {
namespace {

using torch::Tensor;

/// min_c Q_c(s, a), [R]: as many actions side by side for each observation as there are, [B, O], [R, A]. The critics
/// see the joint observation: selecting among particles needs their values also where actions are taken, and there
/// nothing else is known.
Tensor smaller_of(const Mlp& critics, const Tensor& observations, const Tensor& actions) {
  return ValuesAtStates(critics, observations)(actions).amin(0);
}

}  // namespace

void DdpmConfig::declare(Parameters& parameter) {
  parameter("diffusion_steps", diffusion_steps, between(2, 1000), "T, steps of the chain from noise to action");
  parameter("initial_deviation", initial_deviation, more_than(0),
            "standard deviation of the noise the chain starts from");
  parameter("particles", particles, between(1, 65536),
            "K, joint actions sampled for each one taken, by the critics' choice");
  parameter("evaluation_particles", evaluation_particles, between(1, 65536),
            "the same in evaluation; more than 1 needs the critics, hence is no longer decentralised");
  parameter("denoiser_hidden_sizes", denoiser_hidden_sizes, between(1, 16384), "widths of each agent's hidden layers");
  parameter("critic_hidden_sizes", critic_hidden_sizes, between(1, 16384), "widths of each critic's hidden layers");
  parameter("share_parameters", share_parameters, any_value(), "one denoiser for all agents of equal sizes");
  parameter("noise_scale", noise_scale, at_least(0), "exploration noise has deviation noise_scale * temperature");
  parameter("clip_target_noise", clip_target_noise, any_value(), "clip actions to [-1, 1] in critic targets, too");
  parameter("discount", discount, between(0, 1), "gamma, per environment step");
  parameter("reward_scale", reward_scale, more_than(0), "factor on rewards in critic targets");
  parameter("batch_size", batch_size, between(1, 1e6), "transitions per update");
  parameter("buffer_size", buffer_size, between(1, 1e9), "environment steps kept for replay");
  parameter("target_rate", target_rate, between(0, 1), "tau, Polyak rate of target critics and averaged denoiser");
  parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, both critics");
  parameter("policy_learning_rate", policy_learning_rate, more_than(0), "Adam, denoisers, at first");
  parameter("final_policy_learning_rate", final_policy_learning_rate, at_least(0), "Adam, denoisers, at the end");
  parameter("policy_rate_constant_steps", policy_rate_constant_steps, between(0, 1e15),
            "policy steps at the first rate");
  parameter("policy_rate_decay_steps", policy_rate_decay_steps, between(1, 1e15),
            "policy steps from the first to the final rate");
  parameter("policy_interval", policy_interval, between(1, 1e9), "critic updates for each policy step and Polyak step");
  parameter("initial_temperature", initial_temperature, more_than(0), "alpha at the start");
  parameter("temperature_learning_rate", temperature_learning_rate, more_than(0), "Adam, log alpha");
  parameter("temperature_interval", temperature_interval, between(1, 1e9), "critic updates for each temperature step");
  parameter("warm_up_steps", warm_up_steps, between(0, 1e15), "environment steps of uniform random actions");
  parameter("updates_per_step", updates_per_step, between(1e-9, 1e6), "critic updates for each environment step");
}

void DdpmConfig::check() const {
  if (denoiser_hidden_sizes.empty()) throw Error("denoiser_hidden_sizes is empty; expected one width at least");
  check_widths("denoiser_hidden_sizes", denoiser_hidden_sizes);
  check_widths("critic_hidden_sizes", critic_hidden_sizes);
  check_batch(batch_size, buffer_size);
}

std::int64_t DdpmConfig::weights(const EnvironmentSpec& environment) const {
  constexpr std::int64_t kTime = 16;  // numbers that a step becomes
  std::int64_t count = 2 * perceptron_weights(environment.joint_observation_size() + environment.joint_action_size(),
                                              critic_hidden_sizes, 1);
  for (const AgentSpec& agent : environment.agents) {
    count += perceptron_weights(kTime, {2 * kTime}, kTime) +
             perceptron_weights(agent.action_size + agent.observation_size + kTime, denoiser_hidden_sizes,
                                agent.action_size);
  }
  return count;
}

DdpmLearner::DdpmLearner(const AlgorithmContext& context, const DdpmConfig& config)
    : config_(config),
      diffusion_(linear_diffusion_schedule(config.diffusion_steps)),
      denoiser_(context.environment.agents,
                {config.denoiser_hidden_sizes, config.diffusion_steps, config.share_parameters, device_of(context)},
                context.seed),
      averaged_denoiser_(denoiser_.clone()),
      critics_(network_seeds(context.seed, "critic", 2),
               context.environment.joint_observation_size() + context.environment.joint_action_size(),
               layers(config.critic_hidden_sizes, Activation::kMish, 1), device_of(context), Initialisation::kHaiku),
      target_critics_(critics_.clone()),
      policy_optimizer_(denoiser_.weights(), {.learning_rate = config.policy_learning_rate}),
      critic_optimizer_({critics_.weights()}, {.learning_rate = config.critic_learning_rate}),
      temperature_(config.initial_temperature, config.temperature_learning_rate),
      buffer_(context, config.buffer_size),
      schedule_({.warm_up_steps = config.warm_up_steps, .updates_per_step = config.updates_per_step}),
      random_(derive_seed(context.seed, "update")) {
  use_one_thread();
}

// ---- acting

void DdpmLearner::act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) const {
  const bool explore = mode == ActMode::kExplore;
  if (explore && schedule_.warming_up()) return act_at_random(random, actions);
  const torch::NoGradGuard no_grad;
  const std::int64_t particles = explore ? config_.particles : config_.evaluation_particles;
  Tensor chosen =
      select(averaged_denoiser_, on_device(as_tensor(observations), averaged_denoiser_.device()), particles, random);
  if (explore) chosen = with_noise(chosen, random).clamp_(-1, 1);
  as_tensor(actions).copy_(chosen);
}

/// select(K): particles are joint actions, and the current critics choose one for all agents. [B, O] -> [B, A].
Tensor DdpmLearner::select(const AgentDenoisers& policy, const Tensor& observations, std::int64_t particles,
                           RandomStream& random) const {
  const Tensor candidates = policy.sample(observations, particles, diffusion_, config_.initial_deviation, random);
  return select_best(candidates, particles,
                     [&](const Tensor& actions) { return smaller_of(critics_, observations, actions); });
}

Tensor DdpmLearner::with_noise(const Tensor& actions, RandomStream& random) const {
  return actions +
         normal_tensor(random, actions.sizes(), actions.device()) * (config_.noise_scale * temperature_.value());
}

// ---- learning

void DdpmLearner::observe(const Transitions& transitions) {
  buffer_.add(transitions);
  schedule_.advance(static_cast<std::int64_t>(transitions.rewards.size()));
}

Batch DdpmLearner::sample_batch() { return buffer_.sample(config_.batch_size, 1, config_.discount, random_); }

Tensor DdpmLearner::sample_actions(const Tensor& observations) {
  const torch::NoGradGuard no_grad;
  const Tensor chosen = select(denoiser_, observations, config_.particles, random_);
  const Tensor noisy = with_noise(chosen, random_);
  return config_.clip_target_noise ? noisy.clamp(-1, 1) : noisy;
}

Tensor DdpmLearner::critic_targets(const Batch& batch, const Tensor& next_actions) const {
  const torch::NoGradGuard no_grad;
  return config_.reward_scale * batch.rewards +
         batch.bootstrap * smaller_of(target_critics_, batch.next_observations, next_actions);
}

Tensor DdpmLearner::update_critics(const Batch& batch, const Tensor& targets, Metrics& metrics) {
  const Tensor values = critic_values(critics_, batch.observations, batch.actions);
  const Tensor loss = squared_error(values, targets);
  critic_optimizer_.zero_gradient();
  loss.backward();
  critic_optimizer_.step();
  report_finite(metrics, "critic_loss", loss, updates_ + 1);
  return values;
}

Tensor DdpmLearner::smaller_value(const Tensor& observations, const Tensor& actions) const {
  const torch::NoGradGuard no_grad;
  return smaller_of(critics_, observations, actions);
}

void DdpmLearner::step_policy(const Tensor& loss, Metrics& metrics) {
  policy_optimizer_.set_learning_rate(policy_rate());
  policy_optimizer_.zero_gradient();
  loss.backward();
  policy_optimizer_.step();
  ++policy_steps_;
  report_finite(metrics, "policy_loss", loss, updates_ + 1);
  if (metrics.wanted("policy_gradient_norm")) metrics.add("policy_gradient_norm", policy_optimizer_.gradient_norm());
}

double DdpmLearner::policy_rate() const {
  const double progress = static_cast<double>(policy_steps_ - config_.policy_rate_constant_steps) /
                          static_cast<double>(config_.policy_rate_decay_steps);
  return std::lerp(config_.policy_learning_rate, config_.final_policy_learning_rate, std::clamp(progress, 0.0, 1.0));
}

void DdpmLearner::report(const Tensor& values, const Tensor& targets, Metrics& metrics) const {
  report_critic(metrics, values, targets, critic_optimizer_);
  metrics.add("temperature", temperature_.value());
}

void DdpmLearner::finish_update() {
  if (policy_is_due()) {
    polyak_update(critics_, target_critics_, config_.target_rate);
    averaged_denoiser_.follow(denoiser_, config_.target_rate);
  }
  if (updates_ % config_.temperature_interval == 0) temperature_.relax();
  ++updates_;
}

// ---- snapshots

void DdpmLearner::save_policy(SnapshotWriter& writer) const {
  averaged_denoiser_.save(writer, "averaged_denoiser");
  if (config_.evaluation_particles > 1) critics_.save(writer, "critics");
}

void DdpmLearner::load_policy(SnapshotReader& reader) {
  averaged_denoiser_.load(reader, "averaged_denoiser");
  if (config_.evaluation_particles > 1) critics_.load(reader, "critics");
}

}  // namespace tutti
