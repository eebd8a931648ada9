// The scenarios as a tutti::Environment: parameters, named tasks, two-dimensional actions, one reward for the team.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "scenario.hpp"
#include "tutti/environment.hpp"

namespace tutti::mpe {

struct Config {
  std::string scenario = "cooperative_navigation";
  std::int64_t agents = 3;
  std::string dynamics = "current";
  std::string team_reward = "sum";
  double local_ratio = 0.5;
  std::string adversary = "random";
  std::int64_t episode_limit = 25;

  void declare(Parameters& parameter);
  /// Throws Error on a parameter of the other scenario.
  void check() const;
};

/// The tasks of the OMAD paper: coop-nav-n3, coop-nav-n4, physical-deception-n2.
void named_tasks(std::vector<TaskSpec>& tasks);

std::unique_ptr<Scenario> make_scenario(const Config& config);

/// An agent's action is two numbers in [-1, 1], its force along x and y; values beyond are clipped.
std::unique_ptr<Environment> make_environment(const Config& config);

}  // namespace tutti::mpe
