// Which agent drives which actuators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "robot.hpp"

namespace tutti::mamujoco {

/// For each agent the actuator (place in ctrl) behind each component of its action. Every actuator has one agent.
using Factorization = std::vector<std::vector<int>>;

/// Three packages give the same names three meanings.
enum class Mapping {
  kGymnasiumRobotics,  // by joint; Ant 2x4d is the front pair of legs and the rear pair
  kHarl,               // the agents' actions concatenated, in the order of the actuators: Ant 2x4 and 2x4d are one task
  kOriginal,  // by joint; Ant 2x4d is the two diagonals (multiagent_mujoco, Peng et al. 2021, arXiv:2003.06709)
};

/// "2x4", "2x4d", "4x2", ... of a robot. Throws Error naming those that exist.
Factorization named_factorization(const Robot& robot, const std::string& name, Mapping mapping);

/// An explicit one. Throws Error unless every actuator of the robot is listed exactly once and every agent has one.
Factorization checked_factorization(const Robot& robot, const std::vector<std::vector<std::int64_t>>& actuators);

}  // namespace tutti::mamujoco
