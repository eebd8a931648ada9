// The harness's loop in small: several copies of a toy task, an algorithm, and what its tests want to know.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "toy_tasks.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/error.hpp"

namespace tutti {

/// Keeps the sum, number and last value of every quantity.
class RecordedMetrics final : public Metrics {
 public:
  void add(std::string_view name, double value) override;
  bool wanted(std::string_view) const override { return true; }

  /// Throws Error on a quantity that was never reported.
  double last(const std::string& name) const;
  double mean(const std::string& name) const;
  std::vector<std::string> names() const;

 private:
  struct Series {
    double sum = 0;
    std::int64_t count = 0;
    double last = 0;
  };
  const Series& series(const std::string& name) const;
  std::map<std::string, Series> series_;
};

/// Copies of one task that restart by themselves, and the rows that cross the plugin boundary.
class ToyLoop {
 public:
  ToyLoop(const MakeEnvironment& make, std::int64_t copies, std::uint64_t seed);

  const EnvironmentSpec& spec() const { return environments_.front()->spec(); }

  /// Steps every copy until `environment_steps` more were made, all copies together.
  void train(Algorithm& algorithm, std::int64_t environment_steps, Metrics& metrics);

 private:
  void start(std::size_t copy);
  void look(std::vector<float>& observations, std::vector<float>& states, std::size_t copy) const;

  std::vector<std::unique_ptr<Environment>> environments_;
  RandomStream policy_, episodes_;
  std::vector<float> observations_, states_;
};

/// What evaluation episodes gave.
struct ToyEvaluation {
  double mean_return = 0;
  std::vector<std::vector<float>> first_actions;  // [episode][agent]

  /// Share of episodes whose first action of `agent` lies within `distance` of `value`.
  double share_near(std::size_t agent, double value, double distance) const;
  double mean_action(std::size_t agent) const;
  double action_deviation(std::size_t agent) const;
};

ToyEvaluation evaluate_toy(const MakeEnvironment& make, Algorithm& algorithm, ActMode mode,
                           std::int64_t episodes = 4000, std::uint64_t seed = 999);

/// Makes the algorithm of the plugin that is linked into this test, with `values` over the declared defaults.
std::unique_ptr<Algorithm> make_toy_algorithm(const EnvironmentSpec& spec, const ParameterValues& values,
                                              std::int64_t copies, std::int64_t environment_steps, std::uint64_t seed);

/// Saves `algorithm` and loads the snapshot into `other`.
void copy_state(Algorithm& algorithm, Algorithm& other);

/// The bytes that save() writes.
std::vector<std::byte> state_of(Algorithm& algorithm);

}  // namespace tutti
