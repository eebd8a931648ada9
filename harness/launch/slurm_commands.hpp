// What is asked of a Slurm cluster, and what its programs answer. Sites let them print more than they were asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tutti::launch {

/// A job array that was submitted.
struct Job {
  std::string id;       // digits
  std::string cluster;  // where sbatch named one; else empty
  std::string array;    // "array-1"
  auto operator<=>(const Job&) const = default;
};

/// A task of a job array that waits or runs.
struct QueuedTask {
  std::string job;                   // digits
  std::string state;                 // as Slurm calls it, such as PENDING
  std::optional<std::size_t> index;  // nothing: Slurm did not say which
};

/// The last line of `output` that is the number of a job, or "number;cluster"; nothing if there is none.
std::optional<Job> job_from(const std::string& output);

/// The most runs that an array may have, from the output of `scontrol show config`; nothing if it names none.
std::optional<std::size_t> most_array_runs(const std::string& config);

/// The same of the cluster at hand. Throws Error if it takes no arrays at all.
std::optional<std::size_t> most_array_runs();

/// Submits a script. Throws Error if sbatch refuses it or prints no job number.
Job submit_script(const std::filesystem::path& script);

/// What waits or runs of `jobs`, whose scripts are in `scripts`; those that Slurm has forgotten have no tasks. A job of
/// the same number that executes something else, as another cluster may have one, is left out. Throws Error if squeue
/// fails.
std::vector<QueuedTask> queued_tasks(const std::vector<Job>& jobs, const std::filesystem::path& scripts);

/// Throws Error if scancel fails.
void cancel_jobs(const std::vector<Job>& jobs);

/// The task of an array that this process executes.
struct OwnTask {
  std::string id;                            // "7_3"; empty: it is none
  bool is_running = false;                   // false of one that was cancelled, or that Slurm queues again by itself
  std::optional<std::int64_t> seconds_left;  // of its time limit; nothing: it has none
};
OwnTask own_task();

/// The same, from the output of `scontrol --oneliner show job`.
OwnTask own_task_from(const std::string& id, const std::string& shown);

/// Queues it again, so that the run resumes.
void queue_again(const OwnTask& task);

/// The environment of Slurm's programs: this one's without the variables that steer them. Those of an allocation or of
/// the user's settings would change the submission or hide tasks. SLURM_CONF stays: it says which cluster.
std::vector<std::string> slurm_environment(const std::string& cluster);

}  // namespace tutti::launch
