#include "verify/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

#include "tutti/error.hpp"

namespace tutti::verify {
namespace {

// Of the line task.
constexpr std::size_t kObservation = 5;
constexpr std::size_t kState = 4;
constexpr std::size_t kAction = 2;
constexpr std::int64_t kEpisodeLimit = 20;
constexpr std::int64_t kMostSteps = 100'000;

using Clock = std::chrono::steady_clock;

template <class T>
bool alike(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

void spoil_all(std::vector<float>& values) { std::ranges::fill(values, std::numeric_limits<float>::quiet_NaN()); }

}  // namespace

void NotedMetrics::add(std::string_view name, double value) {
  if (!names_.contains(std::string(name)))
    throw Error("metric \"" + std::string(name) + "\" is not among metric_names()");
  reported_.emplace(name);
  if (!std::isfinite(value)) throw NotFiniteError(std::string(name));  // as the host does after the update
}

std::vector<std::string> NotedMetrics::missing() const {
  std::vector<std::string> names;
  for (const std::string& name : names_) {
    if (!reported_.contains(name)) names.push_back(name);
  }
  return names;
}

Trainer::Trainer(const AlgorithmMaker& maker, std::uint64_t seed, std::size_t copies)
    : copies_(copies),
      values_(with_defaults(maker.registry.algorithm(maker.algorithm).declare, maker.values)),
      environments_(copies, LineEnvironment(kEpisodeLimit)),
      exploration_(derive_seed(seed, "policy")),
      algorithm_(maker.registry.create_algorithm(maker.algorithm, context(seed))),
      metrics_(algorithm_->metric_names()),
      observations_(copies * kObservation),
      next_observations_(copies * kObservation),
      states_(copies * kState),
      next_states_(copies * kState),
      actions_(copies * kAction) {
  for (std::size_t copy = 0; copy < copies; ++copy) environments_[copy].reset(copy);
  look(observations_, states_);
}

AlgorithmContext Trainer::context(std::uint64_t seed) {
  return {.environment = environments_.front().spec(),
          .task = "line/short",
          .values = values_,
          .copies = static_cast<std::int64_t>(copies_),
          .environment_steps = kMostSteps,
          .seed = seed,
          .folder = {},
          .replayed_steps = 0};
}

void Trainer::train(std::int64_t updates) {
  const std::int64_t goal = algorithm_->updates() + updates;
  const std::int64_t end = steps_ + kMostSteps;
  while (algorithm_->updates() < goal) {
    if (steps_ >= end)
      throw NoUpdateError("no update is due within " + std::to_string(kMostSteps) + " environment steps");
    step();
  }
}

std::vector<std::byte> Trainer::snapshot() {
  SnapshotWriter writer;
  algorithm_->save(writer);
  return writer.bytes();
}

std::vector<std::byte> Trainer::policy() {
  SnapshotWriter writer;
  algorithm_->save_policy(writer);
  return writer.bytes();
}

void Trainer::load(Trainer& other) {
  const auto bytes = other.snapshot();
  SnapshotReader reader(bytes);
  algorithm_->load(reader);
  reader.finish();
  environments_ = other.environments_;
  episodes_ = other.episodes_;
  exploration_ = other.exploration_;
  observations_ = other.observations_;
  states_ = other.states_;
}

std::vector<float> Trainer::actions_for(std::size_t rows, ActMode mode, std::uint64_t seed) {
  std::vector<float> observations(rows * kObservation);
  RandomStream(17).fill_uniform(observations, -1, 1);
  std::vector<float> actions(rows * kAction, 9);
  RandomStream random(seed);
  algorithm_->act({observations.data(), rows, kObservation}, mode, random, {actions.data(), rows, kAction});
  return actions;
}

void Trainer::look(std::vector<float>& observations, std::vector<float>& states) {
  for (std::size_t copy = 0; copy < copies_; ++copy) {
    const std::span<float> row = std::span(observations).subspan(copy * kObservation, kObservation);
    environments_[copy].observe(0, row.first(2));
    environments_[copy].observe(1, row.subspan(2));
    environments_[copy].state(std::span(states).subspan(copy * kState, kState));
  }
}

bool Trainer::Handed::same_bits(const Handed& other) const {
  return alike(observations, other.observations) && alike(states, other.states) && alike(actions, other.actions) &&
         alike(rewards, other.rewards) && alike(next_observations, other.next_observations) &&
         alike(next_states, other.next_states) && alike(terminated, other.terminated) &&
         alike(truncated, other.truncated);
}

void Trainer::Handed::spoil() {
  for (auto* values : {&observations, &states, &actions, &rewards, &next_observations, &next_states})
    spoil_all(*values);
  for (auto* flags : {&terminated, &truncated}) std::ranges::fill(*flags, std::uint8_t{255});
}

void Trainer::step() {
  seen_ = observations_;
  const Rows<float> actions{actions_.data(), copies_, kAction};
  algorithm_->act({seen_.data(), copies_, kObservation}, ActMode::kExplore, exploration_, actions);
  rows_were_changed_ = rows_were_changed_ || !alike(seen_, observations_);
  if (spoils_rows_) spoil_all(seen_);

  std::vector<float> rewards(copies_);
  std::vector<std::uint8_t> terminated(copies_), truncated(copies_);
  for (std::size_t copy = 0; copy < copies_; ++copy) {
    const StepResult result = environments_[copy].step(actions.row(copy));
    rewards[copy] = spoiled_ ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(result.reward);
    terminated[copy] = result.terminated ? 1 : 0;
    truncated[copy] = result.truncated && !result.terminated ? 1 : 0;
  }
  steps_ += static_cast<std::int64_t>(copies_);
  look(next_observations_, next_states_);
  const Handed given{observations_,      states_,      actions_,   rewards,
                     next_observations_, next_states_, terminated, truncated};
  handed_ = given;
  const auto start = Clock::now();
  algorithm_->observe({.observations = {handed_.observations.data(), copies_, kObservation},
                       .states = {handed_.states.data(), copies_, kState},
                       .actions = {handed_.actions.data(), copies_, kAction},
                       .rewards = handed_.rewards,
                       .next_observations = {handed_.next_observations.data(), copies_, kObservation},
                       .next_states = {handed_.next_states.data(), copies_, kState},
                       .terminated = handed_.terminated,
                       .truncated = handed_.truncated});
  rows_were_changed_ = rows_were_changed_ || !handed_.same_bits(given);
  if (spoils_rows_) handed_.spoil();
  algorithm_->update(metrics_);
  rows_were_changed_ = rows_were_changed_ || (!spoils_rows_ && !handed_.same_bits(given));
  update_seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  for (std::size_t copy = 0; copy < copies_; ++copy) {
    if (terminated[copy] != 0 || truncated[copy] != 0) environments_[copy].reset(100 + episodes_++);
  }
  look(observations_, states_);
}

}  // namespace tutti::verify
