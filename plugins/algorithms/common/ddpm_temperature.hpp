// The temperature of DPMD and SDAC (public code of arXiv:2502.00361). It is trained like a maximum-entropy method's,
// but on the entropy of the exploration noise alone, which depends on nothing but the temperature itself:
//
//   noise deviation = 0.1 alpha,   H(alpha) = D/2 log(2 pi e (0.1 alpha)^2),   target -0.9 D,   D action dimensions
//   loss = -log(alpha) (target - H),   one Adam step at a time
//
// It is therefore a fixed relaxation, from the initial value to the alpha at which both entropies agree (0.98378),
// whatever the task: Adam does not even see D.
#pragma once

#include <cmath>
#include <numbers>
#include <string_view>

#include "adam.hpp"
#include "tutti/torch.hpp"

namespace tutti {

class ExplorationTemperature {
 public:
  /// `action_size` is D, of all agents together.
  ExplorationTemperature(std::int64_t action_size, double initial, double learning_rate)
      : action_size_(static_cast<double>(action_size)),
        logarithm_(torch::full({1}, std::log(initial), torch::kFloat64)),
        weights_(weights_of(logarithm_)),
        adam_({weights_}, {.learning_rate = learning_rate}) {}

  double value() const { return std::exp(logarithm_.item<double>()); }

  /// One Adam step.
  void relax() {
    const double deviation = kNoise * value();
    const double entropy =
        0.5 * action_size_ * std::log(2 * std::numbers::pi * std::numbers::e * deviation * deviation);
    weights_.gradient.fill_(entropy - kEntropyPerAction * action_size_);
    adam_.step();
  }

  void save(SnapshotWriter& writer, std::string_view name) const {
    save_tensor(writer, std::string(name) + "/logarithm", logarithm_);
    adam_.save(writer, std::string(name) + "/adam");
  }
  void load(SnapshotReader& reader, std::string_view name) {
    load_tensor(reader, std::string(name) + "/logarithm", logarithm_);
    adam_.load(reader, std::string(name) + "/adam");
  }

 private:
  static constexpr double kNoise = 0.1;              // the source's, also where an algorithm explores with other noise
  static constexpr double kEntropyPerAction = -0.9;  // nats

  double action_size_;
  torch::Tensor logarithm_;
  Weights weights_;
  Adam adam_;
};

}  // namespace tutti
