// N good agents want to be near one of N landmarks, the goal, and to keep an adversary away, who does not know which
// one it is. No episode terminates. The good agents learn; the adversary is part of the environment.
// Source: MPE2 1.1.0 simple_adversary_v3; legacy: PettingZoo 1.22.2 simple_adversary_v2.
//
//   D = distance of the adversary to the goal, G = distance of the nearest good agent to the goal
//   each good agent earns D - G, the adversary -D
//
// Observation of a good agent: the goal, the landmarks and the other agents, relative to itself; neither its velocity
// nor its position. Observation of the adversary: the landmarks and the good agents, relative to itself.
#pragma once

#include "scenario.hpp"

namespace tutti::mpe {

/// How the adversary acts, on the state before the step, like everybody else.
enum class Adversary {
  kRandom,   // each of the five components uniform in [0, 1], fresh in each step
  kStill,    // does nothing
  kPursuer,  // infers the goal from the good agents and goes there
};

class PhysicalDeception final : public Scenario {
 public:
  PhysicalDeception(std::size_t num_good_agents, Adversary adversary, Dynamics dynamics);

  void reset(std::uint64_t seed) override;
  std::size_t observation_size(std::size_t agent) const override;
  void observe(std::size_t agent, std::span<double> out) const override;

  /// D and G.
  std::vector<std::string> term_names() const override { return {"adversary_distance", "goal_distance"}; }
  void terms(std::span<double> out) const override;

  std::size_t goal() const { return goal_; }  // index of the landmark
  void set_goal(std::size_t goal) { goal_ = goal; }

  std::optional<std::size_t> goal_landmark() const override { return goal_; }

  double adversary_distance() const { return adversary_distance_; }
  double goal_distance() const { return goal_distance_; }

  void save(SnapshotWriter& writer) const override;
  void load(SnapshotReader& reader) override;

 private:
  void decide(std::span<Action> others) override;
  void score(std::span<double> rewards) override;
  Action random_action();
  Action pursue() const;
  Vector guessed_goal() const;

  Adversary adversary_;
  RandomStream random_;  // of the adversary
  std::size_t goal_ = 0;
  double adversary_distance_ = 0;
  double goal_distance_ = 0;
};

}  // namespace tutti::mpe
