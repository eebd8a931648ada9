#include "watch/rollout.hpp"

#include <fmt/format.h>

#include <cmath>

#include "run/copies.hpp"
#include "run/error_context.hpp"
#include "run/finite.hpp"

namespace tutti::watch {

Rollout::Rollout(StoredPolicy& policy, ActMode mode, std::uint64_t seed, std::int64_t most_steps)
    : policy_(policy), mode_(mode), seed_(seed), most_steps_(most_steps), random_(0) {
  const EnvironmentSpec& spec = policy.environment().spec();
  observations_.resize(static_cast<std::size_t>(spec.joint_observation_size()));
  state_.resize(static_cast<std::size_t>(spec.state_size));
  actions_.resize(static_cast<std::size_t>(spec.joint_action_size()));
  terms_.resize(spec.reward_terms.size());
}

void Rollout::begin(std::int64_t episode) {
  const auto index = static_cast<std::uint64_t>(episode);
  summary_ = {
      .seed = derive_seed(seed_, "watched episode", index), .ended = {}, .terms = std::vector<double>(terms_.size())};
  random_ = RandomStream(derive_seed(seed_, "watched policy", index));
  environment().reset(summary_.seed);
}

void Rollout::step() {
  const auto context = [this] { return fmt::format("step {} of the episode", summary_.length); };
  run::with_context(context, [this] { advance(); });
}

void Rollout::advance() {
  run::observe_all(environment(), observations_);
  environment().state(state_);
  if (!run::all_finite(observations_)) throw NotFiniteError("an observation is not finite");
  policy_.algorithm().act({observations_.data(), 1, observations_.size()}, mode_, random_,
                          {actions_.data(), 1, actions_.size()});
  run::check_actions(actions_, actions_.size(), [this](std::size_t) { return policy_.run().algorithm; });
  result_ = environment().step(actions_);
  if (!std::isfinite(result_.reward)) throw NotFiniteError(fmt::format("the reward is {}", result_.reward));
  environment().reward_terms(terms_);
  summary_.episode_return += result_.reward;
  for (std::size_t i = 0; i < terms_.size(); ++i) summary_.terms[i] += terms_[i];
  run::check_end(environment().spec(), result_, ++summary_.length);
  if (result_.terminated) {
    summary_.ended = "terminated";
  } else if (result_.truncated) {
    summary_.ended = "truncated";
  } else if (summary_.length == most_steps_) {
    summary_.ended = "stopped";
  }
}

}  // namespace tutti::watch
