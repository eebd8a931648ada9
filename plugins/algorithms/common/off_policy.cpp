#include "off_policy.hpp"

namespace tutti {

void OffPolicyConfig::declare_learning(Parameters& parameter) {
  parameter("hidden", hidden, between(1, 16384), "widths of the hidden layers of actors and critics");
  parameter("actor_learning_rate", actor_learning_rate, more_than(0), "Adam, actors");
  parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, critics");
  parameter("discount", discount, between(0, 1), "gamma, per environment step");
  parameter("target_rate", target_rate, between(0, 1), "tau, share of the new weights in the average of the targets");
}

void OffPolicyConfig::declare_replay(Parameters& parameter) {
  parameter("n_step", n_step, between(1, 10000), "rewards summed before the bootstrap");
  parameter("batch_size", batch_size, between(1, 1e6), "transitions per update");
  parameter("buffer_size", buffer_size, between(1, 1e9), "environment steps kept for replay");
  parameter("warm_up_steps", warm_up_steps, between(0, 1e15),
            "environment steps of uniform random actions at the start");
  parameter("updates_per_step", updates_per_step, between(1e-9, 1e6), "critic updates for each environment step");
  parameter("update_interval", update_interval, between(1, 1e9), "sweeps of all copies between groups of updates");
  parameter("share_parameters", share_parameters, any_value(), "one actor for all agents of equal sizes");
}

void OffPolicyConfig::check() const {
  check_batch(batch_size, buffer_size);
  check_widths("hidden", hidden);
}

std::int64_t OffPolicyConfig::weights(const EnvironmentSpec& environment) const {
  std::int64_t count = 2 * perceptron_weights(environment.state_size + environment.joint_action_size(), hidden, 1);
  for (const AgentSpec& agent : environment.agents) {
    count += perceptron_weights(agent.observation_size, hidden, 2 * agent.action_size);
  }
  return count;
}

OffPolicyAlgorithm::OffPolicyAlgorithm(const AlgorithmContext& context, const OffPolicyConfig& config)
    : batch_size_(config.batch_size),
      n_step_(config.n_step),
      discount_(config.discount),
      buffer_(context, config.buffer_size),
      schedule_({config.warm_up_steps, config.updates_per_step, config.update_interval}),
      replay_stream_(derive_seed(context.seed, "replay")) {}

void OffPolicyAlgorithm::observe(const Transitions& transitions) {
  buffer_.add(transitions);
  schedule_.advance(static_cast<std::int64_t>(transitions.rewards.size()));
}

void OffPolicyAlgorithm::update(Metrics& metrics) {
  for (std::int64_t due = schedule_.take_due(); due > 0; --due) {
    ++updates_;
    update_once(buffer_.sample(batch_size_, n_step_, discount_, replay_stream_), metrics);
  }
}

}  // namespace tutti
