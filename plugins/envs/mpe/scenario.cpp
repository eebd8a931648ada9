#include "scenario.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tutti::mpe {

Scenario::Scenario(World world, std::size_t first_learner)
    : world_(std::move(world)),
      first_learner_(first_learner),
      actions_(world_.agents().size()),
      rewards_(world_.agents().size()) {}

void Scenario::step(std::span<const Action> actions) {
  assert(actions.size() == num_learners());
  std::ranges::copy(actions, actions_.begin() + static_cast<std::ptrdiff_t>(first_learner_));
  decide(std::span(actions_).first(first_learner_));
  step_all(actions_);
}

void Scenario::step_all(std::span<const Action> actions) {
  world_.step(actions);
  score(rewards_);
}

std::size_t Scenario::state_size() const {
  std::size_t size = 0;
  for (std::size_t agent = 0; agent < actions_.size(); ++agent) size += observation_size(agent);
  return size;
}

void Scenario::state(std::span<double> out) const {
  for (std::size_t agent = 0; agent < actions_.size(); ++agent) {
    const std::size_t size = observation_size(agent);
    observe(agent, out.first(size));
    out = out.subspan(size);
  }
}

void Scenario::clear_rewards() { std::ranges::fill(rewards_, 0.0); }

void Scenario::save(SnapshotWriter& writer) const {
  world_.save(writer);
  writer.values<double>("rewards", rewards_);
}

void Scenario::load(SnapshotReader& reader) {
  world_.load(reader);
  reader.values<double>("rewards", rewards_);
}

}  // namespace tutti::mpe
