// What policies do, as film strips: which runs to show, and what was made of them. Whoever can roll policies out makes
// the pictures; the report only shows them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// The run of an algorithm on a task whose policy is shown.
struct ShownRun {
  std::size_t task = 0, algorithm = 0;  // of the dataset
  std::int64_t seed = 0;
  std::string name;              // "mpe/coop-nav-n3/hatd3/seed-1"
  std::filesystem::path folder;  // where it lies
};

/// A film strip of one episode, or the reason why there is none.
struct Strip {
  ShownRun run;
  std::string png;                  // empty: there is none
  std::string reason;               // one sentence without a full stop, where there is none
  std::vector<std::int64_t> steps;  // environment steps before each frame
  std::int64_t policy_step = 0;     // environment steps that the policy was trained for
  double episode_return = 0;
  std::int64_t length = 0;               // environment steps of the episode
  std::string ended;                     // terminated, truncated
  std::vector<std::string> differences;  // between the builds that trained the policy and those that show it
};

/// The best run of each algorithm on each task, by task and algorithm. A finished run comes before another; then the
/// higher mean return of the absolute evaluation counts, or where no run has one, that of the best evaluation; then the
/// lower seed. Failed and imported runs have no policy to show.
std::vector<ShownRun> runs_to_show(const Dataset& data);

}  // namespace tutti::reports
