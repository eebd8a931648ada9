// Where the time of a run goes: at any moment to exactly one activity. Wall-clock time of each, and processor time of
// training, which counts no waiting for a core.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <utility>

namespace tutti::run {

enum class Activity { kEnvironment, kAct, kUpdate, kRest, kEvaluate, kCheckpoint };

class Stopwatch {
 public:
  static constexpr std::size_t kActivities = 6;
  using Seconds = std::array<double, kActivities>;

  /// Continues from `before`, the seconds of earlier segments, and their processor time of training.
  explicit Stopwatch(const Seconds& before = {}, double train_cpu_seconds = 0)
      : seconds_(before), since_(Clock::now()), train_cpu_seconds_(train_cpu_seconds), cpu_since_(cpu_now()) {}

  /// Time from now on belongs to `activity`. Returns the previous one.
  Activity start(Activity activity) {
    const Clock::time_point now = Clock::now();
    seconds_[index(current_)] += std::chrono::duration<double>(now - since_).count();
    since_ = now;
    if (is_training(activity) != is_training(current_)) switch_cpu();
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

  /// Processor time of this process, every thread of it, during training. Up to now.
  double train_cpu_seconds() const { return train_cpu_seconds_ + (is_training(current_) ? cpu_now() - cpu_since_ : 0); }

 private:
  using Clock = std::chrono::steady_clock;
  static std::size_t index(Activity activity) { return static_cast<std::size_t>(activity); }
  static bool is_training(Activity activity) {
    return activity != Activity::kEvaluate && activity != Activity::kCheckpoint;
  }
  // A call of the kernel: only where training begins or ends, never between the activities of a step.
  static double cpu_now() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  void switch_cpu() {
    const double now = cpu_now();
    if (is_training(current_)) train_cpu_seconds_ += now - cpu_since_;
    cpu_since_ = now;
  }

  Seconds seconds_;
  Clock::time_point since_;
  double train_cpu_seconds_;
  double cpu_since_;
  Activity current_ = Activity::kRest;
};

}  // namespace tutti::run
