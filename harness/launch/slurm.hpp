// Runs a suite on a Slurm cluster: job arrays over a folder that all nodes see. Nothing of a run differs from one
// that was executed locally.
//
//   results/<suite>/slurm/array-1.runs   a line for each array index, from 0: the run's folder, which build of its
//                                        plugins it was planned with, and "keep" if it was submitted with --keep
//   results/<suite>/slurm/array-1.sh     the script as submitted
//   results/<suite>/slurm/array-1.replaced
//                                        the runs that --fresh replaces, until sbatch has taken the array
//   results/<suite>/slurm/jobs           the job of each array, "<job id> array-1" or "<job id>;<cluster> array-1"
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "launch/suite_folder.hpp"
#include "loader/registry.hpp"
#include "suite/plan.hpp"

namespace tutti::launch {

struct SlurmOptions {
  std::filesystem::path results = "results";
  OnChange on_change = OnChange::kRefuse;
  bool retry = false;
  bool dry_run = false;                          // write nothing, submit nothing
  std::vector<std::string> repeated = {};        // options that the same suite needs to continue, such as --seeds 1,2
  std::vector<std::string> plugin_folders = {};  // absolute, beside the program's own
};

/// What submitting did.
struct Submission {
  std::size_t runs = 0;           // submitted; none: nothing was to do
  std::size_t queued = 0;         // left out, because an earlier array has them
  std::string scripts;            // of all arrays, one after the other
  std::vector<std::string> jobs;  // ids, one for each array; none after a dry run
};

/// Submits the runs that have not finished (only those that failed, with `retry`) and that no earlier array has in the
/// queue, in as many arrays as the cluster's MaxArraySize needs. Throws Error if the queue has all of them, if what it
/// has was planned with something else, and when Slurm refuses; then no run is lost. A dry run refuses the same as far
/// as it can ask the cluster, and says so where it cannot.
Submission submit_to_slurm(const suite::Plan& plan, loader::Registry& registry, const SlurmOptions& options);

/// The script of an array of `count` runs. `program` is this program; it and the folders are absolute. Throws Error for
/// a path with control characters.
std::string slurm_script(const suite::SlurmSettings& settings, const std::string& suite,
                         const std::filesystem::path& suite_folder, const std::filesystem::path& program,
                         const std::vector<std::string>& plugin_folders, const std::string& array, std::size_t count);

/// Executes the run of one array index: what the script calls, as `tutti slurm-task FOLDER ARRAY INDEX`. A signal that
/// announces pre-emption, the end of the time limit or a cancellation makes it write a checkpoint; unless it was
/// cancelled, the job then queues itself again. A run that the whole time of the job did not take a step further fails
/// instead. Returns the exit status.
int run_slurm_task(const std::vector<std::string>& arguments);

/// What the cluster still has to do for a suite.
struct Queue {
  std::string text;      // "slurm: job 7: 4 PENDING, 2 RUNNING"; empty if the suite was never submitted
  int tasks = 0;         // that wait or run
  bool is_known = true;  // false: the cluster does not answer
};

/// Never throws for a cluster that does not answer: the text says so.
Queue slurm_queue(const std::filesystem::path& suite_folder);

/// Cancels what is queued or running; running ones write checkpoints. Says so if there is nothing. Throws Error if
/// nothing was ever submitted.
void cancel_slurm(const std::filesystem::path& suite_folder);

}  // namespace tutti::launch
