#include "robot.hpp"

#include <algorithm>

#include "tutti/error.hpp"

namespace tutti::mamujoco {
namespace {

// Joints 2(leg-1) and 2(leg-1)+1 are hip and ankle of leg 1 to 4. The actuators start with leg 4.
Robot make_ant() {
  Robot ant{.name = "ant",
            .task = "Ant",
            .model = "ant.xml",
            .model_v2 = "ant.xml",
            .frame_skip = 5,
            .time_step = 0.01,
            .positions = 15,
            .velocities = 14,
            .bodies = 14,
            .noise = 0.1,
            .normal_velocity = true,
            .torso_velocity = true,
            .control_weight = 0.5,
            .contact_weight = 5e-4,
            .survive_reward = 1,
            .height = 2,
            .healthy_height = {0.2, 1.0},
            .height_inclusive = true,
            .healthy_pitch = {},
            .first_position = 2,
            .contact_forces = true,
            .joints = {},
            .neighbours = {},
            .global_positions = {2, 3, 4, 5, 6},
            .global_velocities = {0, 1, 2, 3, 4, 5}};
  for (int leg = 1; leg <= 4; ++leg) {
    const std::string number = std::to_string(leg);
    const int joint = 2 * (leg - 1);
    const int actuator = 2 * (leg % 4);
    const int torso = 1;
    const int body = 3 * leg - 1;  // leg, aux and ankle body follow each other
    ant.joints.push_back({"hip" + number, 7 + joint, {6 + joint}, {torso, body}, actuator});
    ant.joints.push_back({"ankle" + number, 8 + joint, {7 + joint}, {body, body + 1, body + 2}, actuator + 1});
    ant.neighbours.push_back({joint, joint + 1});
  }
  ant.neighbours.push_back({0, 2, 4, 6});
  return ant;
}

// Three joints of one leg and three of the other, in the order of the actuators.
std::vector<Joint> two_legs(const std::array<const char*, 6>& names) {
  std::vector<Joint> joints;
  for (int i = 0; i < 6; ++i) joints.push_back({names[static_cast<std::size_t>(i)], 3 + i, {3 + i}, {}, i});
  return joints;
}

Robot make_half_cheetah() {
  return {.name = "half_cheetah",
          .task = "HalfCheetah",
          .model = "half_cheetah.xml",
          .model_v2 = "half_cheetah.xml",
          .frame_skip = 5,
          .time_step = 0.01,
          .positions = 9,
          .velocities = 9,
          .bodies = 8,
          .noise = 0.1,
          .normal_velocity = true,
          .control_weight = 0.1,
          .healthy_height = {},
          .healthy_pitch = {},
          .first_position = 1,
          .joints = two_legs({"bthigh", "bshin", "bfoot", "fthigh", "fshin", "ffoot"}),
          .neighbours = {{2, 1}, {1, 0}, {0, 3}, {3, 4}, {4, 5}},
          .global_positions = {1, 2},
          .global_velocities = {0, 1, 2}};
}

Robot make_walker2d() {
  return {.name = "walker2d",
          .task = "Walker2d",
          .model = "walker2d.xml",
          .model_v2 = "walker2d_v2.xml",
          .frame_skip = 4,
          .time_step = 0.002,
          .positions = 9,
          .velocities = 9,
          .bodies = 8,
          .noise = 0.005,
          .control_weight = 1e-3,
          .survive_reward = 1,
          .height = 1,
          .healthy_height = {0.8, 2.0},
          .pitch = 2,
          .healthy_pitch = {-1, 1},
          .first_position = 1,
          .velocity_clip = 10,
          .joints = two_legs(
              {"thigh_joint", "leg_joint", "foot_joint", "thigh_left_joint", "leg_left_joint", "foot_left_joint"}),
          .neighbours = {{2, 1}, {1, 0}, {5, 4}, {4, 3}, {0, 3}},
          .global_positions = {1, 2},
          .global_velocities = {0, 1, 2}};
}

// Each joint also sees one velocity of the whole robot along the plane.
Robot make_swimmer() {
  return {.name = "swimmer",
          .task = "Swimmer",
          .model = "swimmer.xml",
          .model_v2 = "swimmer.xml",
          .frame_skip = 4,
          .time_step = 0.01,
          .positions = 5,
          .velocities = 5,
          .bodies = 4,
          .noise = 0.1,
          .control_weight = 1e-4,
          .healthy_height = {},
          .healthy_pitch = {},
          .first_position = 2,
          .joints = {{"rot2", 3, {0, 3}, {}, 0}, {"rot3", 4, {1, 4}, {}, 1}},
          .neighbours = {{0, 1}},
          .global_positions = {2},
          .global_velocities = {2}};
}

}  // namespace

const std::vector<Robot>& robots() {
  static const std::vector<Robot> all{make_ant(), make_half_cheetah(), make_walker2d(), make_swimmer()};
  return all;
}

const Robot& robot(std::string_view name) {
  const auto found = std::ranges::find(robots(), name, &Robot::name);
  if (found == robots().end()) throw Error("mamujoco: unknown robot \"" + std::string(name) + '"');
  return *found;
}

}  // namespace tutti::mamujoco
