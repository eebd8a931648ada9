// Shows what stored policies do: a film, a film strip and the trajectory of a few episodes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "watch/rollout.hpp"

namespace tutti::watch {

struct WatchOptions {
  std::int64_t episodes = 1;
  std::uint64_t seed = 0;
  ActMode mode = ActMode::kDeterministic;
  FrameSize size;                // of one policy's picture
  std::int64_t every = 1;        // environment steps between frames
  double frames_per_second = 0;  // 0: as fast as the simulated time, or 20 where the environment does not say it
  std::int64_t most_steps = 0;   // of an episode; 0: all of it
  std::int64_t still = 0;        // frames of a film strip of the first episode; 0: none
  bool words = true;             // in each picture: the label, the step, the return so far
  bool gif = true;
  bool mp4 = true;
  bool csv = false;
  std::filesystem::path stem;  // files are called like this, with an ending
};

struct WatchHooks {
  std::function<bool()> should_stop = [] { return false; };
  std::function<void(std::int64_t episode, std::int64_t step)> progress = [](std::int64_t, std::int64_t) {};
};

/// Asked to stop; no file was left half written.
class Stopped : public Error {
 public:
  Stopped() : Error("stopped; no file was left half written") {}
};

struct Watched {
  std::vector<std::vector<EpisodeSummary>> episodes;  // [episodes, policies]
  std::vector<std::filesystem::path> files;
  std::vector<std::int64_t> strip_steps;  // environment steps before each frame of the strip
};

/// What each policy is called: its algorithm, with its seed where two are of the same.
std::vector<std::string> labels_of(const std::vector<StoredPolicy*>& policies);

/// Rolls out one policy, or two of the same task on the same seeds, side by side. Throws Error, FileError, Stopped, and
/// what the plugins throw.
Watched watch(const std::vector<StoredPolicy*>& policies, const WatchOptions& options, const WatchHooks& hooks);

/// Throws Error naming what differs unless both runs are of the same task with the same parameters.
void require_same_task(const suite::Run& one, const suite::Run& other);

}  // namespace tutti::watch
