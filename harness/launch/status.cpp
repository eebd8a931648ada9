#include "launch/status.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "launch/command.hpp"
#include "launch/program_name.hpp"
#include "launch/slurm.hpp"
#include "results/files.hpp"
#include "results/learning.hpp"
#include "results/lock.hpp"
#include "results/plan_record.hpp"
#include "suite/plan.hpp"
#include "text/clean.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {
namespace {

/// What people type to execute the suite of this folder.
std::string command_of(const std::filesystem::path& suite_folder) {
  const results::PlanRecord plan = results::read_plan_record(suite_folder);
  const std::filesystem::path root = std::filesystem::canonical(suite_folder).parent_path();
  std::vector<std::string> words = plan.command.empty() ? std::vector<std::string>{"run", plan.file} : plan.command;
  if (root != std::filesystem::weakly_canonical("results")) words.insert(words.end(), {"--results", root.string()});
  std::string command = program_name();
  for (const std::string& word : words) command += ' ' + shell_word(word);
  return command;
}

/// "in progress: process 7 on host since ..." while there is somebody to wait for; else empty.
std::string work_text(const std::filesystem::path& suite_folder, const Queue& queue) {
  const std::filesystem::path lock = suite_folder / kSuiteLockFile;
  if (results::is_locked(lock)) return "in progress: " + results::read_file_if_any(lock).value_or("") + '\n';
  if (!queue.is_known) return "may be in progress on the cluster, which does not answer\n";
  return queue.tasks > 0 ? "in progress on the cluster\n" : "";
}

/// What to type about runs that failed, are damaged or have not finished.
std::string advice(const Board& board, const std::filesystem::path& suite_folder) {
  const std::int64_t open = board.count(RunState::kInterrupted) + board.count(RunState::kWaiting);
  const std::int64_t damaged = board.count(RunState::kDamaged);
  if (open + damaged + board.count(RunState::kFailed) == 0) return "";
  if (const auto path = std::filesystem::canonical(suite_folder); path.filename() != board.suite) {
    return fmt::format("to continue, rename this folder to \"{0}\": the suite {0} finds it by that name\n",
                       text::clean_text(board.suite));
  }
  const std::string command = command_of(suite_folder);
  std::string text;
  if (board.count(RunState::kFailed) > 0) {
    text += fmt::format("to run the failed runs again: {} --retry (from their first step: --retry --fresh)\n", command);
  }
  if (damaged > 0) {
    text += fmt::format("put back what the damaged runs have lost, or start them again: {} --fresh\n", command);
  }
  if (open > 0 && damaged == 0) text += fmt::format("to continue: {}\n", command);
  return text;
}

/// What config.toml says; of a run whose settings cannot be read nothing is claimed.
bool algorithm_has_parameters(const std::filesystem::path& run_folder) {
  try {
    return !suite::read_config(run_folder / "config.toml").algorithm_values.empty();
  } catch (const Error&) {
    return false;
  }
}

bool never_learned(const RunView& view, const std::filesystem::path& run_folder) {
  return view.state == RunState::kFinished &&
         results::never_learned(view.record->progress, algorithm_has_parameters(run_folder));
}

/// Finished runs that never learned, by task and algorithm.
std::string never_learned_text(const Board& board) {
  std::set<std::string> pairs;
  for (const BoardRow& row : board.rows) {
    if (row.never_learned) pairs.insert(row.algorithm + " on " + row.task);
  }
  return pairs.empty() ? "" : fmt::format("finished without an update: {}\n", fmt::join(pairs, ", "));
}

}  // namespace

Board read_board(const std::filesystem::path& suite_folder) {
  const results::PlanRecord plan = results::read_plan_record(suite_folder);
  Board board{.suite = plan.suite, .rows = {}, .jobs = 0};
  std::vector<results::RunIdentity> runs;
  std::vector<std::filesystem::path> folders;
  for (const results::PlannedRun& run : plan.runs) {
    runs.push_back(results::identity_of(plan, run));
    folders.push_back(suite_folder / run.folder);
  }
  const std::vector<RunView> views = view_runs(runs, folders);
  for (std::size_t index = 0; index < views.size(); ++index) {
    const results::PlannedRun& run = plan.runs[index];
    const RunView& view = views[index];
    board.rows.push_back(row_of(run.task, run.algorithm, run.seed, plan.protocol_of(run.task).environment_steps, view));
    board.rows.back().never_learned = never_learned(view, folders[index]);
    if (view.state == RunState::kRunning) ++board.jobs;
  }
  return board;
}

std::string status_text(const std::filesystem::path& suite_folder, std::size_t width) {
  const Board board = read_board(suite_folder);
  const Queue queue = slurm_queue(suite_folder);
  std::vector<const BoardRow*> rows;
  for (const BoardRow& row : board.rows) rows.push_back(&row);
  std::string text;
  for (const std::string& line : table_lines(board, rows, width, Notes::kWhole)) text += line + '\n';
  text += summary_line(board, width) + '\n';
  if (!queue.text.empty()) text += queue.text + '\n';
  text += never_learned_text(board);
  const std::string unplanned =
      results::unplanned_text(results::unplanned_runs(suite_folder, results::read_plan_record(suite_folder)));
  if (!unplanned.empty()) text += unplanned + "; a report leaves them out\n";
  const std::string work = work_text(suite_folder, queue);
  return text + (work.empty() ? advice(board, suite_folder) : work);
}

}  // namespace tutti::launch
