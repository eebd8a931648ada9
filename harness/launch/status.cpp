#include "launch/status.hpp"

#include <fmt/format.h>

#include "launch/slurm.hpp"
#include "results/plan_record.hpp"

namespace tutti::launch {
namespace {

/// What people type to execute the suite of this folder.
std::string run_command(const std::filesystem::path& suite_folder) {
  const std::filesystem::path results = std::filesystem::absolute(suite_folder / ".").lexically_normal().parent_path();
  const std::filesystem::path root = results.parent_path();
  std::string command = "./tutti run " + results::read_plan(suite_folder).file;
  if (root != std::filesystem::absolute("results")) command += " --results " + root.string();
  return command;
}

}  // namespace

Board read_board(const std::filesystem::path& suite_folder) {
  const results::PlanRecord plan = results::read_plan(suite_folder);
  Board board{.suite = plan.suite, .rows = {}, .jobs = 0};
  for (const results::PlannedRun& run : plan.runs) {
    const RunView view = view_run(suite_folder / run.folder);
    board.rows.push_back(row_of(run.task, run.algorithm, run.seed, plan.protocol.environment_steps, view));
    if (view.state == RunState::kRunning) ++board.jobs;
  }
  return board;
}

std::string status_text(const std::filesystem::path& suite_folder, std::size_t width) {
  const Board board = read_board(suite_folder);
  const std::string command = run_command(suite_folder);
  std::vector<const BoardRow*> rows;
  for (const BoardRow& row : board.rows) rows.push_back(&row);
  std::string text;
  for (const std::string& line : table_lines(board, rows, width)) text += line + '\n';
  text += summary_line(board, width) + '\n';
  if (const std::string slurm = slurm_status(suite_folder); !slurm.empty()) text += slurm + '\n';
  if (board.count(RunState::kFailed) > 0) {
    text +=
        fmt::format("the failed runs only, once more: {} --retry (from their first step: --retry --fresh)\n", command);
  }
  if (board.count(RunState::kInterrupted) + board.count(RunState::kWaiting) > 0) {
    text += fmt::format("to go on: {}\n", command);
  }
  return text;
}

}  // namespace tutti::launch
