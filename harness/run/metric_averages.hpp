// Averages an algorithm's metrics between two rows of training.csv.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/algorithm.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::run {

class MetricAverages final : public Metrics {
 public:
  explicit MetricAverages(std::vector<std::string> names);

  /// Throws Error for a name that was not declared.
  void add(std::string_view name, double value) override;
  bool wanted(std::string_view name) const override;

  const std::vector<std::string>& names() const { return names_; }

  /// Throws NotFiniteError naming `step` and the first quantity that was not finite.
  void check(std::int64_t step) const;

  /// The mean of each quantity since the last take, in the order of names(); nothing where none was added.
  std::vector<std::optional<double>> take();

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  /// Looks at names()[first] first. Throws Error for a name that was not declared.
  std::size_t index_of(std::string_view name, std::size_t first) const;

  std::vector<std::string> names_;
  std::vector<double> sums_;
  std::vector<std::int64_t> counts_;
  std::size_t expected_ = 0;  // updates add quantities in the same order, so the next one is usually the next name
  std::string not_finite_;
};

}  // namespace tutti::run
