// MASDAC: soft diffusion actor-critic for a team. Noise regression at a noisy action, where many draws of noise are
// weighted by the values of the clean actions that they imply.
// Source: SDAC of Ma et al. 2025, arXiv:2502.00361, and its public code; a single-agent method.
// The extension to a team is ours: the single-agent equations hold for the joint action, with a denoiser that
// factorises over the agents, eps(o, x, t) = (eps_1(o_1, x_1, t), ..., eps_N(o_N, x_N, t)). README.md lists every other
// choice. Shapes: B batch, N agents, O and A the sums of observation and action sizes, K particles, M draws of noise, T
// steps.
#include <memory>

#include "ddpm/ddpm_learner.hpp"
#include "learning.hpp"
#include "off_policy.hpp"
#include "snapshot_parts.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

struct MasdacConfig : DdpmConfig {
  std::int64_t noise_draws = 16;

  void declare(Parameters& parameter) {
    DdpmConfig::declare(parameter);
    parameter("noise_draws", noise_draws, between(1, 65536), "M, draws of noise that compete in the policy loss");
  }
};

class Masdac final : public Algorithm {
 public:
  Masdac(const AlgorithmContext& context, const MasdacConfig& config) : config_(config), learner_(context, config) {}

  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    learner_.act(observations, mode, random, actions);
  }

  // ---- learning

  void observe(const Transitions& transitions) override { learner_.observe(transitions); }

  void update(Metrics& metrics) override {
    for (std::int64_t due = learner_.take_due(); due > 0; --due) update_once(metrics);
  }

  /// The policy learns from the critics as they were before this update, as in the source.
  void update_once(Metrics& metrics) {
    const Batch batch = learner_.sample_batch();
    const Tensor targets = learner_.critic_targets(batch, learner_.sample_actions(batch.next_observations));
    if (learner_.policy_is_due()) update_policy(batch.observations, metrics);
    const Tensor values = learner_.update_critics(batch, targets, metrics);
    learner_.report(values, targets, metrics);
    learner_.finish_update();
  }

  /// Noise regression at a noised action x_t of the present policy. Every draw of noise e_m implies a clean action; the
  /// draws compete by its value:
  ///   omega_m = softmax over m of (alpha_0 / alpha) min_c Q_c(o, clean action of e_m)
  ///   loss = mean over rows, m and dimensions of omega_m (eps(o, x_t, t) - e_m)^2
  /// All draws share the denoiser's input, so the gradient is that of (1/M) (eps(o, x_t, t) - sum_m omega_m e_m)^2, and
  /// the denoiser is evaluated once for each row.
  void update_policy(const Tensor& observations, Metrics& metrics) {
    const DiffusionSchedule& diffusion = learner_.diffusion();
    RandomStream& random = learner_.random();
    const Tensor actions = learner_.sample_actions(observations);
    const Tensor step = random_diffusion_steps(diffusion, actions.size(0), random);
    const Tensor noisy = add_noise(diffusion, actions, step, normal_tensor(random, actions.sizes(), actions.device()));
    const Tensor draws =
        normal_tensor(random, {config_.noise_draws, actions.size(0), actions.size(1)}, actions.device());
    const Tensor weights = soft_weights(observations, estimate_clean(diffusion, noisy, step, draws));
    const Tensor target = (weights.unsqueeze(2) * draws).sum(0);

    const auto share = 1 / static_cast<double>(config_.noise_draws);
    learner_.step_policy(share * (learner_.denoiser()(observations, noisy, step) - target).square().mean(), metrics);
    if (metrics.wanted("largest_weight")) metrics.add("largest_weight", weights.amax(0).mean().item<double>());
  }

  /// softmax over the draws of (alpha_0 / alpha) min_c Q_c(o, a): [B, O], [M, B, A] -> [M, B].
  Tensor soft_weights(const Tensor& observations, const Tensor& actions) const {
    const std::int64_t draws = actions.size(0), rows = actions.size(1);
    const Tensor by_row = actions.transpose(0, 1).flatten(0, 1);  // the draws of a row side by side
    const Tensor values = learner_.smaller_value(observations, by_row).view({rows, draws}).t();
    return torch::softmax(values * (config_.initial_temperature / learner_.temperature()), 0);
  }

  // ---- records

  std::vector<std::string> metric_names() const override {
    return {"critic_loss",    "policy_loss",          "mean_q",
            "target_mean",    "target_deviation",     "temperature",
            "largest_weight", "critic_gradient_norm", "policy_gradient_norm"};
  }

  std::int64_t updates() const override { return learner_.updates(); }

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    learner_.each_part(visit);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { learner_.save_policy(writer); }
  void load_policy(SnapshotReader& reader) override { learner_.load_policy(reader); }

 private:
  MasdacConfig config_;
  DdpmLearner learner_;
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

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm,
                    {.name = "masdac",
                     .version = "1.0",
                     .summary = "Soft diffusion actor-critic: noise regression with draws of noise weighted by value.",
                     .source = "SDAC of Ma et al. 2025, arXiv:2502.00361, on the joint action"});

const tutti::AlgorithmPlugin tutti_algorithm =
    tutti::off_policy_plugin<tutti::MasdacConfig, tutti::Masdac>(tutti::presets);
