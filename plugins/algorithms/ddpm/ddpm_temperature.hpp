// The temperature of DPMD and SDAC (public code of arXiv:2502.00361). It is trained like a maximum-entropy method's,
// but on the entropy of the exploration noise alone, which depends on nothing but the temperature itself:
//
//   noise deviation = 0.1 alpha,   H(alpha) = 1/2 log(2 pi e (0.1 alpha)^2),   target -0.9,   both per action dimension
//   loss = -log(alpha) (target - H),   one Adam step at a time
//
// It is therefore a fixed relaxation, from the initial value to the alpha at which both entropies agree (0.98378),
// whatever the task. The source takes both entropies D times, D action dimensions: a factor on the gradient, which Adam
// cancels but for its epsilon. Without it the relaxation is the same for all teams to the last bit.
#pragma once

#include <cmath>
#include <numbers>
#include <string_view>

#include "temperature.hpp"

namespace tutti {

class ExplorationTemperature {
 public:
  ExplorationTemperature(double initial, double learning_rate)
      : temperature_(initial, /*learned=*/true, learning_rate) {}

  double value() const { return temperature_.value(); }

  /// One Adam step.
  void relax() {
    const double deviation = kNoise * value();
    const double entropy = 0.5 * std::log(2 * std::numbers::pi * std::numbers::e * deviation * deviation);
    temperature_.step(kTargetEntropy - entropy);
  }

  void save(SnapshotWriter& writer, std::string_view name) const { temperature_.save(writer, name); }
  void load(SnapshotReader& reader, std::string_view name) { temperature_.load(reader, name); }

 private:
  static constexpr double kNoise = 0.1;           // the source's, also where an algorithm explores with other noise
  static constexpr double kTargetEntropy = -0.9;  // nats

  Temperature temperature_;
};

}  // namespace tutti
