#include "cooperative_navigation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tutti::mpe {
namespace {

bool touch(const Particle& a, const Particle& b) {
  return std::sqrt(squared_length(a.position - b.position)) < 2 * kAgentRadius;
}

}  // namespace

CooperativeNavigation::CooperativeNavigation(std::size_t num_agents, double local_ratio, Dynamics dynamics)
    : Scenario(World(num_agents, num_agents, /*agents_collide=*/true, dynamics), /*first_learner=*/0),
      local_ratio_(local_ratio),
      collisions_(num_agents) {}

void CooperativeNavigation::reset(std::uint64_t seed) {
  RandomStream random(derive_seed(seed, "start"));
  world().scatter(random);
  clear_rewards();
  coverage_ = 0;
  std::ranges::fill(collisions_, 0.0);
}

std::size_t CooperativeNavigation::observation_size(std::size_t) const {
  const std::size_t num_agents = world().agents().size();
  return 4 + 2 * num_agents + 4 * (num_agents - 1);
}

void CooperativeNavigation::observe(std::size_t agent, std::span<double> out) const {
  const auto agents = world().agents();
  ObservationWriter write(out);
  write(agents[agent].velocity);
  write(agents[agent].position);
  for (const Vector& landmark : world().landmarks()) write(landmark - agents[agent].position);
  for (std::size_t other = 0; other < agents.size(); ++other) {
    if (other != agent) write(agents[other].position - agents[agent].position);
  }
  for (std::size_t other = 1; other < agents.size(); ++other) write({});  // silent: communication is zero
}

void CooperativeNavigation::score(std::span<double> rewards) {
  coverage_ = 0;
  for (const Vector& landmark : world().landmarks()) coverage_ -= distance_to_nearest(world().agents(), landmark);
  count_collisions();
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    rewards[i] = (1 - local_ratio_) * coverage_ - local_ratio_ * collisions_[i];
  }
}

void CooperativeNavigation::count_collisions() {
  const auto agents = world().agents();
  std::ranges::fill(collisions_, world().dynamics() == Dynamics::kLegacy ? 1.0 : 0.0);
  for (std::size_t a = 0; a < agents.size(); ++a) {
    for (std::size_t b = a + 1; b < agents.size(); ++b) {
      if (!touch(agents[a], agents[b])) continue;
      collisions_[a] += 1;
      collisions_[b] += 1;
    }
  }
}

void CooperativeNavigation::terms(std::span<double> out) const {
  out[0] = coverage_;
  out[1] = std::accumulate(collisions_.begin(), collisions_.end(), 0.0);
}

void CooperativeNavigation::save(SnapshotWriter& writer) const {
  Scenario::save(writer);
  writer.value("coverage", coverage_);
  writer.values<double>("collisions", collisions_);
}

void CooperativeNavigation::load(SnapshotReader& reader) {
  Scenario::load(reader);
  coverage_ = reader.value<double>("coverage");
  reader.values<double>("collisions", collisions_);
}

}  // namespace tutti::mpe
