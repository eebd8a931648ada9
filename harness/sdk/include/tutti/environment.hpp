// One cooperative multi-agent task. No LibTorch here: an environment plugin compiles in a second.
//
//   environment->reset(seed);
//   for (StepResult result; !(result.terminated || result.truncated);) {
//     for (agent...) environment->observe(agent, observation_of(agent));
//     result = environment->step(joint_action);
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tutti/error.hpp"
#include "tutti/frame.hpp"
#include "tutti/parameters.hpp"
#include "tutti/plugin.hpp"
#include "tutti/snapshot.hpp"

namespace tutti {

/// What one agent sees and does.
struct AgentSpec {
  std::string name;
  std::int64_t observation_size = 0;  // floats
  std::int64_t action_size = 0;       // floats, each in [-1, 1]
};

/// One dimension of the part of the state space whose coverage is counted during training.
struct CoverageDimension {
  std::string name;
  double low = 0;
  double high = 0;
  std::int64_t bins = 0;
};

/// Two returns of a task that make its scores comparable with those of others: reports map them to 0 and 1.
struct ReferenceRange {
  double low = 0;           // mean return of uniformly random actions
  std::string low_source;   // how it was measured: "600 episodes, suites/..."
  double high = 1;          // return of a named achievement, above `low`; others may exceed it
  std::string high_source;  // whose, and by which convention of the reward
};

/// Sizes fixed for the lifetime of an Environment. Agents may differ. The host refuses what makes no sense: no agents,
/// sizes below 1 (state_size: below 0), an episode limit below 1, a name twice.
struct EnvironmentSpec {
  std::vector<AgentSpec> agents;            // N agents
  std::int64_t state_size = 0;              // floats, for centralised critics
  bool state_is_joint_observation = false;  // the state is the agents' observations, concatenated
  std::int64_t episode_limit = 0;           // environment steps; reaching it truncates, going on fails the run
  std::vector<std::string> reward_terms;    // names of what reward_terms() writes
  std::vector<CoverageDimension> coverage;  // empty: not declared
  std::int64_t coverage_points = 1;         // points that coverage() writes per step, e.g. one for each agent
  std::vector<std::pair<std::string, std::string>> facts;  // what fixes the numbers: time step, model digest, ...
  bool renders = false;                                    // capability: render() draws
  double step_seconds = 0;                  // simulated time of an environment step, for films in real time; 0: unknown
  std::optional<ReferenceRange> reference;  // nothing: not known with these parameters

  std::int64_t joint_observation_size() const {
    std::int64_t sum = 0;
    for (const AgentSpec& agent : agents) sum += agent.observation_size;
    return sum;
  }
  std::int64_t joint_action_size() const {
    std::int64_t sum = 0;
    for (const AgentSpec& agent : agents) sum += agent.action_size;
    return sum;
  }
};

/// What one environment step gives. Kept apart because bootstrapping needs them apart; both set: terminated wins.
struct StepResult {
  double reward = 0;        // of the team
  bool terminated = false;  // the task ended: do not bootstrap
  bool truncated = false;   // the step limit was reached: bootstrap
};

/// One copy of a task whose agents share one reward. The harness steps many copies and batches them.
class TUTTI_API Environment {
 public:
  virtual ~Environment() = default;
  virtual const EnvironmentSpec& spec() const = 0;

  /// Starts a new episode. The same seed starts the same episode, however many were played before, in any process.
  virtual void reset(std::uint64_t seed) = 0;

  /// Applies the agents' actions, concatenated in agent order: one environment step. They are valid during the call
  /// only. Throws Error on a wrong size, on a value that is not finite and when the simulation diverges.
  virtual StepResult step(std::span<const float> joint_action) = 0;

  /// Writes what `agent` sees now; `out` has that agent's observation_size. This and the three functions below write
  /// all of `out`, and may be called any number of times: without a step they write the same and change nothing.
  virtual void observe(std::size_t agent, std::span<float> out) const = 0;

  /// Writes the state; `out` has state_size.
  virtual void state(std::span<float> out) const = 0;

  /// Writes the parts of the last step's reward, one for each of the spec's reward_terms.
  virtual void reward_terms(std::span<double> out) const { (void)out; }

  /// Writes the present point(s) of the coverage box, [coverage_points, dimensions].
  virtual void coverage(std::span<double> out) const { (void)out; }

  /// A picture of the present moment. Optional: called only where spec().renders. It changes nothing that a step, an
  /// observation or save() depends on; earlier calls of the same episode may show, as trails. Throws Error saying what
  /// to install where this machine cannot draw.
  virtual Frame render(FrameSize size) {
    (void)size;
    throw Error("this environment does not draw itself; its spec().renders says so");
  }

  /// The exact simulator state, also in the middle of an episode: after `load` into another copy of the same task
  /// both continue bit for bit alike.
  virtual void save(SnapshotWriter& writer) const = 0;
  virtual void load(SnapshotReader& reader) = 0;
};

/// A named task: an environment with its parameters fixed, `mamujoco/ant-2x4`.
struct TaskSpec {
  std::string name;  // without the plugin's name: "ant-2x4"
  ParameterValues values;
  std::string summary;
  std::string source;
};

/// What an environment is made from.
struct EnvironmentContext {
  const ParameterValues& values;        // one for every declared parameter
  std::filesystem::path plugin_folder;  // where the plugin's library is, and its model files with it
};

/// What an environment plugin exports as `tutti_environment`. All members are required.
struct EnvironmentPlugin {
  void (*declare)(ParameterSchema&);
  void (*tasks)(std::vector<TaskSpec>&);
  void (*libraries)(std::vector<LibraryVersion>&);  // versions reported at run time
  std::unique_ptr<Environment> (*create)(const EnvironmentContext&);
};

}  // namespace tutti

extern "C" TUTTI_API const tutti::EnvironmentPlugin tutti_environment;
