// A task played in a World: who learns, what each agent sees and what it earns. Agents of the world that do not learn
// (an adversary) come first; the learners follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "world.hpp"

namespace tutti::mpe {

class Scenario {
 public:
  virtual ~Scenario() = default;

  World& world() { return world_; }
  const World& world() const { return world_; }
  std::size_t num_learners() const { return actions_.size() - first_learner_; }
  std::size_t first_learner() const { return first_learner_; }  // its index among the agents of the world

  /// Starts a new episode. The same seed starts the same episode.
  virtual void reset(std::uint64_t seed) = 0;

  /// One step in which the learners do `actions` and everybody else decides for itself.
  void step(std::span<const Action> actions);

  /// One step with the actions of all agents of the world given.
  void step_all(std::span<const Action> actions);

  /// Size of what agent `agent` of the world sees, and the values themselves.
  virtual std::size_t observation_size(std::size_t agent) const = 0;
  virtual void observe(std::size_t agent, std::span<double> out) const = 0;

  /// All agents of the world, in order: the reference's centralised state.
  std::size_t state_size() const;
  void state(std::span<double> out) const;

  /// Rewards of the last step, one for each agent of the world.
  std::span<const double> rewards() const { return rewards_; }
  std::span<const double> learner_rewards() const { return rewards().subspan(first_learner_); }

  /// What the rewards are made of, besides themselves.
  virtual std::vector<std::string> term_names() const = 0;
  virtual void terms(std::span<double> out) const = 0;

  /// The landmark that the learners have to reach, where the task has one; to draw it.
  virtual std::optional<std::size_t> goal_landmark() const { return std::nullopt; }

  virtual void save(SnapshotWriter& writer) const;
  virtual void load(SnapshotReader& reader);

 protected:
  Scenario(World world, std::size_t first_learner);

  /// Fills in the actions of the agents that do not learn.
  virtual void decide(std::span<Action> others) { (void)others; }
  /// Rewards of the present positions, into `rewards`.
  virtual void score(std::span<double> rewards) = 0;

  /// Before the first step of an episode nobody has earned anything.
  void clear_rewards();

 private:
  World world_;
  std::size_t first_learner_;
  std::vector<Action> actions_;
  std::vector<double> rewards_;
};

/// Appends to an observation.
class ObservationWriter {
 public:
  explicit ObservationWriter(std::span<double> out) : out_(out) {}
  void operator()(Vector vector) {
    out_[0] = vector.x;
    out_[1] = vector.y;
    out_ = out_.subspan(2);
  }

 private:
  std::span<double> out_;
};

}  // namespace tutti::mpe
