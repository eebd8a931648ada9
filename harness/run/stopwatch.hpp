// Where the time of a run goes: at any moment to exactly one activity.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

namespace tutti::run {

enum class Activity { kEnvironment, kAct, kUpdate, kRest, kEvaluate, kCheckpoint };

class Stopwatch {
 public:
  static constexpr std::size_t kActivities = 6;
  using Seconds = std::array<double, kActivities>;

  /// Continues from `before`, the seconds of earlier segments.
  explicit Stopwatch(const Seconds& before = {}) : seconds_(before), since_(Clock::now()) {}

  /// Time from now on belongs to `activity`. Returns the previous one.
  Activity start(Activity activity) {
    const Clock::time_point now = Clock::now();
    seconds_[index(current_)] += std::chrono::duration<double>(now - since_).count();
    since_ = now;
    return std::exchange(current_, activity);
  }

  /// Up to the last start().
  double seconds(Activity activity) const { return seconds_[index(activity)]; }
  const Seconds& all() const { return seconds_; }
  double train_seconds() const {
    return seconds(Activity::kEnvironment) + seconds(Activity::kAct) + seconds(Activity::kUpdate) +
           seconds(Activity::kRest);
  }
  double wall_seconds() const {
    return train_seconds() + seconds(Activity::kEvaluate) + seconds(Activity::kCheckpoint);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static std::size_t index(Activity activity) { return static_cast<std::size_t>(activity); }

  Seconds seconds_;
  Clock::time_point since_;
  Activity current_ = Activity::kRest;
};

}  // namespace tutti::run
