// The price of entropy in a loss, learned or not.
#pragma once

#include <string_view>

#include "nn/adam.hpp"

namespace tutti {

/// alpha = exp(lambda): fixed, or learned by dual ascent on a loss that is linear in lambda.
class Temperature {
 public:
  /// A fixed one may be 0.
  Temperature(double initial, bool learned, double learning_rate,
              const torch::TensorOptions& options = torch::kFloat64);

  /// As a number, which is waited for on a GPU; and as a float64 tensor without dimensions, which is not.
  double value() const;
  torch::Tensor tensor() const;

  /// One Adam step on the loss -lambda `shortfall`: the temperature rises while `shortfall` is positive. With SAC it is
  /// the mean log-density plus the target entropy. Does nothing if the temperature is fixed.
  void step(double shortfall);
  void step(const torch::Tensor& shortfall);

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  bool learned_;
  Weights lambda_;
  Adam optimizer_;
};

}  // namespace tutti
