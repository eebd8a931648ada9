// The two-dimensional particle world of the multi-agent particle environments (MPE), in double precision.
// Source: MPE2 1.1.0, `mpe2/_mpe_utils/core.py`; the legacy dynamics: PettingZoo 1.22.2, the same file.
// Differs: exactly coincident centres exert no force on each other, where the reference divides zero by zero.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "tutti/random.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::mpe {

inline constexpr double kTimeStep = 0.1;
inline constexpr double kDamping = 0.25;  // share of the velocity lost in each step
inline constexpr double kContactForce = 100;
inline constexpr double kContactMargin = 0.001;
inline constexpr double kSensitivity = 5;  // force per unit of action; every mass is 1
inline constexpr double kAgentRadius = 0.15;

struct Vector {
  double x = 0;
  double y = 0;
};

inline Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y}; }
inline double squared_length(Vector v) { return v.x * v.x + v.y * v.y; }

/// What the reference takes from each agent: no-op, left, right, down, up; clipped to [0, 1] before use.
using Action = std::array<double, 5>;

/// The action whose force is proportional to `x` and `y`, each in [-1, 1].
Action action_towards(double x, double y);

/// Current: position first, with the old velocity. Legacy (PettingZoo up to 1.22): velocity first, force reversed.
enum class Dynamics { kCurrent, kLegacy };

struct Particle {
  Vector position;
  Vector velocity;
};

double distance_to_nearest(std::span<const Particle> agents, Vector point);

/// Point masses that move, and landmarks that do not.
class World {
 public:
  World(std::size_t num_agents, std::size_t num_landmarks, bool agents_collide, Dynamics dynamics);

  /// Places everything uniformly in [-1, 1)², agents first, at rest.
  void scatter(RandomStream& random);

  /// Moves every agent by one time step; one action for each of them. Allocates nothing.
  void step(std::span<const Action> actions);

  std::span<Particle> agents() { return agents_; }
  std::span<const Particle> agents() const { return agents_; }
  std::span<Vector> landmarks() { return landmarks_; }
  std::span<const Vector> landmarks() const { return landmarks_; }
  Dynamics dynamics() const { return dynamics_; }

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  void add_contact_forces();

  std::vector<Particle> agents_;
  std::vector<Vector> landmarks_;
  std::vector<Vector> forces_;  // of the step in progress
  bool agents_collide_;
  Dynamics dynamics_;
};

}  // namespace tutti::mpe
