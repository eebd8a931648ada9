#include "observations.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tutti::mamujoco {
namespace {

using Joints = std::vector<std::size_t>;  // indices into Robot::joints

bool contains(const auto& list, auto value) { return std::ranges::find(list, value) != list.end(); }

void sort_by_name(const Robot& robot, Joints& joints) {
  std::ranges::sort(joints, {}, [&](std::size_t joint) -> const std::string& { return robot.joints[joint].name; });
}

Joints joints_of(const Robot& robot, const std::vector<int>& actuators) {
  Joints result;
  for (std::size_t joint = 0; joint < robot.joints.size(); ++joint) {
    if (contains(actuators, robot.joints[joint].actuator)) result.push_back(joint);
  }
  sort_by_name(robot, result);
  return result;
}

// The joints that share a group with one of `front` and are not in `seen`; adds them to `seen`.
Joints next_depth(const Robot& robot, const Joints& front, Joints& seen) {
  Joints result;
  for (const std::vector<int>& group : robot.neighbours) {
    if (std::ranges::none_of(front, [&](std::size_t joint) { return contains(group, static_cast<int>(joint)); }))
      continue;
    for (const int member : group) {
      const auto joint = static_cast<std::size_t>(member);
      if (contains(seen, joint)) continue;
      seen.push_back(joint);
      result.push_back(joint);
    }
  }
  sort_by_name(robot, result);
  return result;
}

}  // namespace

LocalObservation::LocalObservation(const Robot& robot, const std::vector<int>& actuators, std::int64_t depth) {
  Joints front = joints_of(robot, actuators);
  Joints seen = front;
  for (const std::size_t joint : front) add_own(robot.joints[joint]);
  for (std::int64_t d = 1; d <= depth && !front.empty(); ++d) {
    front = next_depth(robot, front, seen);
    for (const std::size_t joint : front) add(Source::kPosition, robot.joints[joint].qpos);
  }
  for (const int position : robot.global_positions) add(Source::kPosition, position);
  for (const int velocity : robot.global_velocities) add(Source::kVelocity, velocity);
}

void LocalObservation::add(Source source, int index) {
  items_.push_back({source, index});
  size_ += source == Source::kContactForces ? 6 : 1;
}

void LocalObservation::add_own(const Joint& joint) {
  add(Source::kPosition, joint.qpos);
  for (const int velocity : joint.velocities) add(Source::kVelocity, velocity);
  for (const int body : joint.bodies) {
    const bool listed = std::ranges::any_of(
        items_, [&](const Item& item) { return item.source == Source::kContactForces && item.index == body; });
    if (!listed) add(Source::kContactForces, body);
  }
}

void LocalObservation::write(const Simulation& simulation, std::span<double> out) const {
  const auto qpos = simulation.qpos();
  const auto qvel = simulation.qvel();
  auto next = out.begin();
  for (const Item& item : items_) {
    const auto index = static_cast<std::size_t>(item.index);
    switch (item.source) {
      case Source::kPosition:
        *next++ = qpos[index];
        break;
      case Source::kVelocity:
        *next++ = qvel[index];
        break;
      case Source::kContactForces:
        for (int component = 0; component < 6; ++component) *next++ = simulation.contact_force(item.index, component);
        break;
    }
  }
}

void standardise(std::span<double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double variance = 0;
  for (double& value : values) {
    value -= mean;
    variance += value * value / count;
  }
  if (variance == 0) return;
  const double scale = std::sqrt(variance);
  for (double& value : values) value /= scale;
}

void write_full_observation(std::span<const double> state, std::size_t agent, std::size_t num_agents,
                            std::span<double> out) {
  std::ranges::copy(state, out.begin());
  const auto identity = out.subspan(state.size(), num_agents);
  std::ranges::fill(identity, 0.0);
  identity[agent] = 1;
  standardise(out);
}

}  // namespace tutti::mamujoco
