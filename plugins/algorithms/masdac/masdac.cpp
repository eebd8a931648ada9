// MASDAC: soft diffusion actor-critic for a team. Noise regression at a noisy action, where many draws of noise are
// weighted by the values of the clean actions that they imply.
// Source: SDAC of Ma et al. 2025, arXiv:2502.00361, and its public code; a single-agent method.
// The extension to a team is ours: the single-agent equations hold for the joint action, with a denoiser that
// factorises over the agents, eps(o, x, t) = (eps_1(o_1, x_1, t), ..., eps_N(o_N, x_N, t)). README.md lists every other
// choice. Shapes: B batch, N agents, O and A the sums of observation and action sizes, K particles, M draws of noise, T
// steps.
#include <algorithm>
#include <cmath>
#include <memory>

#include "adam.hpp"
#include "ddpm.hpp"
#include "ddpm_denoiser.hpp"
#include "ddpm_temperature.hpp"
#include "learning.hpp"
#include "polyak.hpp"
#include "replay_buffer.hpp"
#include "schedule.hpp"
#include "snapshot_parts.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

struct MasdacConfig {
  std::int64_t diffusion_steps = 20;
  double initial_deviation = 0.5;
  std::int64_t particles = 4;
  std::int64_t evaluation_particles = 1;
  std::int64_t noise_draws = 16;
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

  void declare(Parameters& parameter) {
    parameter("diffusion_steps", diffusion_steps, between(2, 1000), "T, steps of the chain from noise to action");
    parameter("initial_deviation", initial_deviation, more_than(0),
              "standard deviation of the noise the chain starts from");
    parameter("particles", particles, at_least(1),
              "K, joint actions sampled for each one taken, by the critics' choice");
    parameter("evaluation_particles", evaluation_particles, at_least(1),
              "the same in evaluation; more than 1 needs the critics, hence is no longer decentralised");
    parameter("noise_draws", noise_draws, at_least(1), "M, draws of noise that compete in the policy loss");
    parameter("denoiser_hidden_sizes", denoiser_hidden_sizes, at_least(1), "widths of each agent's hidden layers");
    parameter("critic_hidden_sizes", critic_hidden_sizes, at_least(1), "widths of each critic's hidden layers");
    parameter("share_parameters", share_parameters, any_value(), "one denoiser for all agents of equal sizes");
    parameter("noise_scale", noise_scale, at_least(0), "exploration noise has deviation noise_scale * temperature");
    parameter("clip_target_noise", clip_target_noise, any_value(), "clip actions to [-1, 1] in critic targets, too");
    parameter("discount", discount, between(0, 1), "gamma, per environment step");
    parameter("reward_scale", reward_scale, more_than(0), "factor on rewards in critic targets");
    parameter("batch_size", batch_size, at_least(1), "transitions per update");
    parameter("buffer_size", buffer_size, at_least(1), "environment steps kept for replay");
    parameter("target_rate", target_rate, between(0, 1), "tau, Polyak rate of target critics and averaged denoiser");
    parameter("critic_learning_rate", critic_learning_rate, more_than(0), "Adam, both critics");
    parameter("policy_learning_rate", policy_learning_rate, more_than(0), "Adam, denoisers, at first");
    parameter("final_policy_learning_rate", final_policy_learning_rate, at_least(0), "Adam, denoisers, at the end");
    parameter("policy_rate_constant_steps", policy_rate_constant_steps, at_least(0), "policy steps at the first rate");
    parameter("policy_rate_decay_steps", policy_rate_decay_steps, at_least(1),
              "policy steps from the first to the final rate");
    parameter("policy_interval", policy_interval, at_least(1), "critic updates for each policy step and Polyak step");
    parameter("initial_temperature", initial_temperature, more_than(0), "alpha at the start");
    parameter("temperature_learning_rate", temperature_learning_rate, more_than(0), "Adam, log alpha");
    parameter("temperature_interval", temperature_interval, at_least(1), "critic updates for each temperature step");
    parameter("warm_up_steps", warm_up_steps, at_least(0), "environment steps of uniform random actions");
    parameter("updates_per_step", updates_per_step, more_than(0), "critic updates for each environment step");
  }

  void check() const { check_batch(batch_size, buffer_size); }
};

class Masdac final : public Algorithm {
 public:
  Masdac(const AlgorithmContext& context, const MasdacConfig& config)
      : config_(config),
        diffusion_(linear_diffusion_schedule(config.diffusion_steps)),
        denoiser_(context.environment.agents,
                  {config.denoiser_hidden_sizes, config.diffusion_steps, config.share_parameters}, context.seed),
        averaged_denoiser_(denoiser_.clone()),
        critics_(network_seeds(context.seed, "critic", 2),
                 context.environment.joint_observation_size() + context.environment.joint_action_size(),
                 layers(config.critic_hidden_sizes, Activation::kMish, 1), Initialisation::kHaiku),
        target_critics_(critics_.clone()),
        policy_optimizer_(denoiser_.weights(), {.learning_rate = config.policy_learning_rate}),
        critic_optimizer_({critics_.weights()}, {.learning_rate = config.critic_learning_rate}),
        temperature_(context.environment.joint_action_size(), config.initial_temperature,
                     config.temperature_learning_rate),
        buffer_(context, config.buffer_size),
        schedule_({.warm_up_steps = config.warm_up_steps, .updates_per_step = config.updates_per_step}),
        random_(derive_seed(context.seed, "update")) {
    use_one_thread();
  }

