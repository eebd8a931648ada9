// What a scenario looks like from above: landmarks, the goal, agents, and where the agents were since the first picture
// of the episode.
#pragma once

#include <vector>

#include "scenario.hpp"
#include "tutti/frame.hpp"

namespace tutti::mpe {

class Drawing {
 public:
  /// Forgets the episode before. From its first picture on, an episode is followed.
  void begin();
  bool follows() const { return !trails_.empty(); }

  /// Adds where the agents are to their trails; once after every step.
  void follow(const World& world);

  /// The same positions give the same bytes on every machine. Throws Error on an impossible size.
  Frame draw(const Scenario& scenario, FrameSize size);

 private:
  std::vector<std::vector<Vector>> trails_;  // of each agent of the world, oldest first
  double reach_ = 0;                         // the picture shows [-reach, reach]² at least; grows within an episode
};

}  // namespace tutti::mpe
