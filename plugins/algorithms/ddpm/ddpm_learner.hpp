// What DPMD and SDAC have in common (Ma et al. 2025, arXiv:2502.00361, and its public code), on the joint action of a
// team: denoisers whose particles twin critics select, those critics, the noise of exploration and its temperature.
// How a policy loss is made of them is each algorithm's own.
//
//   const Batch batch = learner.sample_batch();
//   const Tensor targets = learner.critic_targets(batch, learner.sample_actions(batch.next_observations));
//   const Tensor values = learner.update_critics(batch, targets, metrics);
//   if (learner.policy_is_due()) learner.step_policy(loss of learner.denoiser(), metrics);
//   learner.report(values, targets, metrics);
//   learner.finish_update();
//
// Shapes: B batch, O and A the sums of the agents' observation and action sizes, K particles.
#pragma once

#include <cstdint>

#include "ddpm/ddpm.hpp"
#include "ddpm/ddpm_denoiser.hpp"
#include "ddpm/ddpm_temperature.hpp"
#include "nn/adam.hpp"
#include "nn/networks.hpp"
#include "replay_buffer.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/schedule.hpp"
#include "tutti/torch.hpp"

namespace tutti {

struct DdpmConfig {
  std::int64_t diffusion_steps = 20;
  double initial_deviation = 0.5;
  std::int64_t particles = 4;
  std::int64_t evaluation_particles = 1;
  IntegerList denoiser_hidden_sizes{128, 128, 128};
  IntegerList critic_hidden_sizes{256, 256, 256};
  bool share_parameters = false;
  double noise_scale = 0.1;
  bool clip_target_noise = false;
  double discount = 0.99;
  double reward_scale = 0.2;
  std::int64_t batch_size = 256;
  std::int64_t buffer_size = 1'000'000;
  double target_rate = 0.005;
  double critic_learning_rate = 3e-4;
  double policy_learning_rate = 3e-4;
  double final_policy_learning_rate = 3e-5;
  std::int64_t policy_rate_constant_steps = 25'000;
  std::int64_t policy_rate_decay_steps = 50'000;
  std::int64_t policy_interval = 2;
  double initial_temperature = 5;
  double temperature_learning_rate = 7e-3;
  std::int64_t temperature_interval = 250;
  std::int64_t warm_up_steps = 10'000;
  double updates_per_step = 0.2;

  void declare(Parameters& parameter);
  void check() const;
  std::int64_t weights(const EnvironmentSpec& environment) const;
};

class DdpmLearner {
 public:
  DdpmLearner(const AlgorithmContext& context, const DdpmConfig& config);

  /// Exploring: the best of K particles of the averaged policy, plus noise. Evaluating: particles without noise.
  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) const;

  void observe(const Transitions& transitions);

  // ---- one update

  std::int64_t take_due() { return schedule_.take_due(); }
  Batch sample_batch();

  /// select(K) with the current policy, plus exploration noise: [B, O] -> [B, A].
  torch::Tensor sample_actions(const torch::Tensor& observations);

  /// y = reward_scale r + gamma (1 - terminated) min_c Q'_c(s', a'): [B].
  torch::Tensor critic_targets(const Batch& batch, const torch::Tensor& next_actions) const;

  /// mean (Q_1 - y)^2 + mean (Q_2 - y)^2, one Adam step. Returns both values of the batch, [2, B].
  torch::Tensor update_critics(const Batch& batch, const torch::Tensor& targets, Metrics& metrics);
  void repeat_critic_step() { critic_optimizer_.step(); }

  /// min_c Q_c(s, a) of as many actions side by side for each observation as there are, [B, O], [R, A] -> [R], without
  /// gradient.
  torch::Tensor smaller_value(const torch::Tensor& observations, const torch::Tensor& actions) const;

  bool policy_is_due() const { return updates_ % config_.policy_interval == 0; }
  /// One Adam step at the present policy_rate(). Throws NotFiniteError on a loss that is not finite.
  void step_policy(const torch::Tensor& loss, Metrics& metrics);
  /// Constant at first, then linear to the final rate.
  double policy_rate() const;

  /// What is known of the critics, once for each row, and the temperature.
  void report(const torch::Tensor& values, const torch::Tensor& targets, Metrics& metrics) const;

  /// Target critics and averaged denoiser follow if the policy was due, the temperature relaxes if it is, and the
  /// update counts.
  void finish_update();
  std::int64_t updates() const { return updates_; }

  // ---- what policy losses are made of

  const DiffusionSchedule& diffusion() const { return diffusion_; }
  const AgentDenoisers& denoiser() const { return denoiser_; }
  double temperature() const { return temperature_.value(); }
  RandomStream& random() { return random_; }

  // ---- snapshots

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("denoiser", denoiser_);
    visit("averaged_denoiser", averaged_denoiser_);
    visit("critics", critics_);
    visit("target_critics", target_critics_);
    visit("policy_optimizer", policy_optimizer_);
    visit("critic_optimizer", critic_optimizer_);
    visit("temperature", temperature_);
    visit("random", random_);
    visit("policy_steps", policy_steps_);
    visit("updates", updates_);
    visit("schedule", schedule_);
    visit("buffer", buffer_);
  }

  /// The critics belong to the evaluation policy only where it selects.
  void save_policy(SnapshotWriter& writer) const;
  void load_policy(SnapshotReader& reader);

 private:
  torch::Tensor select(const AgentDenoisers& policy, const torch::Tensor& observations, std::int64_t particles,
                       RandomStream& random) const;
  torch::Tensor with_noise(const torch::Tensor& actions, RandomStream& random) const;

  DdpmConfig config_;
  DiffusionSchedule diffusion_;
  AgentDenoisers denoiser_;
  AgentDenoisers averaged_denoiser_;  // acts; the current one gives targets
  Mlp critics_;                       // two, stacked
  Mlp target_critics_;
  Adam policy_optimizer_;
  Adam critic_optimizer_;
  ExplorationTemperature temperature_;
  ReplayBuffer buffer_;
  UpdateSchedule schedule_;
  RandomStream random_;
  std::int64_t policy_steps_ = 0;
  std::int64_t updates_ = 0;
};

}  // namespace tutti
