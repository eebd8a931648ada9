#include "run/copies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "loader/checks.hpp"
#include "run/error_context.hpp"
#include "run/finite.hpp"
#include "run/protocol.hpp"

namespace tutti::run {
namespace {

/// "nan, or not written", "inf".
std::string value_text(float value) { return std::isnan(value) ? "nan, or not written" : fmt::format("{}", value); }

}  // namespace

std::size_t first_not_finite(std::span<const float> values) {
  std::size_t index = 0;
  while (index < values.size() && std::isfinite(values[index])) ++index;
  return index;
}

void observe_all(const Environment& environment, std::span<float> row) {
  make_unwritten(row);
  std::size_t offset = 0;
  const std::vector<AgentSpec>& agents = environment.spec().agents;
  for (std::size_t agent = 0; agent < agents.size(); ++agent) {
    const auto size = static_cast<std::size_t>(agents[agent].observation_size);
    if (size > row.size() - offset) break;
    environment.observe(agent, row.subspan(offset, size));
    offset += size;
  }
  const std::int64_t now = environment.spec().joint_observation_size();
  if (now != static_cast<std::int64_t>(row.size()))
    throw Error(fmt::format("the environment's observations have {} numbers by now, {} before", now, row.size()));
}

void check_alike(const std::vector<std::unique_ptr<Environment>>& environments) {
  const EnvironmentSpec& first = environments.front()->spec();
  for (std::size_t copy = 1; copy < environments.size(); ++copy) {
    if (loader::is_alike(environments[copy]->spec(), first)) continue;
    throw Error(
        fmt::format("copy {} of the environment has other sizes, another episode_limit, other reward terms or other "
                    "facts than copy 0; all copies of a task have to be alike",
                    copy));
  }
}

void check_actions(std::span<const float> actions, std::size_t columns,
                   const std::function<std::string(std::size_t)>& place) {
  if (all_in_bounds(actions)) return;
  const std::size_t odd = first_not_finite(actions);
  if (odd < actions.size())
    throw NotFiniteError(
        fmt::format("{}: action {} is {}", place(odd / columns), odd % columns, value_text(actions[odd])));
  std::size_t wide = 0;
  while (std::abs(actions[wide]) <= 1.0F) ++wide;
  throw Error(fmt::format("{}: action {} is {}; the algorithm has to choose from [-1, 1]", place(wide / columns),
                          wide % columns, actions[wide]));
}

void check_end(const EnvironmentSpec& spec, const StepResult& result, std::int64_t length) {
  if (length < spec.episode_limit || result.terminated || result.truncated) return;
  throw Error(fmt::format(
      "the environment's episode goes on after {} steps, its episode_limit; it has to set truncated", length));
}

Copies::Copies(std::vector<std::unique_ptr<Environment>> environments, std::uint64_t run_seed)
    : environments_(std::move(environments)),
      spec_(environments_.front()->spec()),
      observation_size_(static_cast<std::size_t>(spec().joint_observation_size())),
      action_size_(static_cast<std::size_t>(spec().joint_action_size())),
      state_size_(static_cast<std::size_t>(spec().state_size)),
      own_state_(!spec().state_is_joint_observation),
      observations_(count() * observation_size_),
      next_observations_(observations_.size()),
      actions_(count() * action_size_),
      rewards_(count()),
      terminated_(count()),
      truncated_(count()),
      returns_(count()),
      lengths_(count()) {
  check_alike(environments_);
  assert(own_state_ || state_size_ == observation_size_);
  if (own_state_) {
    states_.resize(count() * state_size_);
    next_states_.resize(states_.size());
  }
  own_observations_ = observations_;
  own_next_observations_ = next_observations_;
  own_states_ = states_;
  own_next_states_ = next_states_;
  for (std::size_t copy = 0; copy < count(); ++copy)
    streams_.emplace_back(derive_seed(run_seed, kEnvironmentStream, copy));
}

void Copies::start() {
  for (std::size_t copy = 0; copy < count(); ++copy) restart(copy);
}

void Copies::restart(std::size_t copy) {
  environments_[copy]->reset(streams_[copy].next());
  loader::check_same_spec(spec_, *environments_[copy]);
  returns_[copy] = 0;
  lengths_[copy] = 0;
  look_at_start(copy, "reset");
}

Rows<float> Copies::unwritten_actions() {
  make_unwritten(actions_);
  return actions();
}

void Copies::look_at_start(std::size_t copy, const char* when) {
  look(copy, observations_, states_);
  check_sight(copy, when);
  std::ranges::copy(row(observations_, observation_size_, copy),
                    row(own_observations_, observation_size_, copy).begin());
  if (own_state_) std::ranges::copy(row(states_, state_size_, copy), row(own_states_, state_size_, copy).begin());
}

void Copies::check_sight(std::size_t copy, const char* when) const {
  const auto check = [&](const char* quantity, const std::vector<float>& values, std::size_t columns) {
    const std::span<const float> row{values.data() + copy * columns, columns};
    const std::size_t index = first_not_finite(row);
    if (index == columns) return;
    throw NotFiniteError(fmt::format("step {}, copy {}: {} {} is {} after a {}", step_, copy, quantity, index,
                                     value_text(row[index]), when));
  };
  check("observation", observations_, observation_size_);
  if (own_state_) check("state value", states_, state_size_);
}

void Copies::look(std::size_t copy, std::vector<float>& observations, std::vector<float>& states) {
  observe_all(*environments_[copy], row(observations, observation_size_, copy));
  if (!own_state_) return;
  make_unwritten(row(states, state_size_, copy));
  environments_[copy]->state(row(states, state_size_, copy));
}

void Copies::check_finite(std::int64_t step, const char* quantity, const std::vector<float>& values,
                          std::size_t columns) const {
  if (all_finite(values)) return;
  const std::size_t index = first_not_finite(values);
  throw NotFiniteError(fmt::format("step {}, copy {}: {} {} is {}", step, index / columns, quantity, index % columns,
                                   value_text(values[index])));
}

void Copies::step_copy(std::size_t copy) {
  const StepResult result = environments_[copy]->step(row(actions_, action_size_, copy));
  if (!std::isfinite(result.reward)) throw NotFiniteError(fmt::format("the reward is {}", result.reward));
  rewards_[copy] = static_cast<float>(result.reward);
  if (!std::isfinite(rewards_[copy]))
    throw NotFiniteError(fmt::format("the reward is {}, which no 32-bit number holds", result.reward));
  terminated_[copy] = result.terminated ? 1 : 0;
  truncated_[copy] = result.truncated && !result.terminated ? 1 : 0;
  returns_[copy] += result.reward;
  check_end(spec(), result, ++lengths_[copy]);
  look(copy, next_observations_, next_states_);
}

void Copies::step(std::int64_t step, const std::function<void(const Environment&)>& after) {
  step_ = step;
  check_actions(actions_, action_size_, [&](std::size_t copy) { return fmt::format("step {}, copy {}", step, copy); });
  own_actions_ = actions_;
  for (std::size_t copy = 0; copy < count(); ++copy) {
    with_context([&] { return fmt::format("step {}, copy {}", step, copy); }, [&] { step_copy(copy); });
    after(*environments_[copy]);
  }
  if (!same_bits(actions_, own_actions_)) {
    throw Error(fmt::format(
        "step {}: the environment changed the actions that it was handed; it has to copy them before it changes them",
        step));
  }
  check_finite(step, "observation", next_observations_, observation_size_);
  check_finite(step, "state value", next_states_, state_size_);
  own_next_observations_ = next_observations_;
  own_next_states_ = next_states_;
  own_rewards_ = rewards_;
  own_terminated_ = terminated_;
  own_truncated_ = truncated_;
}

void Copies::check_unchanged() const {
  const auto require = [](bool is_same, const char* what) {
    if (is_same) return;
    throw Error(fmt::format(
        "the algorithm changed the {} that it was handed; it has to copy them before it changes them", what));
  };
  const auto check = [&](const char* what, const std::vector<float>& now, const std::vector<float>& before) {
    require(same_bits(now, before), what);
  };
  check("observations", observations_, own_observations_);
  check("states", states_, own_states_);
  check("next observations", next_observations_, own_next_observations_);
  check("next states", next_states_, own_next_states_);
  check("actions", actions_, own_actions_);
  check("rewards", rewards_, own_rewards_);
  require(terminated_ == own_terminated_ && truncated_ == own_truncated_, "ends of episodes");
}

Transitions Copies::transitions() const {
  const std::vector<float>& states = own_state_ ? states_ : observations_;
  const std::vector<float>& next_states = own_state_ ? next_states_ : next_observations_;
  return {.observations = observations(),
          .states = as_rows(states, state_size_),
          .actions = as_rows(actions_, action_size_),
          .rewards = rewards_,
          .next_observations = as_rows(next_observations_, observation_size_),
          .next_states = as_rows(next_states, state_size_),
          .terminated = terminated_,
          .truncated = truncated_};
}

void Copies::advance() {
  std::swap(observations_, next_observations_);
  std::swap(states_, next_states_);
  std::swap(own_observations_, own_next_observations_);
  std::swap(own_states_, own_next_states_);
  for (std::size_t copy = 0; copy < count(); ++copy) {
    if (terminated_[copy] == 0 && truncated_[copy] == 0) continue;
    finished_returns_.push_back(returns_[copy]);
    ++episodes_;
    restart(copy);
  }
}

void Copies::save(SnapshotWriter& writer) const {
  for (std::size_t copy = 0; copy < count(); ++copy) {
    streams_[copy].save(writer, "episode_seeds");
    environments_[copy]->save(writer);
  }
  writer.values<double>("returns", returns_);
  writer.values<std::int64_t>("lengths", lengths_);
  writer.values<double>("finished_returns", finished_returns_);
  writer.value("episodes", episodes_);
}

void Copies::load(SnapshotReader& reader) {
  for (std::size_t copy = 0; copy < count(); ++copy) {
    streams_[copy].load(reader, "episode_seeds");
    environments_[copy]->load(reader);
    loader::check_same_spec(spec_, *environments_[copy]);
    look_at_start(copy, "load");
  }
  reader.values<double>("returns", returns_);
  reader.values<std::int64_t>("lengths", lengths_);
  finished_returns_ = reader.vector<double>("finished_returns");
  episodes_ = reader.value<std::int64_t>("episodes");
}

}  // namespace tutti::run
