// The runs as they were read: every evaluation episode, with what could not be used named and left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reports/data/damage.hpp"
#include "reports/statistics/estimate.hpp"
#include "results/run_record.hpp"
#include "tutti/environment.hpp"

namespace tutti::reports {

using results::Protocol;
using results::RunState;
using results::to_text;

/// The source of bounds that are neither a task's reference range nor measured.
inline constexpr const char* kGivenBounds = "set by the suite or on the command line";

/// What normalises to 0 and 1, and what the two returns are.
struct TaskBounds : Bounds {
  std::string low_source = {}, high_source = {};
};

struct TaskInfo {
  std::string label;                                            // "mpe/coop-nav-n3"
  std::string family;                                           // "mpe"
  TaskBounds bounds = {};                                       // of this report
  std::vector<std::pair<std::string, std::string>> facts = {};  // sizes, limits, digests
  std::optional<ReferenceRange> reference = {};                 // as the task's environment declares it
  std::string title = {};                                       // empty: the label
  Protocol protocol = {};                                       // of the first plan that has it
  std::int64_t imported_budget = 0;  // where no plan has it: at which step most imported runs end

  /// As tables and figures show it.
  const std::string& shown() const { return title.empty() ? label : title; }
};

struct AlgorithmInfo {
  std::string label;
  std::string name;  // of the plugin; of imported results the writer's name
  bool proposed = false;
  bool imported = false;
  std::string title = {};  // empty: the label

  /// As tables and figures show it.
  const std::string& shown() const { return title.empty() ? label : title; }
};

/// One evaluation: vectors have an entry for each episode.
struct Evaluation {
  std::int64_t index = 0;        // k
  std::int64_t step = 0;         // nominal environment steps
  std::int64_t actual_step = 0;  // when it happened
  std::vector<double> returns;
  std::vector<std::int64_t> lengths;
  std::vector<bool> terminated;
  double mean = kMissing;
};

struct TimingRow {
  std::int64_t index = 0;  // k
  double train_seconds = 0, evaluate_seconds = 0, checkpoint_seconds = 0, wall_seconds = 0;
  double train_cpu_seconds = kMissing;  // earlier builds recorded none
};

struct CoverageRow {
  std::int64_t step = 0;
  double bins = 0, visited = 0, inside = 0, outside = 0, entropy = 0;
};

/// What a return adds up.
enum class ReturnUnit {
  kTeam,            // the team reward, or the rewards of all agents
  kMeanOverAgents,  // the mean of the agents' rewards
  kUnknown,         // the format does not say
};

struct Run {
  std::size_t task = 0, algorithm = 0;  // of the dataset
  std::int64_t seed = 0;
  std::string name;                     // "mpe/coop-nav-n3/hatd3/seed-1"
  std::filesystem::path folder;         // where it lies; empty of imported runs
  RunState state = RunState::kWaiting;  // kFinished: with every episode of every evaluation
  Protocol protocol;                    // its plan's for its task; of imported runs nothing
  std::optional<results::RunRecord> record;
  std::map<std::string, std::string> configuration;  // "algorithm_values.discount" -> "0.99"
  std::vector<Evaluation> evaluations;               // whole ones, ascending from k = 0
  std::optional<Evaluation> absolute;                // of the best policy
  std::vector<TimingRow> timing;
  std::vector<CoverageRow> coverage;
  bool imported = false;
  ReturnUnit unit = ReturnUnit::kTeam;
  std::optional<double> best_single_episode;  // what BenchMARL calls absolute_metrics
  std::optional<double> worst;                // the score of a failed run where failures count as worst

  /// results::never_learned() of a finished run.
  bool never_learned() const;

  /// Makes a damaged run of it: none of its numbers may reach bounds, worst scores or exports.
  void leave_out();
};

struct Dataset {
  std::string suite;  // several are joined with " + "
  std::vector<std::string> suite_digests;
  Protocol protocol;  // of the first task; those of others may differ in budget
  std::vector<TaskInfo> tasks;
  std::vector<AlgorithmInfo> algorithms;
  std::vector<Run> runs;  // by task, algorithm and seed
  std::vector<Damage> damage;
  std::vector<std::string> notes;  // what an import has to say

  /// Index of the label; added at the end if it is new.
  std::size_t task_index(const std::string& label, const std::string& family);
  std::size_t algorithm_index(const AlgorithmInfo& algorithm);

  /// Orders the runs by task, algorithm and seed.
  void sort_runs();
};

}  // namespace tutti::reports
