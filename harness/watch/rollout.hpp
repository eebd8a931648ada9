// One episode after the other with a stored policy, a step at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tutti/random.hpp"
#include "watch/stored_policy.hpp"

namespace tutti::watch {

/// What became of an episode.
struct EpisodeSummary {
  std::uint64_t seed = 0;
  double episode_return = 0;  // undiscounted, of the team
  std::int64_t length = 0;    // environment steps
  std::string ended;          // terminated, truncated, or stopped at the most steps that were asked for
  std::vector<double> terms;  // each reward term summed over the episode
};

class Rollout {
 public:
  /// `seed` decides the initial states and all that the policy draws. `most_steps` ends episodes early; 0: it does not.
  Rollout(StoredPolicy& policy, ActMode mode, std::uint64_t seed, std::int64_t most_steps);

  void begin(std::int64_t episode);

  /// One environment step, unless the episode is over. Throws Error that names the step.
  void step();
  bool is_over() const { return !summary_.ended.empty(); }

  const EpisodeSummary& summary() const { return summary_; }
  Environment& environment() { return policy_.environment(); }

  // Of the newest step: what was seen before it, and what was done.
  const std::vector<float>& observations() const { return observations_; }
  const std::vector<float>& state() const { return state_; }
  const std::vector<float>& actions() const { return actions_; }
  const std::vector<double>& terms() const { return terms_; }
  const StepResult& result() const { return result_; }

 private:
  void advance();

  StoredPolicy& policy_;
  ActMode mode_;
  std::uint64_t seed_;
  std::int64_t most_steps_;
  RandomStream random_;
  EpisodeSummary summary_;
  std::vector<float> observations_, state_, actions_;
  std::vector<double> terms_;
  StepResult result_;
};

}  // namespace tutti::watch
