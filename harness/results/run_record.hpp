// run.json: what a run was made from, how it went and what became of it. README.md shows the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::results {

using Facts = std::map<std::string, std::string>;

/// The state of a run. A record is never kWaiting, which is a run without a record, nor kDamaged, which is one that
/// cannot be used.
enum class RunState { kWaiting, kRunning, kInterrupted, kFailed, kFinished, kDamaged };

/// "waiting", "running", "interrupted", "failed", "finished", "damaged".
std::string_view to_text(RunState state);

/// Why a run failed. Kinds: exception, signal, exit, not-finite, stalled, disk, memory, killed, time.
struct Failure {
  std::string kind;
  std::string message;           // one sentence
  std::vector<std::string> log;  // last lines of log.txt
};

/// Episodes of the absolute evaluation for each one of an ordinary evaluation (Gorsane et al. 2022).
inline constexpr std::int64_t kAbsoluteFactor = 10;

/// The evaluation protocol, and what else makes two runs comparable.
struct Protocol {
  std::int64_t environment_steps = 0;
  std::int64_t interval = 0;  // environment steps
  std::int64_t episodes = 0;
  std::string mode;   // deterministic or sampled
  std::string seeds;  // fresh or fixed
  bool absolute = true;
  std::int64_t copies = 0;  // 0: not said, as in plan.json, where each run has its own

  /// False of runs that other harnesses made: no plan records their protocol.
  bool is_known() const { return environment_steps > 0; }
  /// Without the one at step 0.
  std::int64_t evaluations() const { return interval > 0 ? environment_steps / interval : 0; }
  /// Environment steps after the last evaluation.
  std::int64_t unevaluated_steps() const { return interval > 0 ? environment_steps % interval : 0; }
  bool operator==(const Protocol&) const = default;
};

struct CodeRecord {
  std::string version;
  std::string revision;
  bool modified = false;  // the tree had uncommitted changes
  std::string changes;    // SHA-256 of them, as `git diff HEAD` shows them; empty if there were none
  std::string build_type;
  std::string compiler;
  std::string flags;
};

struct PluginRecord {
  std::string kind;
  std::string name;
  std::string version;
  std::string build_tag;
  std::string sha256;
  std::string file;      // where the library was
  std::string compiler;  // this and the rest as the library says; empty where it does not
  std::string build_type;
  std::string flags;
  std::string revision;  // of the plugin's source
};

struct MachineRecord {
  std::string processor;
  std::string instruction_set;  // widest vector extension: avx512f, avx2, ...
  std::int64_t cores = 0;       // that this process may use
  std::int64_t memory_bytes = 0;
  std::string kernel;
  std::string distribution;
  bool container = false;
  std::string host;
  std::int64_t jobs = 0;  // runs at once on this machine
};

/// One process's part of a run.
struct Segment {
  std::string start;  // UTC
  std::string stop;   // empty while it lasts
  std::int64_t from_step = 0;
  std::string reason;  // finished, failed, interrupted; empty if the process was killed
  std::string host;
  std::int64_t process = 0;
};

/// Times are summed over segments; what was lost in a kill does not count.
struct TimeRecord {
  double environment_seconds = 0;
  double act_seconds = 0;
  double update_seconds = 0;  // observe and update
  double evaluate_seconds = 0;
  double checkpoint_seconds = 0;
  double train_seconds = 0;      // the training loop without evaluating and checkpointing
  double train_cpu_seconds = 0;  // processor time of it; 0 in records of earlier builds
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double steps_per_second = 0;
  std::int64_t peak_memory_bytes = 0;  // of the segment that used most
  double startup_seconds = 0;          // of the newest segment alone: from the start of its process until it could step
};

struct ProgressRecord {
  std::int64_t environment_steps = 0;
  std::int64_t updates = 0;
  std::int64_t episodes = 0;
  std::int64_t evaluations = 0;
  std::optional<double> last_evaluation;  // mean return
};

struct RunRecord {
  std::string suite;
  std::string suite_digest;
  std::string run_id;
  std::string task;  // label
  std::string environment;
  std::string algorithm;  // label
  std::string algorithm_name;
  std::uint64_t seed = 0;
  RunState status = RunState::kRunning;
  std::optional<Failure> failure;
  Protocol protocol;
  std::string config_digest;
  std::string evaluations_digest;  // when finished
  Facts table_digests;             // SHA-256 of tables and stored policies by file name, once it has ended
  CodeRecord code;
  std::vector<PluginRecord> plugins;
  Facts libraries;  // versions reported at run time; on a GPU those of CUDA and its driver, and what the GPU is
  std::string device = "cpu";  // or "cuda:0"
  Facts task_facts;
  MachineRecord machine;
  Facts numerics;
  std::string generator;
  std::map<std::string, std::uint64_t> streams;  // seeds by name
  std::vector<Segment> segments;
  TimeRecord time;
  ProgressRecord progress;
};

std::string to_json(const RunRecord& record);

/// Throws Error that says what is wrong; the caller knows the file.
RunRecord run_record_from_json(std::string_view text);

/// Replaces <folder>/run.json. Throws FileError.
void write_run_record(const std::filesystem::path& folder, const RunRecord& record);

/// Nothing if there is none. Throws Error, starting with the file, if it cannot be understood.
std::optional<RunRecord> read_run_record(const std::filesystem::path& folder);

}  // namespace tutti::results
