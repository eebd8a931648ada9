#include "omad/reward_scale.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace tutti::omad {

RewardScale::RewardScale(const RewardScaleOptions& options, std::int64_t copies)
    : options_(options),
      running_(static_cast<std::size_t>(options.rule == RewardNormalization::kVariance ? copies : 0)),
      episodes_(static_cast<std::size_t>(options.rule == RewardNormalization::kReturnRange ? copies : 0)) {}

void RewardScale::observe(const Transitions& transitions) {
  for (std::size_t copy = 0; copy < transitions.rewards.size(); ++copy) {
    const double reward = transitions.rewards[copy];
    const bool terminated = transitions.terminated[copy] != 0, ended = terminated || transitions.truncated[copy] != 0;
    if (options_.rule == RewardNormalization::kVariance) {
      running_[copy] = reward + options_.discount * running_[copy];
      add_return(running_[copy]);
      if (ended) running_[copy] = 0;
    } else if (options_.rule == RewardNormalization::kReturnRange) {
      episodes_[copy].push_back(reward);
      if (!ended) continue;
      largest_ = std::max(largest_, largest_return_to_go(episodes_[copy], !terminated));
      episodes_[copy].clear();
      ++finished_;
    }
  }
}

/// Welford's way of a running variance.
void RewardScale::add_return(double value) {
  count_ += 1;
  const double distance = value - mean_;
  mean_ += distance / count_;
  squares_ += distance * (value - mean_);
  largest_ = std::max(largest_, std::abs(value));
}

/// max |G| over the steps of one episode.
double RewardScale::largest_return_to_go(const std::vector<double>& rewards, bool truncated) const {
  double to_go = 0, largest = 0;
  if (truncated) {
    const double mean = std::accumulate(rewards.begin(), rewards.end(), 0.0) / static_cast<double>(rewards.size());
    to_go = mean / (1 - options_.discount);
  }
  for (auto reward = rewards.rbegin(); reward != rewards.rend(); ++reward) {
    to_go = *reward + options_.discount * to_go;
    largest = std::max(largest, std::abs(to_go));
  }
  return largest;
}

double RewardScale::largest_of_open_episodes() const {
  double largest = 0;
  for (const std::vector<double>& rewards : episodes_) {
    if (!rewards.empty()) largest = std::max(largest, largest_return_to_go(rewards, /*truncated=*/true));
  }
  return largest;
}

double RewardScale::scale(double temperature) const {
  constexpr double kSmallestVariance = 1e-8;
  if (options_.rule == RewardNormalization::kVariance) {
    if (largest_ == 0) return 1;
    return std::max(std::sqrt(squares_ / count_ + kSmallestVariance), largest_ / options_.return_max);
  }
  if (options_.rule == RewardNormalization::kReturnRange) {
    const double largest = finished_ > 0 ? largest_ : largest_of_open_episodes();
    if (largest == 0) return 1;
    return (largest + temperature * options_.target_cost / (1 - options_.discount)) / options_.return_max;
  }
  return 1;
}

void RewardScale::save(SnapshotWriter& writer, std::string_view name) const {
  const std::string prefix(name);
  if (options_.rule == RewardNormalization::kNone) return;
  writer.values<double>(prefix + ".statistics", std::vector<double>{count_, mean_, squares_, largest_});
  writer.value<std::int64_t>(prefix + ".finished", finished_);
  writer.values<double>(prefix + ".running", running_);
  for (const std::vector<double>& rewards : episodes_) writer.values<double>(prefix + ".episode", rewards);
}

void RewardScale::load(SnapshotReader& reader, std::string_view name) {
  const std::string prefix(name);
  if (options_.rule == RewardNormalization::kNone) return;
  std::vector<double> statistics(4);
  reader.values<double>(prefix + ".statistics", statistics);
  count_ = statistics[0], mean_ = statistics[1], squares_ = statistics[2], largest_ = statistics[3];
  finished_ = reader.value<std::int64_t>(prefix + ".finished");
  reader.values<double>(prefix + ".running", running_);
  for (std::vector<double>& rewards : episodes_) rewards = reader.vector<double>(prefix + ".episode");
}

}  // namespace tutti::omad
