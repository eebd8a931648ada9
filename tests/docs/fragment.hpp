// What fragments of C++ in the documents stand in: the SDK, and a class with the members that they refer to.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "tutti/algorithm.hpp"
#include "tutti/canvas.hpp"
#include "tutti/environment.hpp"
#include "tutti/random.hpp"
#include "tutti/schedule.hpp"

using namespace tutti;

/// An environment and an algorithm at once, so that a fragment may override functions of either.
class Fragment : public Environment, public Algorithm {
 public:
  using Algorithm::load;
  using Algorithm::observe;
  using Algorithm::save;

 protected:
  struct Robot {};
  static CanvasPoint place_of(const Robot&) { return {}; }
  void gradient_step(Metrics&) {}

  Robot robot_;
  std::vector<double> positions_;
  std::vector<float> weights_;
  std::int64_t steps_ = 0;
  std::int64_t updates_ = 0;
  UpdateSchedule schedule_{ScheduleOptions{}};
  EnvironmentSpec spec_;
};
