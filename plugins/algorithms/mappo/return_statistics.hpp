// Value normalisation: a critic that predicts returns in units of their own running deviation.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "tutti/snapshot.hpp"
#include "tutti/torch.hpp"

namespace tutti {

/// Running mean and deviation of returns; averages are corrected for their start at 0 (HARL's ValueNorm).
class ReturnStatistics {
 public:
  void update(const torch::Tensor& returns, double rate) {
    mean_ = std::lerp(mean_, returns.mean().item<double>(), rate);
    mean_square_ = std::lerp(mean_square_, returns.square().mean().item<double>(), rate);
    weight_ = std::lerp(weight_, 1.0, rate);
  }
  double mean() const { return weight_ > 0 ? mean_ / weight_ : 0; }
  double deviation() const {
    if (weight_ == 0) return 1;
    return std::sqrt(std::max(mean_square_ / weight_ - mean() * mean(), kSmallestVariance));
  }

  void save(SnapshotWriter& writer, std::string_view name) const {
    writer.values<double>(name, std::vector<double>{mean_, mean_square_, weight_});
  }
  void load(SnapshotReader& reader, std::string_view name) {
    std::vector<double> values(3);
    reader.values<double>(name, values);
    mean_ = values[0], mean_square_ = values[1], weight_ = values[2];
  }

 private:
  static constexpr double kSmallestVariance = 1e-2;
  double mean_ = 0, mean_square_ = 0, weight_ = 0;
};

}  // namespace tutti