  // ---- acting

  /// Exploring: the best of K particles of the averaged policy, plus noise. Evaluating: particles without noise.
  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    const bool explore = mode == ActMode::kExplore;
    if (explore && schedule_.warming_up()) return act_at_random(random, actions);
    const torch::NoGradGuard no_grad;
    const std::int64_t particles = explore ? config_.particles : config_.evaluation_particles;
    Tensor chosen = select(averaged_denoiser_, as_tensor(observations), particles, random);
    if (explore) chosen = with_noise(chosen, random).clamp_(-1, 1);
    as_tensor(actions).copy_(chosen);
  }

  /// select(K): particles are joint actions, and the current critics choose one for all agents. [B, O] -> [B, A].
  Tensor select(const AgentDenoisers& policy, const Tensor& observations, std::int64_t particles,
                RandomStream& random) const {
    const Tensor candidates = policy.sample(observations, particles, diffusion_, config_.initial_deviation, random);
    return select_best(candidates, particles, [&](const Tensor& actions) {
      return smaller_value(critics_, observations.repeat_interleave(particles, 0), actions);
    });
  }

  Tensor with_noise(const Tensor& actions, RandomStream& random) const {
    return actions + normal_tensor(random, actions.sizes()) * (config_.noise_scale * temperature_.value());
  }

  // ---- learning

  void observe(const Transitions& transitions) override {
    buffer_.add(transitions);
    schedule_.advance(static_cast<std::int64_t>(transitions.rewards.size()));
  }

  void update(Metrics& metrics) override {
    for (std::int64_t due = schedule_.take_due(); due > 0; --due) update_once(metrics);
  }

  /// The policy learns from the critics as they were before this update, as in the source.
  void update_once(Metrics& metrics) {
    const Batch batch = buffer_.sample(config_.batch_size, 1, config_.discount, random_);
    const Tensor targets = critic_targets(batch, sample_actions(batch.next_observations));
    const bool policy_too = updates_ % config_.policy_interval == 0;
    if (policy_too) update_policy(batch.observations, metrics);
    const double critic_loss = update_critics(batch, targets, metrics);

    metrics.add("critic_loss", require_finite(critic_loss, "the critic loss", updates_));
    metrics.add("target_mean", targets.mean().item<double>());
    metrics.add("target_deviation", targets.std(/*unbiased=*/false).item<double>());
    metrics.add("temperature", temperature_.value());
    if (metrics.wanted()) metrics.add("critic_gradient_norm", critic_optimizer_.gradient_norm());

    if (policy_too) {
      polyak_update(critics_, target_critics_, config_.target_rate);
      averaged_denoiser_.follow(denoiser_, config_.target_rate);
    }
    if (updates_ % config_.temperature_interval == 0) temperature_.relax();
    ++updates_;
  }

  /// select(K) with the current policy, plus exploration noise: [B, O] -> [B, A].
  Tensor sample_actions(const Tensor& observations) {
    const torch::NoGradGuard no_grad;
    const Tensor chosen = select(denoiser_, observations, config_.particles, random_);
    const Tensor noisy = with_noise(chosen, random_);
    return config_.clip_target_noise ? noisy.clamp(-1, 1) : noisy;
  }

  /// y = reward_scale r + gamma (1 - terminated) min_c Q'_c(s', a'): [B].
  Tensor critic_targets(const Batch& batch, const Tensor& next_actions) const {
    const torch::NoGradGuard no_grad;
    return config_.reward_scale * batch.rewards +
           batch.bootstrap * smaller_value(target_critics_, batch.next_observations, next_actions);
  }

  /// mean (Q_1 - y)^2 + mean (Q_2 - y)^2, one Adam step.
  double update_critics(const Batch& batch, const Tensor& targets, Metrics& metrics) {
    const Tensor values = critic_values(critics_, batch.observations, batch.actions);
    metrics.add("mean_q", values.mean().item<double>());
    const Tensor loss = (values - targets).square().mean(1).sum();
    critic_optimizer_.zero_gradient();
    loss.backward();
    critic_optimizer_.step();
    return loss.item<double>();
  }

  /// Noise regression at a noised action x_t of the present policy. Every draw of noise e_m implies a clean action; the
  /// draws compete by its value:
  ///   omega_m = softmax over m of (alpha_0 / alpha) min_c Q_c(o, clean action of e_m)
  ///   loss = mean over rows, m and dimensions of omega_m (eps(o, x_t, t) - e_m)^2
  /// All draws share the denoiser's input, so the gradient is that of (1/M) (eps(o, x_t, t) - sum_m omega_m e_m)^2, and
  /// the denoiser is evaluated once for each row.
  void update_policy(const Tensor& observations, Metrics& metrics) {
    const Tensor actions = sample_actions(observations);
    const Tensor step = random_diffusion_steps(diffusion_, actions.size(0), random_);
    const Tensor noisy = add_noise(diffusion_, actions, step, normal_tensor(random_, actions.sizes()));
    const Tensor draws = normal_tensor(random_, {config_.noise_draws, actions.size(0), actions.size(1)});
    const Tensor weights = soft_weights(observations, estimate_clean(diffusion_, noisy, step, draws));
    const Tensor target = (weights.unsqueeze(2) * draws).sum(0);

    const auto share = 1 / static_cast<double>(config_.noise_draws);
    const Tensor loss = share * (denoiser_(observations, noisy, step) - target).square().mean();

    policy_optimizer_.set_learning_rate(policy_rate());
    policy_optimizer_.zero_gradient();
    loss.backward();
    policy_optimizer_.step();
    ++policy_steps_;

    metrics.add("policy_loss", require_finite(loss.item<double>(), "the policy loss", updates_));
    metrics.add("largest_weight", weights.amax(0).mean().item<double>());
    if (metrics.wanted()) metrics.add("policy_gradient_norm", policy_optimizer_.gradient_norm());
  }

  /// softmax over the draws of (alpha_0 / alpha) min_c Q_c(o, a): [B, O], [M, B, A] -> [M, B].
  Tensor soft_weights(const Tensor& observations, const Tensor& actions) const {
    const torch::NoGradGuard no_grad;
    const std::int64_t draws = actions.size(0), rows = actions.size(1);
    const Tensor repeated = observations.unsqueeze(0).expand({draws, rows, observations.size(1)}).flatten(0, 1);
    const Tensor values = smaller_value(critics_, repeated, actions.flatten(0, 1)).view({draws, rows});
    return torch::softmax(values * (config_.initial_temperature / temperature_.value()), 0);
  }

  /// Constant at first, then linear to the final rate.
  double policy_rate() const {
    const double progress = static_cast<double>(policy_steps_ - config_.policy_rate_constant_steps) /
                            static_cast<double>(config_.policy_rate_decay_steps);
    return std::lerp(config_.policy_learning_rate, config_.final_policy_learning_rate, std::clamp(progress, 0.0, 1.0));
  }

  /// min_c Q_c(s, a), [B]. The critics see the joint observation: selecting among particles needs their values also
  /// where actions are taken, and there nothing else is known.
  static Tensor smaller_value(const Mlp& critics, const Tensor& observations, const Tensor& actions) {
    return critic_values(critics, observations, actions).amin(0);
  }

  // ---- records

  std::vector<std::string> metric_names() const override {
    return {"critic_loss",    "policy_loss",          "mean_q",
            "target_mean",    "target_deviation",     "temperature",
            "largest_weight", "critic_gradient_norm", "policy_gradient_norm"};
  }

  std::int64_t updates() const override { return updates_; }
  double temperature() const { return temperature_.value(); }
  const Mlp& critics() const { return critics_; }

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
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }

  /// The critics belong to the evaluation policy only where it selects.
  void save_policy(SnapshotWriter& writer) override {
    averaged_denoiser_.save(writer, "averaged_denoiser");
    if (config_.evaluation_particles > 1) critics_.save(writer, "critics");
  }

  void load_policy(SnapshotReader& reader) override {
    averaged_denoiser_.load(reader, "averaged_denoiser");
    if (config_.evaluation_particles > 1) critics_.load(reader, "critics");
  }

 private:
  MasdacConfig config_;
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

