// What agents see of a robot. Sources: Gymnasium-Robotics 1.4.2 (local), HARL `mujoco_multi.py` (full).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "factorization.hpp"
#include "simulation.hpp"

namespace tutti::mamujoco {

/// An agent's own joints and its neighbourhood.
///
/// Joints at depth 0 are the agent's own; at depth d those in a group with one of depth d-1 and not seen before. Depth
/// by depth, and by name within a depth, follow: of depth 0 position, velocity and contact forces, of greater depth the
/// position alone. Contact forces of a body that was listed already are left out. Last, for every agent, the global
/// positions and then the global velocities.
class LocalObservation {
 public:
  LocalObservation(const Robot& robot, const std::vector<int>& actuators, std::int64_t depth);

  std::size_t size() const { return size_; }
  void write(const Simulation& simulation, std::span<double> out) const;

 private:
  enum class Source { kPosition, kVelocity, kContactForces };
  struct Item {
    Source source;
    int index;  // in qpos or qvel, or the body
  };
  void add(Source source, int index);
  void add_own(const Joint& joint);

  std::vector<Item> items_;
  std::size_t size_ = 0;
};

/// Shifts and scales `values` to mean 0 and (population) standard deviation 1, over the entries of this one vector.
/// Equal values become 0; the reference divides by zero.
void standardise(std::span<double> values);

/// The state followed by the agent's identity, one-hot, all standardised together.
void write_full_observation(std::span<const double> state, std::size_t agent, std::size_t num_agents,
                            std::span<double> out);

}  // namespace tutti::mamujoco
