#include "physical_deception.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "tutti/error.hpp"

namespace tutti::mpe {
namespace {

constexpr double kPursuerSharpness = 10;  // beta: how sure the pursuer is of the landmark that looks like the goal
constexpr double kPositionGain = 14;
constexpr double kVelocityGain = 3;

}  // namespace

PhysicalDeception::PhysicalDeception(std::size_t num_good_agents, Adversary adversary, Dynamics dynamics)
    : Scenario(World(num_good_agents + 1, num_good_agents, /*agents_collide=*/false, dynamics), /*first_learner=*/1),
      adversary_(adversary),
      random_(0) {}

void PhysicalDeception::reset(std::uint64_t seed) {
  RandomStream random(derive_seed(seed, "start"));
  goal_ = random.index(world().landmarks().size());
  world().scatter(random);
  random_ = RandomStream(derive_seed(seed, "adversary"));
  clear_rewards();
  adversary_distance_ = goal_distance_ = 0;
}

std::size_t PhysicalDeception::observation_size(std::size_t agent) const {
  const std::size_t num_landmarks = world().landmarks().size();
  const std::size_t goal = agent == 0 ? 0 : 1;
  return 2 * (goal + num_landmarks + world().agents().size() - 1);
}

void PhysicalDeception::observe(std::size_t agent, std::span<double> out) const {
  const auto agents = world().agents();
  const Vector own = agents[agent].position;
  ObservationWriter write(out);
  if (agent != 0) write(world().landmarks()[goal_] - own);
  for (const Vector& landmark : world().landmarks()) write(landmark - own);
  for (std::size_t other = 0; other < agents.size(); ++other) {
    if (other != agent) write(agents[other].position - own);
  }
}

void PhysicalDeception::decide(std::span<Action> others) {
  switch (adversary_) {
    case Adversary::kRandom:
      others[0] = random_action();
      break;
    case Adversary::kStill:
      others[0] = {};
      break;
    case Adversary::kPursuer:
      others[0] = pursue();
      break;
  }
}

Action PhysicalDeception::random_action() {
  Action action{};
  for (double& component : action) component = random_.uniform();
  return action;
}

Action PhysicalDeception::pursue() const {
  const Particle& self = world().agents()[0];
  const Vector offset = guessed_goal() - self.position;
  const auto command = [](double error, double velocity) {
    return std::clamp(kPositionGain * error - kVelocityGain * velocity, -1.0, 1.0);
  };
  // The legacy dynamics turn every force around.
  const double sign = world().dynamics() == Dynamics::kCurrent ? 1 : -1;
  return action_towards(sign * command(offset.x, self.velocity.x), sign * command(offset.y, self.velocity.y));
}

// The landmarks' mean, weighted by exp(-beta m), m being the distance of the nearest good agent. With a hard choice a
// team could park one agent a little closer to the wrong landmark and fool the pursuer for good.
Vector PhysicalDeception::guessed_goal() const {
  const auto good_agents = world().agents().subspan(1);
  double nearest = std::numeric_limits<double>::infinity();
  for (const Vector& landmark : world().landmarks()) {
    nearest = std::min(nearest, distance_to_nearest(good_agents, landmark));
  }
  double sum = 0;
  Vector guess;
  for (const Vector& landmark : world().landmarks()) {
    const double weight = std::exp(-kPursuerSharpness * (distance_to_nearest(good_agents, landmark) - nearest));
    sum += weight;
    guess.x += weight * landmark.x;
    guess.y += weight * landmark.y;
  }
  return {guess.x / sum, guess.y / sum};
}

void PhysicalDeception::score(std::span<double> rewards) {
  const auto agents = world().agents();
  const Vector goal = world().landmarks()[goal_];
  adversary_distance_ = std::sqrt(squared_length(agents[0].position - goal));
  goal_distance_ = distance_to_nearest(agents.subspan(1), goal);
  rewards[0] = -adversary_distance_;
  std::ranges::fill(rewards.subspan(1), adversary_distance_ - goal_distance_);
}

void PhysicalDeception::terms(std::span<double> out) const {
  out[0] = adversary_distance_;
  out[1] = goal_distance_;
}

void PhysicalDeception::save(SnapshotWriter& writer) const {
  Scenario::save(writer);
  random_.save(writer, "adversary");
  writer.value<std::uint64_t>("goal", goal_);
  writer.value("adversary_distance", adversary_distance_);
  writer.value("goal_distance", goal_distance_);
}

void PhysicalDeception::load(SnapshotReader& reader) {
  Scenario::load(reader);
  random_.load(reader, "adversary");
  goal_ = reader.value<std::uint64_t>("goal");
  if (goal_ >= world().landmarks().size()) throw Error("mpe: the snapshot's goal is landmark " + std::to_string(goal_));
  adversary_distance_ = reader.value<double>("adversary_distance");
  goal_distance_ = reader.value<double>("goal_distance");
}

}  // namespace tutti::mpe
