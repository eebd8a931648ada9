#include "config.hpp"

namespace tutti::mamujoco {

void Config::declare(Parameters& parameter) {
  parameter("robot", robot, one_of({"ant", "half_cheetah", "walker2d", "swimmer"}), "the robot");
  parameter("factorization", factorization, any_value(),
            "how its actuators are divided: ant 2x4, 2x4d, 4x2; half_cheetah 2x3, 6x1; walker2d 2x3; swimmer 2x1");
  parameter("actuators", actuators, between(0, 1e6),
            "any other division: the list of actuators of each agent, in the order of its action");
  parameter(
      "profile", profile, one_of({"gymnasium_robotics", "harl"}),
      "what the four parameters set to \"profile\" stand for: v5, gymnasium_robotics, local, raw; or v2, harl, full, "
      "standardised");
  parameter("robot_version", robot_version, one_of({"profile", "v5", "v2"}),
            "reward, contact forces and Walker2d's friction as in Gymnasium's v5 or v2 robots");
  parameter("mapping", mapping, one_of({"profile", "gymnasium_robotics", "harl", "original"}),
            "what a factorization's name means; see the plugin's README");
  parameter("observations", observations, one_of({"profile", "local", "full"}),
            "local: own joints and their neighbourhood; full: the standardised state and the agent's identity");
  parameter("state", state, one_of({"profile", "raw", "standardised"}),
            "standardised: shifted and scaled to mean 0 and deviation 1 over its entries");
  parameter("neighbourhood", neighbourhood, between(0, 10),
            "how many joints away local observations reach; from 5 on everything is in reach");
  parameter("episode_limit", episode_limit, between(1, 1e9), "environment steps before truncation");
}

void Config::check() const {
  const Config defaults;
  (void)resolved_factorization();
  if (!actuators.empty() && mapping != defaults.mapping) {
    throw Error("mamujoco: \"mapping\" is \"" + mapping +
                "\", but \"actuators\" are listed, so that no factorization's name needs a meaning; leave one out");
  }
  // Named tasks set it: beside actuators any known name will do.
  if (!actuators.empty() && factorization != defaults.factorization) {
    (void)named_factorization(mamujoco::robot(robot), factorization, resolved_mapping());
  }
  if (full_observations() && neighbourhood != defaults.neighbourhood) {
    throw Error("mamujoco: \"neighbourhood\" is " + std::to_string(neighbourhood) +
                ", but full observations show everything; leave it out or set observations = \"local\"");
  }
}

Version Config::resolved_robot_version() const {
  const std::string of_profile = profile == "harl" ? "v2" : "v5";
  return (robot_version == "profile" ? of_profile : robot_version) == "v2" ? Version::kV2 : Version::kV5;
}

Mapping Config::resolved_mapping() const {
  const std::string& name = mapping == "profile" ? profile : mapping;
  if (name == "harl") return Mapping::kHarl;
  return name == "original" ? Mapping::kOriginal : Mapping::kGymnasiumRobotics;
}

bool Config::full_observations() const {
  return observations == "profile" ? profile == "harl" : observations == "full";
}

bool Config::standardised_state() const { return state == "profile" ? profile == "harl" : state == "standardised"; }

Factorization Config::resolved_factorization() const {
  const Robot& chosen = mamujoco::robot(robot);
  if (!actuators.empty()) return checked_factorization(chosen, actuators);
  return named_factorization(chosen, factorization, resolved_mapping());
}

bool Config::is_modified() const {
  if (!actuators.empty()) return true;
  Config plain;
  plain.robot = robot;
  plain.factorization = factorization;
  plain.profile = profile;
  return resolved_robot_version() != plain.resolved_robot_version() ||
         resolved_factorization() != plain.resolved_factorization() ||
         full_observations() != plain.full_observations() || standardised_state() != plain.standardised_state();
}

void named_tasks(std::vector<TaskSpec>& tasks) {
  const auto add = [&](const char* name, const char* robot_name, const char* factorization, const char* summary) {
    tasks.push_back({name,
                     {{"robot", std::string(robot_name)},
                      {"factorization", std::string(factorization)},
                      {"actuators", Config{}.actuators}},
                     summary,
                     "Gymnasium-Robotics 1.4.2 MaMuJoCo " + std::string(factorization) + " over Gymnasium 1.4.0 " +
                         robot(robot_name).task + "-v5"});
  };
  add("ant-2x4", "ant", "2x4", "the left pair of an ant's legs and the right pair");
  add("ant-2x4d", "ant", "2x4d", "the front pair of an ant's legs and the rear pair");
  add("ant-4x2", "ant", "4x2", "the four legs of an ant");
  add("half-cheetah-2x3", "half_cheetah", "2x3", "the back leg of a half cheetah and its front leg");
  add("half-cheetah-6x1", "half_cheetah", "6x1", "the six joints of a half cheetah");
  add("walker2d-2x3", "walker2d", "2x3", "the two legs of a planar walker");
  add("swimmer-2x1", "swimmer", "2x1", "the two joints of a swimmer");
}

}  // namespace tutti::mamujoco
