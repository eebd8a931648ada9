// One robot in MuJoCo, before its actuators are divided among agents: an environment step, its reward and its end.
//
// The order of MuJoCo's calls is part of the definition. An environment step is frame_skip times mj_step, then, where
// contact forces count, one mj_rnePostConstraint. mj_step computes body positions before it integrates, so after a step
// the torso's position and the contact forces lag behind qpos; Ant's reward is defined on these lagging numbers, and
// mj_forward must not be called in between.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "mujoco_api.hpp"
#include "robot.hpp"
#include "tutti/random.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::mamujoco {

/// v5: contact forces and their cost (Ant), no bonus on the step that ends the episode.
/// v2: contact forces are never computed, the bonus is given in every step, Walker2d's right foot slides more easily.
enum class Version { kV5, kV2 };

/// What a step gives. Costs are negative; the reward is the sum.
struct Outcome {
  double forward = 0;
  double control = 0;
  double contact = 0;
  double survive = 0;
  bool terminated = false;

  double reward() const { return forward + survive + (control + contact); }
};

class Simulation {
 public:
  /// Throws Error when the robot's model is not in `models`, is one of something else, or MuJoCo is too old.
  Simulation(const Robot& robot, Version version, const std::filesystem::path& models);

  const Robot& robot() const { return robot_; }
  const mjModel& model() const { return *model_; }
  std::filesystem::path model_file() const { return model_file_; }

  /// Starts an episode: the model's own position with noise.
  void reset(RandomStream& random);
  /// Starts an episode from a given position.
  void reset(std::span<const double> qpos, std::span<const double> qvel);

  /// One environment step. `controls` are not clipped: the simulator limits the force, the cost counts them as they
  /// are. Throws Error when the simulation diverges.
  const Outcome& step(std::span<const double> controls);
  const Outcome& outcome() const { return outcome_; }

  /// Reward and end of the present position, after a step from `x_before` with `controls`.
  Outcome score(std::span<const double> controls, double x_before) const;

  /// The coordinate whose velocity is rewarded.
  double x() const;

  std::span<double> qpos() const { return mamujoco::qpos(*model_, *data_); }
  std::span<double> qvel() const { return mamujoco::qvel(*model_, *data_); }
  /// Contact force `component` (0 to 5) on `body`, clipped to [-1, 1].
  double contact_force(int body, int component) const;

  std::size_t state_size() const;
  void state(std::span<double> out) const;

  /// All that the next step depends on. MuJoCo computes the rest from it.
  struct Checkpoint {
    std::vector<double> qpos, qvel, warm_start, contact_forces;
    double torso[3] = {0, 0, 0};  // lagging position of the torso
    double time = 0;
  };
  Checkpoint checkpoint() const;
  void restore(const Checkpoint& checkpoint);

  void save(SnapshotWriter& writer) const;
  void load(SnapshotReader& reader);

 private:
  bool healthy() const;
  void require_finite() const;

  const Robot& robot_;
  Version version_;
  std::filesystem::path model_file_;
  Model model_;
  Data data_;
  bool computes_contact_forces_;
  double step_seconds_;
  Outcome outcome_;
};

}  // namespace tutti::mamujoco
