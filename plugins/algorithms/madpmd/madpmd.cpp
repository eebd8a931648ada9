// MADPMD: diffusion policies trained by mirror descent, each particle of noise regression weighted by its value.
// Source: DPMD of Ma et al. 2025, arXiv:2502.00361, and its public code; a single-agent method.
// The extension to a team is ours: the single-agent equations hold for the joint action, with a denoiser that
// factorises over the agents, eps(o, x, t) = (eps_1(o_1, x_1, t), ..., eps_N(o_N, x_N, t)). README.md lists every other
// choice. Shapes: B batch, N agents, O and A the sums of observation and action sizes, K particles, T diffusion steps.
#include <cmath>
#include <memory>

#include "ddpm/ddpm_learner.hpp"
#include "learning.hpp"
#include "off_policy.hpp"
#include "snapshot_parts.hpp"
#include "tutti/torch.hpp"

namespace tutti {
namespace {

using torch::Tensor;

struct MadpmdConfig : DdpmConfig {
  double weight_limit = 3;
  double value_statistics_rate = 0.001;
  bool double_critic_step = false;
  bool source_normalisation = false;

  void declare(Parameters& parameter) {
    DdpmConfig::declare(parameter);
    parameter("weight_limit", weight_limit, more_than(0),
              "normalised values are clipped to +- this before the exponential");
    parameter("value_statistics_rate", value_statistics_rate, between(0, 1),
              "rate of the running mean and deviation of values");
    parameter("double_critic_step", double_critic_step, any_value(),
              "apply every critic gradient twice, as the source does");
    parameter("source_normalisation", source_normalisation, any_value(),
              "normalise values as the source does: value - mean / deviation");
  }

  /// Weights are exp(normalised value / alpha).
  void check() const {
    DdpmConfig::check();
    constexpr double kLargestExponent = 88;  // of a float32
    if (weight_limit <= kLargestExponent * initial_temperature) return;
    throw Error(
        "weight_limit is " + to_text(weight_limit) + " and initial_temperature is " + to_text(initial_temperature) +
        "; expected a limit of at most 88 times the temperature, since the weights are exponentials of their ratio");
  }
};

class Madpmd final : public Algorithm {
 public:
  Madpmd(const AlgorithmContext& context, const MadpmdConfig& config) : config_(config), learner_(context, config) {}

  void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) override {
    learner_.act(observations, mode, random, actions);
  }

  // ---- learning

  void observe(const Transitions& transitions) override { learner_.observe(transitions); }

  void update(Metrics& metrics) override {
    for (std::int64_t due = learner_.take_due(); due > 0; --due) update_once(metrics);
  }

  /// The policy learns from the next actions and their values by the updated critics.
  void update_once(Metrics& metrics) {
    const Batch batch = learner_.sample_batch();
    const Tensor next_actions = learner_.sample_actions(batch.next_observations);
    const Tensor targets = learner_.critic_targets(batch, next_actions);
    learner_.update_critics(batch, targets, metrics);
    const Tensor next_values = learner_.smaller_value(batch.next_observations, next_actions);
    if (config_.double_critic_step) learner_.repeat_critic_step();
    learner_.report(next_values, targets, metrics);
    if (learner_.policy_is_due()) update_policy(batch.next_observations, next_actions, next_values, metrics);
    follow_values(next_values);
    learner_.finish_update();
  }

  /// Noise regression at the next actions, each row weighted by its value; the mirror-descent step.
  ///   w = exp(clip(q, -3, 3) / alpha),   loss = mean of w (eps(o', x_t, t) - e)^2,   x_t = a' noised to step t by e
  void update_policy(const Tensor& observations, const Tensor& actions, const Tensor& values, Metrics& metrics) {
    const Tensor normalised = normalised_values(values);
    const Tensor weights = mirror_descent_weights(normalised);
    const Tensor step = random_diffusion_steps(learner_.diffusion(), actions.size(0), learner_.random());
    const Tensor noise = normal_tensor(learner_.random(), actions.sizes(), actions.device());
    const Tensor noisy = add_noise(learner_.diffusion(), actions, step, noise);
    const Tensor predicted = learner_.denoiser()(observations, noisy, step);
    learner_.step_policy((weights.unsqueeze(1) * (predicted - noise).square()).mean(), metrics);
    if (!metrics.wanted("saturated_weights")) return;
    const Tensor saturated = normalised.abs() >= config_.weight_limit;
    metrics.add("saturated_weights", saturated.to(torch::kFloat32).mean().item<double>());
  }

  Tensor mirror_descent_weights(const Tensor& normalised) const {
    return (normalised.clamp(-config_.weight_limit, config_.weight_limit) / learner_.temperature()).exp();
  }

  Tensor normalised_values(const Tensor& values) const {
    if (config_.source_normalisation) return values - value_mean_ / value_deviation_;
    return (values - value_mean_) / value_deviation_;
  }

  /// Moves the running mean and (population) standard deviation towards the batch's.
  void follow_values(const Tensor& values) {
    const double rate = config_.value_statistics_rate;
    value_mean_ = std::lerp(value_mean_, values.mean().item<double>(), rate);
    value_deviation_ = std::lerp(value_deviation_, values.std(/*unbiased=*/false).item<double>(), rate);
  }

  // ---- records

  std::vector<std::string> metric_names() const override {
    return {"critic_loss",       "policy_loss",          "mean_q",
            "target_mean",       "target_deviation",     "temperature",
            "saturated_weights", "critic_gradient_norm", "policy_gradient_norm"};
  }

  std::int64_t updates() const override { return learner_.updates(); }

  /// Everything that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    learner_.each_part(visit);
    visit("value_mean", value_mean_);
    visit("value_deviation", value_deviation_);
  }
  void save(SnapshotWriter& writer) override { save_parts(*this, writer); }
  void load(SnapshotReader& reader) override { load_parts(*this, reader); }
  void save_policy(SnapshotWriter& writer) override { learner_.save_policy(writer); }
  void load_policy(SnapshotReader& reader) override { learner_.load_policy(reader); }

 private:
  MadpmdConfig config_;
  DdpmLearner learner_;
  double value_mean_ = 0;  // running statistics of the values of next actions
  double value_deviation_ = 1;
};

void presets(std::vector<Preset>& out) {
  const IntegerList wide{256, 256, 256};
  out.push_back({"paper",
                 "*",
                 {{"particles", std::int64_t{32}},
                  {"denoiser_hidden_sizes", wide},
                  {"critic_hidden_sizes", wide},
                  {"warm_up_steps", std::int64_t{30'000}},
                  {"copies", std::int64_t{5}}},
                 "training script of the public code of arXiv:2502.00361 (DPMD)"});
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm,
                    {.name = "madpmd",
                     .version = "1.0",
                     .summary = "Diffusion policies trained by mirror descent: value-weighted noise regression.",
                     .source = "DPMD of Ma et al. 2025, arXiv:2502.00361, on the joint action"});

const tutti::AlgorithmPlugin tutti_algorithm =
    tutti::off_policy_plugin<tutti::MadpmdConfig, tutti::Madpmd>(tutti::presets);
