// A policy that a run left behind, ready to act.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "suite/plan.hpp"
#include "tutti/algorithm.hpp"
#include "tutti/environment.hpp"

namespace tutti::watch {

enum class Which { kBest, kLast };

class StoredPolicy {
 public:
  /// Opens the run's plugins and restores its policy. `registry` outlives it. Throws Error that names the folder where
  /// there is no such policy, or this build's plugins cannot read it.
  StoredPolicy(const std::filesystem::path& run_folder, Which which, loader::Registry& registry);

  const suite::Run& run() const { return run_; }
  Environment& environment() { return *environment_; }
  Algorithm& algorithm() { return *algorithm_; }

  /// Environment steps that it was trained for.
  std::int64_t step() const { return step_; }

  /// What differs between the builds that made the run and those that show it, one line each.
  const std::vector<std::string>& differences() const { return differences_; }

 private:
  suite::Run run_;
  ParameterValues algorithm_values_;
  std::unique_ptr<Environment> environment_;
  std::unique_ptr<Algorithm> algorithm_;
  std::int64_t step_ = 0;
  std::vector<std::string> differences_;
};

/// The folder of one run: `folder` itself, or the one below a suite's folder that matches all parts that are not empty
/// (label of the task, label of the algorithm, seed). Throws Error naming the runs when none or several do.
std::filesystem::path find_run(const std::filesystem::path& folder, const std::string& task,
                               const std::string& algorithm, const std::string& seed);

}  // namespace tutti::watch
