#include "run/evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "loader/checks.hpp"
#include "run/copies.hpp"
#include "run/error_context.hpp"
#include "run/finite.hpp"

namespace tutti::run {

double mean_return(std::span<const Episode> episodes) {
  double sum = 0;
  for (const Episode& episode : episodes) sum += episode.episode_return;
  if (!std::isfinite(sum)) throw NotFiniteError(fmt::format("the returns of an evaluation add up to {}", sum));
  return sum / static_cast<double>(episodes.size());
}

Evaluator::Evaluator(const std::function<std::unique_ptr<Environment>()>& make, std::size_t most_copies) {
  for (std::size_t copy = 0; copy < most_copies; ++copy) copies_.push_back(make());
  check_alike(copies_);
  spec_ = copies_.front()->spec();
  const EnvironmentSpec& spec = spec_;
  observation_size_ = static_cast<std::size_t>(spec.joint_observation_size());
  action_size_ = static_cast<std::size_t>(spec.joint_action_size());
  observations_.resize(copies_.size() * observation_size_);
  actions_.resize(copies_.size() * action_size_);
  terms_.resize(spec.reward_terms.size());
}

void Evaluator::begin(Slot slot, std::uint64_t seed, Episode& episode) {
  slot.environment->reset(seed);
  loader::check_same_spec(spec_, *slot.environment);
  episode = {.seed = seed, .terms = std::vector<double>(terms_.size())};
}

// Returns whether the episode continues.
bool Evaluator::advance(const Slot& slot, std::span<const float> action, Episode& episode) {
  const StepResult result = slot.environment->step(action);
  if (!std::isfinite(result.reward)) throw NotFiniteError(fmt::format("the reward is {}", result.reward));
  std::ranges::fill(terms_, std::numeric_limits<double>::quiet_NaN());  // found below if it is not written
  slot.environment->reward_terms(terms_);
  for (std::size_t term = 0; term < terms_.size(); ++term) {
    if (!std::isfinite(episode.terms[term] += terms_[term]))
      throw NotFiniteError(
          fmt::format("the reward term \"{}\" adds up to {}", spec_.reward_terms.at(term), episode.terms[term]));
  }
  if (!std::isfinite(episode.episode_return += result.reward))
    throw NotFiniteError(fmt::format("the rewards of the episode add up to {}", episode.episode_return));
  check_end(spec_, result, ++episode.length);
  episode.terminated = result.terminated;
  return !(result.terminated || result.truncated);
}

std::vector<Episode> Evaluator::evaluate(Algorithm& algorithm, ActMode mode, std::span<const std::uint64_t> seeds,
                                         RandomStream& random, std::int64_t step, const std::function<void()>& tick) {
  std::vector<Episode> episodes(seeds.size());
  std::vector<Slot> active;
  std::size_t started = 0;
  last_actions_.clear();
  for (; started < std::min(copies_.size(), seeds.size()); ++started) {
    active.push_back({copies_[started].get(), started});
    begin(active.back(), seeds[started], episodes[started]);
  }
  while (!active.empty()) {
    tick();
    for (std::size_t row = 0; row < active.size(); ++row) {
      observe_all(*active[row].environment, {observations_.data() + row * observation_size_, observation_size_});
    }
    const Rows<const float> observations{observations_.data(), active.size(), observation_size_};
    const Rows<float> actions{actions_.data(), active.size(), action_size_};
    if (!all_finite(observations.all()))
      throw NotFiniteError(fmt::format("evaluation at step {}: an observation is not finite", step));
    make_unwritten(actions.all());
    algorithm.act(observations, mode, random, actions);
    check_actions(actions.all(), action_size_, [&](std::size_t row) {
      return fmt::format("evaluation at step {}, episode {}", step, active[row].episode);
    });

    // A copy whose episode ended takes the next one; when none is left it drops out of the batch.
    std::size_t kept = 0;
    for (std::size_t row = 0; row < active.size(); ++row) {
      Slot slot = active[row];
      if (slot.episode + 1 == seeds.size())
        last_actions_.insert(last_actions_.end(), actions.row(row).begin(), actions.row(row).end());
      const auto context = [&] { return fmt::format("evaluation at step {}, episode {}", step, slot.episode); };
      if (!with_context(context, [&] { return advance(slot, actions.row(row), episodes[slot.episode]); })) {
        if (started == seeds.size()) continue;
        slot.episode = started++;
        begin(slot, seeds[slot.episode], episodes[slot.episode]);
      }
      active[kept++] = slot;
    }
    active.resize(kept);
  }
  return episodes;
}

void Evaluator::check_repeats(Environment& fresh, const Episode& played, std::int64_t step) {
  with_context(
      [&] { return fmt::format("evaluation at step {}, last episode again", step); },
      [&] {
        Episode again;
        begin({&fresh, 0}, played.seed, again);
        std::span<const float> rest(last_actions_);
        bool goes_on = true;
        for (; goes_on && !rest.empty(); rest = rest.subspan(action_size_))
          goes_on = advance({&fresh, 0}, rest.first(action_size_), again);
        if (!goes_on && rest.empty() && again == played) return;
        throw Error(fmt::format(
            "in a new copy of the environment the same seed and actions give a return of {} in {} steps, not of "
            "{} in {}; what reset() starts may depend on its seed alone",
            again.episode_return, again.length, played.episode_return, played.length));
      });
}

}  // namespace tutti::run
