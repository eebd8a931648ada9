// The environment copies of one run and the rows of floats that pass between them and the algorithm. Everything is
// allocated once.
//
//   copies.start();
//   while (...) {
//     algorithm->act(copies.observations(), ActMode::kExplore, policy_stream, copies.unwritten_actions());
//     copies.step(step, after_each);
//     algorithm->observe(copies.transitions());
//     copies.check_unchanged();
//     copies.advance();   // restarts the copies whose episode ended
//   }
//
// Shapes: E copies, O joint observation, A joint action, S state.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tutti/algorithm.hpp"
#include "tutti/environment.hpp"

namespace tutti::run {

/// Writes the agents' observations one after the other; `row` has O floats. Throws Error, before anything is written
/// outside it, if the environment's sizes are others by now.
void observe_all(const Environment& environment, std::span<float> row);

/// Throws Error, naming the copy, if an environment has other sizes, another limit, other reward terms or other facts
/// than the first.
void check_alike(const std::vector<std::unique_ptr<Environment>>& environments);

/// Checks the actions that an algorithm chose for some rows, `columns` for each. Throws NotFiniteError or Error with
/// `place(row)` before the action and its value, unless every value is in [-1, 1].
void check_actions(std::span<const float> actions, std::size_t columns,
                   const std::function<std::string(std::size_t)>& place);

/// Throws Error if the episode goes on after step number `length` although that is the episode limit.
void check_end(const EnvironmentSpec& spec, const StepResult& result, std::int64_t length);

class Copies {
 public:
  /// Copy c takes the seeds of its episodes from the stream "environment" number c below `run_seed`. Throws Error if
  /// the copies are not alike.
  Copies(std::vector<std::unique_ptr<Environment>> environments, std::uint64_t run_seed);

  std::size_t count() const { return environments_.size(); }
  const EnvironmentSpec& spec() const { return spec_; }

  /// Starts the first episode of every copy. Throws NotFiniteError for what it begins with.
  void start();

  Rows<const float> observations() const { return as_rows(observations_, observation_size_); }  // [E, O]
  Rows<float> actions() { return {actions_.data(), count(), action_size_}; }                    // [E, A]
  /// The same, all of them NaN: step() refuses what the algorithm leaves out.
  Rows<float> unwritten_actions();

  /// One environment step of every copy with the present actions. `after` is called for each copy once it has stepped.
  /// Throws NotFiniteError naming `step`, the copy and the quantity, and Error with the same for an action outside
  /// [-1, 1], for an episode beyond its limit, for an environment that changes the actions it is handed, and before
  /// what an environment threw.
  void step(std::int64_t step, const std::function<void(const Environment&)>& after);

  /// What the last step did. Valid until advance().
  Transitions transitions() const;

  /// Throws Error if the algorithm has changed what it was handed of the last step.
  void check_unchanged() const;

  /// Advances: successors become present, copies whose episode ended start the next one. Throws NotFiniteError for what
  /// it begins with.
  void advance();

  /// Episodes finished so far, and the returns of those finished since the last take.
  std::int64_t episodes() const { return episodes_; }
  std::vector<double> take_returns() { return std::exchange(finished_returns_, {}); }

  /// Everything that the next step depends on; after start() or advance() only.
  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  Rows<const float> as_rows(const std::vector<float>& values, std::size_t columns) const {
    return {values.data(), count(), columns};
  }
  std::span<float> row(std::vector<float>& values, std::size_t columns, std::size_t index) const {
    return {values.data() + index * columns, columns};
  }
  void restart(std::size_t copy);
  void step_copy(std::size_t copy);
  void look(std::size_t copy, std::vector<float>& observations, std::vector<float>& states);
  void look_at_start(std::size_t copy, const char* when);
  void check_sight(std::size_t copy, const char* when) const;
  void check_finite(std::int64_t step, const char* quantity, const std::vector<float>& values,
                    std::size_t columns) const;

  std::vector<std::unique_ptr<Environment>> environments_;
  EnvironmentSpec spec_;               // as the first was made
  std::vector<RandomStream> streams_;  // seeds of episodes
  std::size_t observation_size_;
  std::size_t action_size_;
  std::size_t state_size_;
  bool own_state_;  // false: the state is the joint observation, and its rows are the observations'

  std::vector<float> observations_, next_observations_;
  std::vector<float> states_, next_states_;
  // The same as the environments wrote them.
  std::vector<float> own_observations_, own_next_observations_;
  std::vector<float> own_states_, own_next_states_;
  std::vector<float> actions_, own_actions_;
  std::vector<float> rewards_, own_rewards_;
  std::vector<std::uint8_t> terminated_, truncated_, own_terminated_, own_truncated_;

  std::vector<double> returns_;        // of the episodes under way
  std::vector<std::int64_t> lengths_;  // the same
  std::vector<double> finished_returns_;
  std::int64_t episodes_ = 0;
  std::int64_t step_ = 0;  // of the last step
};

}  // namespace tutti::run
