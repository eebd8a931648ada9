// What is asked of a Slurm cluster, and what its programs answer. Sites let them print more than they were asked for.
#pragma once

#include <cstddef>
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

/// What waits or runs of `jobs`; those that Slurm has forgotten have no tasks. Throws Error if squeue fails.
std::vector<QueuedTask> queued_tasks(const std::vector<Job>& jobs);

/// Throws Error if scancel fails.
void cancel_jobs(const std::vector<Job>& jobs);

/// Queues the task of an array again that this process executes, if it is in the running state.
void queue_again_if_running();

/// The environment of Slurm's programs: this one's without the variables that steer them. Those of an allocation or of
/// the user's settings would change the submission or hide tasks. SLURM_CONF stays: it says which cluster.
std::vector<std::string> slurm_environment(const std::string& cluster);

}  // namespace tutti::launch
