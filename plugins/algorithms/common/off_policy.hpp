// What actor-critics that learn from replay repeat beside their losses: the parameters of networks, replay and
// schedule, the loop around an update, and the plugin's table. An algorithm derives from both classes and keeps its
// equations:
//
//   struct Config : OffPolicyConfig {
//     double exploration_noise = 0.1;
//     void declare(Parameters& parameter) {
//       declare_learning(parameter);
//       parameter("exploration_noise", exploration_noise, at_least(0), "deviation of the noise on training actions");
//       declare_replay(parameter);
//     }
//   };
//   class Mine final : public OffPolicyAlgorithm { ... update_once ... };
//   const tutti::AlgorithmPlugin tutti_algorithm = tutti::off_policy_plugin<Config, Mine>(my_presets);
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "devices.hpp"
#include "learning.hpp"
#include "replay_buffer.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/schedule.hpp"

namespace tutti {

/// One width for actors and critics, Adam, Polyak targets, uniform replay. Other defaults belong into the constructor
/// of the class that inherits it.
struct OffPolicyConfig {
  IntegerList hidden{128, 128};
  double actor_learning_rate = 5e-4;
  double critic_learning_rate = 1e-3;
  double discount = 0.99;
  double target_rate = 0.005;
  std::int64_t n_step = 1;
  std::int64_t batch_size = 256;
  std::int64_t buffer_size = 1'000'000;
  std::int64_t warm_up_steps = 2'000;
  double updates_per_step = 1;
  std::int64_t update_interval = 1;
  bool share_parameters = false;

  /// hidden to target_rate; the algorithm's own parameters come after them.
  void declare_learning(Parameters& parameter);
  /// n_step to share_parameters.
  void declare_replay(Parameters& parameter);
  void check() const;
  /// At most so many: two critics of the state, and actors with a mean and a deviation.
  std::int64_t weights(const EnvironmentSpec& environment) const;
};

/// Keeps transitions, counts the updates that are due, and draws a batch for each.
class OffPolicyAlgorithm : public Algorithm {
 public:
  void observe(const Transitions& transitions) override;
  void update(Metrics& metrics) override;
  std::int64_t updates() const override { return updates_; }

  /// Everything of this class that the next update depends on.
  template <class Visit>
  void each_part(const Visit& visit) {
    visit("replay_stream", replay_stream_);
    visit("updates", updates_);
    visit("schedule", schedule_);
    visit("buffer", buffer_);
  }

 protected:
  OffPolicyAlgorithm(const AlgorithmContext& context, const OffPolicyConfig& config);

  /// One update with this batch; updates() counts it already.
  virtual void update_once(const Batch& batch, Metrics& metrics) = 0;

  /// Whether exploring is uniformly random still.
  bool warming_up() const { return schedule_.warming_up(); }

 private:
  std::int64_t batch_size_, n_step_;
  double discount_;
  ReplayBuffer buffer_;
  UpdateSchedule schedule_;
  RandomStream replay_stream_;
  std::int64_t updates_ = 0;
};

/// The table of an algorithm that is made as Type(context, config).
template <class Config, class Type>
constexpr AlgorithmPlugin off_policy_plugin(void (*presets)(std::vector<Preset>&)) {
  return {.declare = declare_parameters<Config>,
          .presets = presets,
          .check = check_parameters<Config>,
          .libraries = report_libraries,
          .resources =
              [](const AlgorithmContext& context) {
                const auto config = read_parameters<Config>(context.values);
                Resources needs = ReplayBuffer::resources(context, config.buffer_size);
                if (device_of(context).is_cuda()) {
                  needs.device_bytes = bytes_of_weights(config.weights(context.environment));
                }
                return needs;
              },
          .create = [](const AlgorithmContext& context) -> std::unique_ptr<Algorithm> {
            use_one_thread();
            prepare_device(context);
            return std::make_unique<Type>(context, read_parameters<Config>(context.values));
          },
          .devices = report_devices};
}

}  // namespace tutti
