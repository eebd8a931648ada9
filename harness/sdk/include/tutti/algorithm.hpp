// What learns. The harness owns the loop (stepping, evaluation, budget, seeds, records); the plugin owns the update.
//
//   algorithm->act(observations, ActMode::kExplore, policy_stream, actions);      // one row for each copy
//   ... every copy steps ...
//   algorithm->observe(transitions);
//   algorithm->update(metrics);                                                    // zero or more gradient steps
//
// No LibTorch in the interface: rows of floats cross the boundary, so the host builds without it and a plugin may use
// any tensor library. <tutti/torch.hpp> turns rows into tensors and back without a copy.
//
// Every thread of a run flushes subnormal numbers to zero, results and operands alike: set before any plugin is opened,
// and taken over by the threads that a plugin starts. Below 1.2e-38 (2.2e-308 in double) there is only 0.
//
// Shapes: E environment copies, O the sum of the agents' observation sizes, A the sum of their action sizes, S state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tutti/environment.hpp"
#include "tutti/plugin.hpp"
#include "tutti/random.hpp"

namespace tutti {

/// A dense row-major matrix owned by somebody else.
template <class T>
struct Rows {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;

  std::span<T> row(std::size_t index) const { return {data + index * columns, columns}; }
  std::span<T> all() const { return {data, rows * columns}; }
};

/// How an action is chosen.
enum class ActMode {
  kExplore,        // for collecting training data; random warm-up and exploration noise included
  kDeterministic,  // the algorithm's own evaluation policy; its README says what that is
  kSampled,        // a sample of the policy, without exploration noise
};

/// One environment step of every copy. Row e belongs to copy e. The successor of a step that ends an episode is the
/// last observation of that episode, never the first one after the reset. Valid during the call only, and
/// not to be written into: the rows are the host's.
struct Transitions {
  Rows<const float> observations;            // [E, O] agents concatenated
  Rows<const float> states;                  // [E, S]
  Rows<const float> actions;                 // [E, A] as taken
  std::span<const float> rewards;            // [E] of the team
  Rows<const float> next_observations;       // [E, O]
  Rows<const float> next_states;             // [E, S]
  std::span<const std::uint8_t> terminated;  // [E] do not bootstrap
  std::span<const std::uint8_t> truncated;   // [E] bootstrap
};

/// Receives what update() has to tell. The harness averages each quantity over a logging interval, writes it to
/// training.csv and fails the run when one is not finite.
class Metrics {
 public:
  virtual ~Metrics() = default;

  /// Adds one value of a quantity declared by Algorithm::metric_names().
  virtual void add(std::string_view name, double value) = 0;

  /// Whether nothing was added under this name since the last row of training.csv. Costly quantities (gradient norms)
  /// are computed only then: once for each row.
  virtual bool wanted(std::string_view name) const = 0;
};

class TUTTI_API Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// Names and order of the columns that this algorithm adds to training.csv; constant for its lifetime. Each is a
  /// word: UTF-8 without spaces, commas, slashes and quotes.
  virtual std::vector<std::string> metric_names() const = 0;

  /// Chooses the joint actions of all rows, [E, O] -> [E, A], each value in [-1, 1]; writes every one of them.
  /// All randomness comes from `random`. In the evaluation modes nothing of the algorithm changes and the number of
  /// rows may be anything.
  virtual void act(Rows<const float> observations, ActMode mode, RandomStream& random, Rows<float> actions) = 0;

  /// Takes one environment step of every copy; called once after every act(kExplore).
  virtual void observe(const Transitions& transitions) = 0;

  /// Learns: as many gradient steps as are due since the last call, which was E environment steps ago, not one;
  /// <tutti/schedule.hpp> counts them. Called after every observe.
  virtual void update(Metrics& metrics) = 0;

  /// Gradient steps done so far.
  virtual std::int64_t updates() const = 0;

  /// Everything that the next update depends on: networks, optimizers, replay, normalizers, streams, counters.
  virtual void save(SnapshotWriter& writer) = 0;
  virtual void load(SnapshotReader& reader) = 0;

  /// What the evaluation modes of act() depend on, and nothing else.
  virtual void save_policy(SnapshotWriter& writer) = 0;
  virtual void load_policy(SnapshotReader& reader) = 0;
};

/// What an algorithm is made from. References live as long as the algorithm.
struct AlgorithmContext {
  const EnvironmentSpec& environment;
  std::string task;                    // "mamujoco/ant-2x4"
  const ParameterValues& values;       // one for every declared parameter
  std::int64_t copies = 1;             // E
  std::int64_t environment_steps = 0;  // budget of the run, all copies together
  std::uint64_t seed = 0;              // of the algorithm's own streams: initial weights, replay, update noise

  /// A folder for memory-mapped working files, kept between a kill and the resume. Empty: keep everything in memory.
  std::filesystem::path folder;

  /// At most this many environment steps lie between a state given to load() and the newest state that was ever
  /// reached: what a memory-mapped ring has to keep beyond its capacity.
  std::int64_t replayed_steps = 0;

  /// Where the algorithm computes: "cpu", or "cuda:N" of those that AlgorithmPlugin::devices lists. What save() writes
  /// does not depend on it.
  std::string device = "cpu";
};

/// What a run takes at most: its buffers, replay and rollouts, in memory and on disk.
struct Resources {
  std::int64_t disk_bytes = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t device_bytes = 0;  // networks and optimizers on a GPU, without what CUDA itself takes there
};

/// A GPU.
struct CudaDevice {
  std::string name;  // "NVIDIA H100 80GB HBM3"
  std::int64_t memory_bytes = 0;
};

/// What a plugin can compute on beside the CPU, in the process that asks.
struct Devices {
  bool built_with_cuda = false;           // its tensor library is, whether or not a device is visible
  std::vector<CudaDevice> cuda;           // visible ones: cuda:0, cuda:1, ...
  std::string problem;                    // why there are none, and what to do; empty if there are
  std::vector<LibraryVersion> libraries;  // of CUDA and its driver, as far as they are known
};

/// Values under a name, for all tasks or for some: `preset = "harl"` in a suite. Later presets of the same name that
/// match override earlier ones value by value.
struct Preset {
  std::string name;
  std::string tasks;  // glob on the task's name: "*", "mpe/*", "mamujoco/ant-*"
  ParameterValues values;
  std::string source;  // where the values come from
};

/// What an algorithm plugin exports as `tutti_algorithm`. All members but `devices` are required.
struct AlgorithmPlugin {
  void (*declare)(ParameterSchema&);
  void (*presets)(std::vector<Preset>&);  // "copies" may be among the values: the run's number of environment copies
  void (*check)(const ParameterValues&);  // throws Error when values contradict each other
  void (*libraries)(std::vector<LibraryVersion>&);  // versions reported at run time
  Resources (*resources)(const AlgorithmContext&);
  std::unique_ptr<Algorithm> (*create)(const AlgorithmContext&);
  void (*devices)(Devices&) = nullptr;  // null: it computes on the CPU alone
};

}  // namespace tutti

extern "C" TUTTI_API const tutti::AlgorithmPlugin tutti_algorithm;
