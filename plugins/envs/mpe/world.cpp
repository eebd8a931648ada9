#include "world.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace tutti::mpe {
namespace {

Vector control_force(const Action& action, Dynamics dynamics) {
  const auto component = [&](std::size_t index) { return std::clamp(action[index], 0.0, 1.0); };
  const Vector direction{component(2) - component(1), component(4) - component(3)};
  const double sensitivity = dynamics == Dynamics::kCurrent ? kSensitivity : -kSensitivity;
  return {sensitivity * direction.x, sensitivity * direction.y};
}

// log(1 + exp(x)) without overflow. Below -746 exp is exactly zero, and so is the result.
double softplus(double x) {
  if (x < -746) return 0;
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

// What `a` feels from `b`; `b` feels the opposite.
Vector contact_force(Vector a, Vector b) {
  const Vector offset = a - b;
  const double distance = std::sqrt(squared_length(offset));
  if (distance == 0) return {};
  const double penetration = softplus(-(distance - 2 * kAgentRadius) / kContactMargin) * kContactMargin;
  return {kContactForce * offset.x / distance * penetration, kContactForce * offset.y / distance * penetration};
}

void move(Particle& agent) {
  agent.position.x += agent.velocity.x * kTimeStep;
  agent.position.y += agent.velocity.y * kTimeStep;
}

void accelerate(Particle& agent, Vector force) {
  agent.velocity.x = agent.velocity.x * (1 - kDamping) + force.x * kTimeStep;
  agent.velocity.y = agent.velocity.y * (1 - kDamping) + force.y * kTimeStep;
}

std::span<const double> numbers(std::span<const Particle> particles) {
  static_assert(sizeof(Particle) == 4 * sizeof(double));
  return {&particles.data()->position.x, 4 * particles.size()};
}

std::span<const double> numbers(std::span<const Vector> vectors) {
  static_assert(sizeof(Vector) == 2 * sizeof(double));
  return {&vectors.data()->x, 2 * vectors.size()};
}

std::span<double> writable(std::span<const double> values) {
  return {const_cast<double*>(values.data()), values.size()};
}

}  // namespace

Action action_towards(double x, double y) {
  return {0, std::max(-x, 0.0), std::max(x, 0.0), std::max(-y, 0.0), std::max(y, 0.0)};
}

double distance_to_nearest(std::span<const Particle> agents, Vector point) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Particle& agent : agents) nearest = std::min(nearest, squared_length(agent.position - point));
  return std::sqrt(nearest);
}

World::World(std::size_t num_agents, std::size_t num_landmarks, bool agents_collide, Dynamics dynamics)
    : agents_(num_agents),
      landmarks_(num_landmarks),
      forces_(num_agents),
      agents_collide_(agents_collide),
      dynamics_(dynamics) {}

void World::scatter(RandomStream& random) {
  const auto draw = [&] {
    const double x = random.uniform(-1, 1);
    return Vector{x, random.uniform(-1, 1)};
  };
  for (Particle& agent : agents_) agent = {draw(), {}};
  for (Vector& landmark : landmarks_) landmark = draw();
}

void World::step(std::span<const Action> actions) {
  assert(actions.size() == agents_.size());
  for (std::size_t i = 0; i < agents_.size(); ++i) forces_[i] = control_force(actions[i], dynamics_);
  if (agents_collide_) add_contact_forces();
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (dynamics_ == Dynamics::kCurrent) move(agents_[i]);
    accelerate(agents_[i], forces_[i]);
    if (dynamics_ == Dynamics::kLegacy) move(agents_[i]);
  }
}

void World::add_contact_forces() {
  for (std::size_t a = 0; a < agents_.size(); ++a) {
    for (std::size_t b = a + 1; b < agents_.size(); ++b) {
      const Vector force = contact_force(agents_[a].position, agents_[b].position);
      forces_[a].x += force.x;
      forces_[a].y += force.y;
      forces_[b].x -= force.x;
      forces_[b].y -= force.y;
    }
  }
}

void World::save(SnapshotWriter& writer) const {
  writer.values<double>("agents", numbers(agents_));
  writer.values<double>("landmarks", numbers(landmarks_));
}

void World::load(SnapshotReader& reader) {
  reader.values<double>("agents", writable(numbers(agents_)));
  reader.values<double>("landmarks", writable(numbers(landmarks_)));
}

}  // namespace tutti::mpe