void presets(std::vector<Preset>& out) {
  const IntegerList wide{256, 256, 256};
  out.push_back({"paper",
                 "*",
                 {{"particles", std::int64_t{32}},
                  {"noise_draws", std::int64_t{64}},
                  {"denoiser_hidden_sizes", wide},
                  {"critic_hidden_sizes", wide},
                  {"warm_up_steps", std::int64_t{30'000}},
                  {"copies", std::int64_t{5}}},
                 "training script of the public code of arXiv:2502.00361 (SDAC)"});
}

Resources resources(const AlgorithmContext& context) {
  return ReplayBuffer::resources(context, read_parameters<MasdacConfig>(context.values).buffer_size);
}

std::unique_ptr<Algorithm> create(const AlgorithmContext& context) {
  return std::make_unique<Masdac>(context, read_parameters<MasdacConfig>(context.values));
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm,
                    {.name = "masdac",
                     .version = "1.0",
                     .summary = "Soft diffusion actor-critic: noise regression with draws of noise weighted by value.",
                     .source = "SDAC of Ma et al. 2025, arXiv:2502.00361, on the joint action"});

const tutti::AlgorithmPlugin tutti_algorithm = {
    .declare = tutti::declare_parameters<tutti::MasdacConfig>,
    .presets = tutti::presets,
    .check = tutti::check_parameters<tutti::MasdacConfig>,
    .libraries = tutti::report_libraries,
    .resources = tutti::resources,
    .create = tutti::create,
};
