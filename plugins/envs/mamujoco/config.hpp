// What a suite can say about a robot task, and the tasks that have names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "factorization.hpp"
#include "simulation.hpp"
#include "tutti/environment.hpp"

namespace tutti::mamujoco {

struct Config {
  std::string robot = "ant";
  std::string factorization = "2x4";
  IntegerLists actuators;  // overrides factorization
  std::string profile = "gymnasium_robotics";
  std::string robot_version = "profile";
  std::string mapping = "profile";
  std::string observations = "profile";
  std::string state = "profile";
  std::int64_t neighbourhood = 1;
  std::int64_t episode_limit = 1000;

  void declare(Parameters& parameter);
  /// Throws Error when the factorization does not fit the robot, a mapping is set where actuators are listed, or a
  /// neighbourhood where all is seen.
  void check() const;

  // What "profile" stands for, where it was not overridden.
  Version resolved_robot_version() const;
  Mapping resolved_mapping() const;
  bool full_observations() const;
  bool standardised_state() const;
  Factorization resolved_factorization() const;
  /// Whether the profile alone would give something else.
  bool is_modified() const;
};

/// The tasks of the OMAD paper: ant-2x4, ant-2x4d, ant-4x2, half-cheetah-2x3, half-cheetah-6x1, walker2d-2x3,
/// swimmer-2x1.
void named_tasks(std::vector<TaskSpec>& tasks);

}  // namespace tutti::mamujoco
