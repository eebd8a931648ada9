// The four robots as data: what their tasks reward, when an episode is over, and how their joints hang together.
// Sources: Gymnasium 1.4.0 `envs/mujoco/{ant,half_cheetah,walker2d,swimmer}_v5.py`; v2: Gymnasium 0.29.1, the same
// names; joints, neighbours and global joints: Gymnasium-Robotics 1.4.2 `multiagent_mujoco/obsk.py`.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::mamujoco {

/// An actuated joint, by its place in MuJoCo's arrays.
struct Joint {
  std::string name;             // as Gymnasium-Robotics calls it; observations are ordered by it
  int qpos = 0;                 // its angle
  std::vector<int> velocities;  // in qvel
  std::vector<int> bodies;      // whose contact forces belong to it
  int actuator = 0;             // in ctrl
};

struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct Robot {
  std::string name;
  std::string task;   // "Ant": the reference's name without the version
  std::string model;  // file name; the v2 robots may have another one
  std::string model_v2;
  int frame_skip = 0;  // simulator steps per environment step

  // Of the model; a file of something else is told by them.
  double time_step = 0;  // seconds
  int positions = 0;     // qpos
  int velocities = 0;    // qvel
  int bodies = 0;        // with the world

  // A new episode starts at the model's own position plus noise.
  double noise = 0;              // of positions: uniform in [-noise, noise]
  bool normal_velocity = false;  // of velocities: normal with this standard deviation, or uniform like positions

  // Reward: velocity along x, minus control_weight * sum of squared actions, minus contact_weight * sum of squared
  // contact forces, plus survive_reward while healthy.
  bool torso_velocity = false;  // x of the torso, which MuJoCo computes before it integrates, instead of qpos[0]
  double control_weight = 0;
  double contact_weight = 0;
  double survive_reward = 0;

  // Unhealthy ends the episode; the robots without a survive_reward are always healthy.
  int height = 0;  // in qpos
  Interval healthy_height;
  bool height_inclusive = false;  // the bounds themselves are healthy
  int pitch = 0;                  // in qpos
  Interval healthy_pitch;

  // The state: positions from first_position on, velocities, contact forces on all bodies but the world.
  int first_position = 0;
  double velocity_clip = std::numeric_limits<double>::infinity();
  bool contact_forces = false;

  // Local observations.
  std::vector<Joint> joints;
  std::vector<std::vector<int>> neighbours;  // groups of joints (indices) that are next to each other
  std::vector<int> global_positions;         // seen by everybody
  std::vector<int> global_velocities;
};

/// "ant", "half_cheetah", "walker2d", "swimmer".
const std::vector<Robot>& robots();
const Robot& robot(std::string_view name);

}  // namespace tutti::mamujoco
