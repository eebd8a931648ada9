// A robot whose actuators are divided among agents, as a tutti::Environment.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "config.hpp"
#include "simulation.hpp"
#include "tutti/environment.hpp"

namespace tutti::mamujoco {

/// `models`: the folder of the model files.
std::unique_ptr<Environment> make_environment(const Config& config, const std::filesystem::path& models);

/// The action in double precision, as the tests need it. Environments made above are of this type.
class RobotEnvironment : public Environment {
 public:
  /// `joint_action`: the agents' actions, concatenated. Sizes and finiteness are the caller's business.
  virtual StepResult step_exactly(std::span<const double> joint_action) = 0;
  virtual void observe_exactly(std::size_t agent, std::span<double> out) const = 0;
  virtual void state_exactly(std::span<double> out) const = 0;
  virtual Simulation& simulation() = 0;
};

}  // namespace tutti::mamujoco
