// What rewards are divided by, so that values have one size on every task: then the critics' support, the first
// temperature and the rates need not be chosen for each. Rewards are scaled when a batch is drawn; replay keeps them as
// they came, so that old and new ones always have one unit.
//
//   kVariance      G <- r + gamma G for every copy, from 0 at the start of each episode
//   (SimbaV2)      scale = max( sqrt(Var(G) + 1e-8), max |G| / return_max )          over all G of the run
//   kReturnRange   G: the discounted return to go of every step of every finished episode; one that was truncated goes
//   (BRC)          on for ever with the mean of its rewards
//                  scale = ( max |G| + alpha target_cost / (1 - gamma) ) / return_max
//                  The second term leaves room for the entropy's share of the values.
//
// Sources: SimbaV2 (Lee et al. 2025, arXiv:2502.15280), BRC (Nauman et al. 2025, arXiv:2505.23150) and their public
// code. Differs: SimbaV2's code lets an episode's last reward reach into the next one's returns; before an episode has
// ended, kReturnRange takes those that are open as if they had just been truncated, since with several copies of a long
// task learning starts earlier than that.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tutti/algorithm.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::omad {

enum class RewardNormalization { kNone, kVariance, kReturnRange };

struct RewardScaleOptions {
  RewardNormalization rule = RewardNormalization::kNone;
  double discount = 0.99;  // gamma, below 1 with kReturnRange
  double return_max = 5;   // what the largest return is scaled to, at most
  double target_cost = 0;  // |path cost of the team| that the temperature aims at; kReturnRange only
};

class RewardScale {
 public:
  RewardScale(const RewardScaleOptions& options, std::int64_t copies);

  /// Takes one environment step of every copy.
  void observe(const Transitions& transitions);

  /// What to divide rewards by; 1 with kNone, and before there is a reward other than 0.
  double scale(double temperature) const;

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  void add_return(double value);
  double largest_return_to_go(const std::vector<double>& rewards, bool truncated) const;
  double largest_of_open_episodes() const;

  RewardScaleOptions options_;
  std::vector<double> running_;                // G of each copy, kVariance
  std::vector<std::vector<double>> episodes_;  // rewards so far of each copy's episode, kReturnRange
  double count_ = 0, mean_ = 0, squares_ = 0;  // of all G: number, mean, sum of squared distances from it
  double largest_ = 0;                         // max |G|
  std::int64_t finished_ = 0;                  // episodes
};

}  // namespace tutti::omad
