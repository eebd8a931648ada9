// How much of a declared box of the state space the training data reached. Bins as NumPy's histogramdd has them: equal
// widths, each with its lower edge, the last with its upper edge too; what lies outside is counted apart.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tutti/environment.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::run {

class Coverage {
 public:
  /// Throws Error for a box of no bins or of more than 2^26.
  explicit Coverage(std::vector<CoverageDimension> dimensions);

  /// Counts points, [points, dimensions].
  void add(std::span<const double> points);

  std::int64_t bins() const { return static_cast<std::int64_t>(counts_.size()); }
  std::int64_t visited() const { return visited_; }
  std::int64_t inside() const { return inside_; }
  std::int64_t outside() const { return outside_; }

  /// Entropy of the distribution of visits over that of equal visits to all bins; 0 before the first visit.
  double entropy() const;

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  std::vector<CoverageDimension> dimensions_;
  std::vector<std::int64_t> counts_;  // row-major over the dimensions
  std::int64_t visited_ = 0;
  std::int64_t inside_ = 0;
  std::int64_t outside_ = 0;
};

}  // namespace tutti::run
