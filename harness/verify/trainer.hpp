// One run's loop, as small as it gets: an algorithm with its default values and the copies that it acts in.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "verify/check.hpp"
#include "verify/line_environment.hpp"

namespace tutti::verify {

/// Notes which metrics were reported. Throws Error for one that was not declared, NotFiniteError for what is no number.
class NotedMetrics final : public Metrics {
 public:
  explicit NotedMetrics(const std::vector<std::string>& names) : names_(names.begin(), names.end()) {}
  void add(std::string_view name, double value) override;
  bool wanted(std::string_view name) const override { return !reported_.contains(std::string(name)); }

  /// Those that were declared and never reported.
  std::vector<std::string> missing() const;

 private:
  std::set<std::string> names_;
  std::set<std::string> reported_;
};

class Trainer {
 public:
  Trainer(const AlgorithmMaker& maker, std::uint64_t seed, std::size_t copies = 4);

  /// Steps and updates until `updates` more gradient steps are done. Throws NoUpdateError if none is ever due.
  void train(std::int64_t updates);

  /// One step of all copies and what is due after it.
  void step();

  Algorithm& algorithm() { return *algorithm_; }
  const NotedMetrics& metrics() const { return metrics_; }
  std::int64_t steps() const { return steps_; }  // environment steps, all copies together
  double update_seconds() const { return update_seconds_; }
  bool learns() const { return !algorithm_->metric_names().empty(); }

  /// From now on no reward is a number.
  void spoil_rewards() { spoiled_ = true; }

  /// From now on nothing that the algorithm was handed is a number any more when the call is over.
  void spoil_rows() { spoils_rows_ = true; }

  /// Whether the algorithm ever changed what it was handed.
  bool rows_were_changed() const { return rows_were_changed_; }

  std::vector<std::byte> snapshot();
  std::vector<std::byte> policy();

  /// Goes on from where `other` is.
  void load(Trainer& other);

  /// What it does for `rows` observations; a value that act() does not write is 9.
  std::vector<float> actions_for(std::size_t rows, ActMode mode, std::uint64_t seed = 3);

 private:
  AlgorithmContext context(std::uint64_t seed);
  void look(std::vector<float>& observations, std::vector<float>& states);

  /// What the algorithm is handed.
  struct Handed {
    std::vector<float> observations, states, actions, rewards, next_observations, next_states;
    std::vector<std::uint8_t> terminated, truncated;

    bool same_bits(const Handed& other) const;
    void spoil();
  };

  std::size_t copies_;
  ParameterValues values_;
  std::vector<LineEnvironment> environments_;
  std::uint64_t episodes_ = 0;
  std::int64_t steps_ = 0;
  double update_seconds_ = 0;
  bool spoiled_ = false;
  bool spoils_rows_ = false;
  bool rows_were_changed_ = false;
  RandomStream exploration_;
  std::unique_ptr<Algorithm> algorithm_;
  NotedMetrics metrics_;
  std::vector<float> observations_, next_observations_;  // [E, O]
  std::vector<float> states_, next_states_;              // [E, S]
  std::vector<float> actions_;                           // [E, A]
  std::vector<float> seen_;                              // what act() is handed, [E, O]
  Handed handed_;                                        // to observe()
};

}  // namespace tutti::verify
