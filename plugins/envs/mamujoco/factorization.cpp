#include "factorization.hpp"

#include <algorithm>
#include <map>

#include "tutti/error.hpp"

namespace tutti::mamujoco {
namespace {

using Agents = std::vector<std::vector<std::string>>;  // the joints of each agent, in the order of its action

std::vector<std::string> legs(std::initializer_list<int> numbers) {
  std::vector<std::string> joints;
  for (const int number : numbers) {
    joints.insert(joints.end(), {"hip" + std::to_string(number), "ankle" + std::to_string(number)});
  }
  return joints;
}

// Gymnasium-Robotics 1.4.2, `get_parts_and_edges`.
const std::map<std::string, Agents>& by_joint(const Robot& robot) {
  static const std::map<std::string, std::map<std::string, Agents>> all{
      {"ant",
       {{"2x4", {legs({1, 2}), legs({3, 4})}},
        {"2x4d", {legs({1, 4}), legs({2, 3})}},
        {"4x2", {legs({1}), legs({2}), legs({3}), legs({4})}}}},
      {"half_cheetah",
       {{"2x3", {{"bthigh", "bshin", "bfoot"}, {"fthigh", "fshin", "ffoot"}}},
        {"6x1", {{"bthigh"}, {"bshin"}, {"bfoot"}, {"fthigh"}, {"fshin"}, {"ffoot"}}}}},
      {"walker2d",
       {{"2x3",
         {{"foot_joint", "leg_joint", "thigh_joint"}, {"foot_left_joint", "leg_left_joint", "thigh_left_joint"}}}}},
      {"swimmer", {{"2x1", {{"rot2"}, {"rot3"}}}}},
  };
  return all.at(robot.name);
}

int actuator_of(const Robot& robot, const std::string& joint) {
  return std::ranges::find(robot.joints, joint, &Joint::name)->actuator;
}

Factorization map_joints(const Robot& robot, const Agents& agents) {
  Factorization result;
  for (const auto& joints : agents) {
    result.emplace_back();
    for (const std::string& joint : joints) result.back().push_back(actuator_of(robot, joint));
  }
  return result;
}

// The first agent drives the first actuators, the next one those that follow.
Factorization concatenate(const Agents& agents) {
  Factorization result;
  int actuator = 0;
  for (const auto& joints : agents) {
    result.emplace_back();
    for (std::size_t i = 0; i < joints.size(); ++i) result.back().push_back(actuator++);
  }
  return result;
}

std::string names(const std::map<std::string, Agents>& factorizations) {
  std::string result;
  for (const auto& [name, agents] : factorizations) result += (result.empty() ? "" : ", ") + name;
  return result;
}

}  // namespace

Factorization named_factorization(const Robot& robot, const std::string& name, Mapping mapping) {
  const auto& known = by_joint(robot);
  const auto found = known.find(name);
  if (found == known.end()) {
    throw Error("mamujoco: unknown factorization \"" + name + "\" of " + robot.name + "; known: " + names(known) +
                "; for any other one list the actuators of each agent in \"actuators\"");
  }
  if (mapping == Mapping::kHarl) return concatenate(found->second);
  if (mapping == Mapping::kOriginal && robot.name == "ant" && name == "2x4d") {
    return map_joints(robot, {legs({1, 3}), legs({2, 4})});
  }
  return map_joints(robot, found->second);
}

Factorization checked_factorization(const Robot& robot, const std::vector<std::vector<std::int64_t>>& actuators) {
  const auto count = static_cast<std::int64_t>(robot.joints.size());
  const std::string expected = "; expected each of " + robot.name + "'s actuators 0 to " + std::to_string(count - 1) +
                               " once, and at least one for each agent";
  std::vector<bool> seen(robot.joints.size());
  Factorization result;
  for (const auto& agent : actuators) {
    const std::string where = "mamujoco: \"actuators\" of agent_" + std::to_string(result.size());
    if (agent.empty()) throw Error(where + " is empty" + expected);
    result.emplace_back();
    for (const std::int64_t actuator : agent) {
      if (actuator < 0 || actuator >= count) throw Error(where + " has " + std::to_string(actuator) + expected);
      const auto index = static_cast<std::size_t>(actuator);
      if (seen[index]) throw Error(where + " has " + std::to_string(actuator) + " a second time" + expected);
      seen[index] = true;
      result.back().push_back(static_cast<int>(actuator));
    }
  }
  const auto missing = std::ranges::find(seen, false);
  if (missing != seen.end()) {
    throw Error("mamujoco: \"actuators\" leaves out " + std::to_string(missing - seen.begin()) + expected);
  }
  return result;
}

}  // namespace tutti::mamujoco
