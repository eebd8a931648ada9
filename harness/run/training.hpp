// One run from its first environment step, or from its newest checkpoint, to its absolute evaluation.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "loader/registry.hpp"
#include "results/run_record.hpp"
#include "run/checkpoint.hpp"
#include "run/copies.hpp"
#include "run/coverage.hpp"
#include "run/evaluation.hpp"
#include "run/metric_averages.hpp"
#include "run/preparation.hpp"
#include "run/progress.hpp"
#include "run/protocol.hpp"
#include "run/recorder.hpp"
#include "run/stopwatch.hpp"
#include "run/subnormal_numbers.hpp"
#include "suite/plan.hpp"

namespace tutti::run {

/// What the loop asks and reports while it runs.
struct Hooks {
  std::function<bool()> should_stop = [] { return false; };                // asked after every step of all copies
  std::function<void(const Progress&)> progress = [](const Progress&) {};  // called several times a second
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

enum class Outcome { kFinished, kInterrupted };

/// At most this many environment steps lie between a checkpoint that may be loaded and the newest step ever reached.
std::int64_t replayed_steps(const suite::RunSettings& settings);

class Training {
 public:
  /// Makes the copies and the algorithm, in the state of the newest checkpoint that fits the tables and the replay
  /// buffer as they are, if there is one. `registry` outlives the training. Throws Error, also if there are checkpoints
  /// and none fits: what somebody changed is not written over. A run that starts proves first that the state of both
  /// plugins survives a round trip (round_trip.hpp).
  Training(const suite::Run& run, loader::Registry& registry, std::filesystem::path folder, Hooks hooks);

  /// Trains up to the budget and evaluates the best policy; or stops with a checkpoint when asked to. Throws
  /// NotFiniteError, FileError, and what the plugins throw.
  Outcome execute();

  const EnvironmentSpec& environment_spec() const { return copies_.spec(); }
  std::int64_t first_step() const { return first_step_; }  // 0, or the checkpoint's
  results::ProgressRecord progress() const;
  results::TimeRecord time() const;
  std::map<std::string, std::string> table_digests() const { return recorder_->digests(); }  // by file name

 private:
  struct Interrupted {};

  std::unique_ptr<Environment> make_environment();
  std::unique_ptr<Algorithm> make_algorithm(const std::filesystem::path& folder);
  std::unique_ptr<Algorithm> make_algorithm(const std::filesystem::path& folder, std::uint64_t seed);
  void begin();
  bool resume();
  void restore(const Checkpoint& checkpoint);
  void keep_best_policy_whole() const;
  void load_evaluations();
  std::vector<std::byte> saved_evaluations() const;
  void train();
  void sweep();
  void count_coverage(const Environment& environment);
  void learn();
  void evaluate_if_due();
  std::vector<Episode> evaluate(Algorithm& algorithm, const EvaluationPoint& point,
                                std::span<const std::uint64_t> seeds, std::uint64_t policy_seed, bool repeat);
  void check_process(const char* call) const;
  void keep_if_best(BestPolicy candidate);
  void write_row_if_due();
  void write_checkpoint_if_due();
  void write_checkpoint();
  void check_final_policy();
  void write_last_policy();
  void evaluate_absolute();
  void beat();
  double cpu_seconds() const;
  std::int64_t peak_memory_bytes() const;

  suite::Run run_;
  suite::RunSettings settings_;
  suite::EvaluationSettings evaluation_;
  ParameterValues environment_values_;
  ParameterValues algorithm_values_;
  loader::Registry& registry_;
  std::filesystem::path folder_;
  Hooks hooks_;
  CheckpointStore checkpoints_;

  Copies copies_;
  std::optional<Coverage> coverage_;
  std::vector<double> coverage_points_;
  std::unique_ptr<Algorithm> algorithm_;
  MetricAverages metrics_;
  RandomStream policy_stream_;
  std::unique_ptr<Evaluator> evaluator_;
  std::optional<BestPolicy> best_;

  ArithmeticMode arithmetic_ = prepared_arithmetic();  // before the run's plugins do anything
  std::int64_t step_ = 0;
  std::int64_t updates_ = 0;
  std::int64_t next_evaluation_ = 0;
  std::int64_t row_step_ = 0;  // of the last row of training.csv
  std::int64_t row_updates_ = 0;
  std::optional<double> last_mean_;

  Account account_;  // what earlier segments spent; seconds go on in the stopwatch
  std::unique_ptr<Recorder> recorder_;
  Stopwatch stopwatch_;
  std::int64_t first_step_ = 0;
  double startup_seconds_ = 0;
  std::int64_t checkpoint_step_ = -1;  // of the newest checkpoint
  std::chrono::steady_clock::time_point checkpoint_time_;
  std::chrono::steady_clock::time_point beat_time_;
};

}  // namespace tutti::run
