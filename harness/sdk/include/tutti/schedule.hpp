// When an off-policy algorithm explores at random and how many gradient steps are due. Gradient steps are counted for
// environment steps, not for calls: with ten copies a call of update() stands for ten environment steps.
//
//   void observe(const Transitions& transitions) {
//     ... keep them ...
//     schedule_.advance(static_cast<std::int64_t>(transitions.rewards.size()));
//   }
//   void update(Metrics& metrics) {
//     for (std::int64_t due = schedule_.take_due(); due > 0; --due) ... one gradient step ...
//   }
#pragma once

#include <cstdint>

#include "tutti/export.hpp"
#include "tutti/snapshot.hpp"

namespace tutti {

struct ScheduleOptions {
  std::int64_t warm_up_steps = 0;  // environment steps of uniform random actions before the first update
  double updates_per_step = 1;     // gradient steps for each environment step; fractions add up
  std::int64_t interval = 1;       // sweeps (one step of every copy) between groups of updates
};

class TUTTI_API UpdateSchedule {
 public:
  explicit UpdateSchedule(ScheduleOptions options) : options_(options) {}

  /// True while actions are to be uniformly random.
  bool warming_up() const { return steps_ < options_.warm_up_steps; }

  /// Takes one sweep of `copies` environment steps.
  void advance(std::int64_t copies);

  /// Gradient steps due now; they count as done.
  std::int64_t take_due();

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  ScheduleOptions options_;
  std::int64_t steps_ = 0;
  std::int64_t sweeps_ = 0;  // after the warm-up
  double credit_ = 0;        // updates earned and not yet taken
};

}  // namespace tutti
