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

#include "temperature.hpp"

namespace tutti {

class ExplorationTemperature {
 public:
  /// `action_size` is D, of all agents together.
  ExplorationTemperature(std::int64_t action_size, double initial, double learning_rate)
      : action_size_(static_cast<double>(action_size)), temperature_(initial, /*learned=*/true, learning_rate) {}

  double value() const { return temperature_.value(); }

  /// One Adam step.
  void relax() {
    const double deviation = kNoise * value();
    const double entropy =
        0.5 * action_size_ * std::log(2 * std::numbers::pi * std::numbers::e * deviation * deviation);
    const double excess = entropy - kEntropyPerAction * action_size_;
    temperature_.step(-excess);
  }

  void save(SnapshotWriter& writer, std::string_view name) const { temperature_.save(writer, name); }
  void load(SnapshotReader& reader, std::string_view name) { temperature_.load(reader, name); }

 private:
  static constexpr double kNoise = 0.1;              // the source's, also where an algorithm explores with other noise
  static constexpr double kEntropyPerAction = -0.9;  // nats

  double action_size_;
  Temperature temperature_;
};

}  // namespace tutti
