// Episodes without learning, on copies of their own, stepped side by side so that one forward pass serves them all.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "tutti/algorithm.hpp"
#include "tutti/environment.hpp"

namespace tutti::run {

/// One evaluation episode.
struct Episode {
  std::uint64_t seed = 0;
  double episode_return = 0;  // undiscounted, of the team
  std::int64_t length = 0;    // environment steps
  bool terminated = false;    // else truncated
  std::vector<double> terms;  // each reward term summed over the episode

  bool operator==(const Episode&) const = default;
};

double mean_return(std::span<const Episode> episodes);

class Evaluator {
 public:
  /// `make` gives new copies of the task; at most `most_copies` are kept.
  Evaluator(const std::function<std::unique_ptr<Environment>()>& make, std::size_t most_copies);

  /// Plays one episode for each seed; episodes are in the order of `seeds`. `tick` is called before every step of the
  /// batch and may throw to give up. Throws NotFiniteError naming `step`.
  std::vector<Episode> evaluate(Algorithm& algorithm, ActMode mode, std::span<const std::uint64_t> seeds,
                                RandomStream& random, std::int64_t step, const std::function<void()>& tick);

  /// Plays the last episode of the evaluation again, with the same actions in a `fresh` copy of the task. Throws
  /// Error, naming `step`, unless it comes out as `played`: what an episode gives must not depend on how many there
  /// were before, because the copies of a resumed run are new.
  void check_repeats(Environment& fresh, const Episode& played, std::int64_t step);

 private:
  struct Slot {
    Environment* environment;
    std::size_t episode;
  };
  void begin(Slot slot, std::uint64_t seed, Episode& episode);
  bool advance(const Slot& slot, std::span<const float> action, Episode& episode);

  std::vector<std::unique_ptr<Environment>> copies_;
  EnvironmentSpec spec_;  // as the first was made
  std::size_t observation_size_;
  std::size_t action_size_;
  std::vector<float> observations_;  // [copies, O], the active ones first
  std::vector<float> actions_;       // [copies, A]
  std::vector<float> last_actions_;  // of the last episode, [steps, A]
  std::vector<double> terms_;
};

}  // namespace tutti::run
