// Adam (Kingma, Ba 2015) as one pass over contiguous memory.
#pragma once

#include <string_view>
#include <vector>

#include "nn/weights.hpp"

namespace tutti {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;     // outside the square root
  double element_limit = 0;  // > 0: every gradient element is cut to +-limit, and a NaN counts as 0
  double norm_limit = 0;     // > 0: the gradient of one step is scaled down to this norm
};

/// Optimizer of a list of weights. Each entry has its own moments and step count, so entries may move at different
/// times (HATD3 moves one agent after another).
///
///   adam.zero_gradient();
///   loss.backward();
///   adam.step();
class Adam {
 public:
  Adam(std::vector<Weights> weights, AdamOptions options);

  void zero_gradient();
  void zero_gradient(std::size_t entry);

  /// Moves all entries, or one.
  void step();
  void step(std::size_t entry);

  /// Euclidean norm of the gradient as the backward pass left it; of all entries, or of one.
  double gradient_norm() const;
  double gradient_norm(std::size_t entry) const;

  void set_learning_rate(double rate) { options_.learning_rate = rate; }

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  struct Entry {
    Weights weights;
    torch::Tensor first, second;  // moments
    std::int64_t steps = 0;
  };
  void move(Entry& entry, double scale);

  std::vector<Entry> entries_;
  AdamOptions options_;
};

}  // namespace tutti
