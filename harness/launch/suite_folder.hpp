// The folder of a suite, as the launcher finds and prepares it: which runs are done, which are to do, and which were
// made from something else than what the suite now asks for.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "loader/registry.hpp"
#include "results/lock.hpp"
#include "results/plan_record.hpp"
#include "results/run_identity.hpp"
#include "results/run_record.hpp"
#include "run/provenance.hpp"
#include "suite/plan.hpp"

namespace tutti::launch {

/// How runs that were begun with other values, plugins or libraries are treated.
enum class OnChange {
  kRefuse,  // nothing runs; the differences are shown
  kFresh,   // they start again; with `retry`, the failed runs do instead
  kKeep,    // they stay as they are, or continue as they began
};

using results::RunState;
using results::to_text;

/// A run's state: what run.json says, corrected by whether a process is executing it now.
struct RunView {
  RunState state = RunState::kWaiting;
  std::optional<results::RunRecord> record;
  std::string problem;      // why there is no record although there is a file, or which table a finished run has
                            // lost (kDamaged); starts with the file unless is_foreign
  bool is_foreign = false;  // the record is another run's; known of view_runs() only
};

/// Never throws for a damaged record: it counts as none.
RunView view_run(const std::filesystem::path& run_folder);

/// The same of all runs of a suite, each with its folder. A record of another run, or one that is there twice, counts
/// as none, and `problem` says why.
std::vector<RunView> view_runs(const std::vector<results::RunIdentity>& runs,
                               const std::vector<std::filesystem::path>& folders);

/// Why the run has no record although it has begun, or which table of a finished one is missing, starting with the
/// file; empty if nothing is, or it has not begun.
std::string lost_record(const RunView& view, const std::filesystem::path& run_folder);

results::RunIdentity identity_of(const suite::Run& run);

/// What plan.json stores of a plan.
results::PlanRecord plan_record(const suite::Plan& plan);

/// Finds the runs that were made from something else.
class ChangeFinder {
 public:
  /// `registry` outlives it. `computes_here`: runs resume on this machine, so that its arithmetic counts.
  ChangeFinder(loader::Registry& registry, bool computes_here) : registry_(registry), computes_here_(computes_here) {}

  /// One line for each difference between `run` and what `folder` was begun with; empty if nothing was begun.
  std::vector<std::string> changes(const suite::Run& run, const std::filesystem::path& folder);

  /// run::build_digest() of the run's plugins, as they were when it was first asked about them.
  std::string build(const suite::Run& run);

 private:
  const run::Provenance& provenance_of(const suite::Run& run);

  loader::Registry& registry_;
  bool computes_here_;
  std::map<std::tuple<std::string, std::string, std::string>, run::Provenance>
      provenance_;  // by environment, algorithm and device
};

/// Indices of the runs that have not finished and that nobody executes; of the failed ones alone if `retry`, else
/// without them.
std::deque<std::size_t> runs_to_do(const suite::Plan& plan, const std::filesystem::path& suite_folder, bool retry);

/// What starting the failed runs again leaves alone, in a sentence for whoever asked for it; empty if nothing.
std::string left_by_retry(const suite::Plan& plan, const std::filesystem::path& suite_folder);

/// What keeping the runs that are there means for a report, in a sentence; empty if all are of the plan's protocol.
std::string left_out_of_reports(const suite::Plan& plan, const std::filesystem::path& suite_folder);

/// Which of the others are kept although they were made from something else, in a sentence; empty if none is.
std::string kept_as_begun(const suite::Plan& plan, const std::filesystem::path& suite_folder, ChangeFinder& finder);

/// What is to be done about the runs of a plan, as their indices.
struct Settlement {
  std::deque<std::size_t> to_remove;  // what is in their folders
  std::deque<std::size_t> to_do;      // those that begin again among them
};

/// Decides about runs that were made from something else, and changes nothing. kRefuse throws Error with the
/// differences; a folder that holds another run, one that has lost its run.json, or a finished one that has lost a
/// table or has another one, is refused even by kKeep; kFresh has those runs removed, or with `retry` the failed ones,
/// and then refuses differences of the others. Throws Error, too, if a run to be removed is being executed.
Settlement settlement_of(const suite::Plan& plan, const std::filesystem::path& suite_folder, OnChange on_change,
                         bool retry, ChangeFinder& finder);

/// Removes what is to be removed, and what killed workers of finished runs have left.
void settle(const Settlement& settlement, const suite::Plan& plan, const std::filesystem::path& suite_folder);

/// Locks a run that no process is executing, so that none can begin to. Throws Error if one is.
results::Lock lock_idle_run(const std::filesystem::path& run_folder);

/// Removes all that a run has left. Throws Error if a process is executing it.
void remove_run(const std::filesystem::path& run_folder);

/// File below the suite's folder that its host keeps locked.
inline constexpr const char* kSuiteLockFile = "lock";

/// Claims the suite's folder for this process. Throws Error naming who has it.
results::Lock claim(const std::filesystem::path& suite_folder);

/// Writes suite.toml and plan.json. `options`: those of the command line, which continuing the suite needs. `keep`:
/// runs that were begun with other settings stay, and plan.json says what differs. Throws FileError.
void write_plan_files(const suite::Plan& plan, const std::vector<std::string>& options,
                      const std::filesystem::path& suite_folder, bool keep = false);

/// Makes the run's folder and writes its config.toml, unless `keep` and it was begun with one. A run that has a
/// checkpoint keeps its checkpoint_interval: the room of its replay buffer follows from it. Throws FileError.
void prepare_run(const suite::Run& run, const std::filesystem::path& run_folder, bool keep);

}  // namespace tutti::launch
