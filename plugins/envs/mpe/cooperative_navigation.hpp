// N agents cover N landmarks without touching each other. Nobody is assigned to a landmark, and no episode terminates.
// Source: MPE2 1.1.0 simple_spread_v3; legacy: PettingZoo 1.22.2 simple_spread_v2.
//
//   cover  = - sum over landmarks of the distance to the nearest agent
//   coll_i = number of agents j != i closer than 0.3 (legacy: i itself counts, too)
//   r_i    = (1 - local_ratio) cover - local_ratio coll_i
//
// Observation of agent i, 4 + 2N + 4(N-1) numbers: own velocity, own position, the landmarks relative to it, the other
// agents relative to it, and their communication, which is always zero.
#pragma once

#include "scenario.hpp"

namespace tutti::mpe {

class CooperativeNavigation final : public Scenario {
 public:
  CooperativeNavigation(std::size_t num_agents, double local_ratio, Dynamics dynamics);

  void reset(std::uint64_t seed) override;
  std::size_t observation_size(std::size_t agent) const override;
  void observe(std::size_t agent, std::span<double> out) const override;

  /// `coverage`: the shared term; `collisions`: the sum of all agents' counts, so a touching pair adds two.
  std::vector<std::string> term_names() const override { return {"coverage", "collisions"}; }
  void terms(std::span<double> out) const override;

  double coverage() const { return coverage_; }
  std::span<const double> collisions() const { return collisions_; }

  void save(SnapshotWriter& writer) const override;
  void load(SnapshotReader& reader) override;

 private:
  void score(std::span<double> rewards) override;
  void count_collisions();

  double local_ratio_;
  double coverage_ = 0;
  std::vector<double> collisions_;  // of each agent
};

}  // namespace tutti::mpe
