#include "launch/board.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tutti::launch {
namespace {

BoardRow row(RunState state, std::int64_t step, std::optional<double> seconds_per_step,
             const std::string& algorithm = "a") {
  BoardRow result;
  result.task = "mpe/coop-nav-n3";
  result.algorithm = algorithm;
  result.state = state;
  result.step = step;
  result.budget = 1000;
  result.seconds_per_step = seconds_per_step;
  return result;
}

TEST(Board, TimeLeftOfARunIsItsStepsLeftAtItsPace) {
  const Board board;
  EXPECT_EQ(board.seconds_left(row(RunState::kRunning, 400, 0.5)), 300);
  EXPECT_FALSE(board.seconds_left(row(RunState::kRunning, 0, {})).has_value());
}

TEST(Board, TimeLeftOfAllSharesTheWorkAmongJobs) {
  Board board{.suite = "s", .rows = {}, .jobs = 2};
  EXPECT_FALSE(board.seconds_left().has_value());
  board.rows = {row(RunState::kFinished, 1000, 1.0), row(RunState::kWaiting, 0, {}), row(RunState::kWaiting, 0, {}),
                row(RunState::kFailed, 10, 1.0)};
  EXPECT_EQ(board.seconds_left(), 1000);
  // One long run alone cannot be shared.
  board.rows = {row(RunState::kRunning, 0, 4.0), row(RunState::kWaiting, 0, {}, "b")};
  EXPECT_EQ(board.seconds_left(), 4000);
  // A waiting run is as fast as others of its algorithm.
  board.jobs = 1;
  board.rows = {row(RunState::kFinished, 1000, 2.0, "slow"), row(RunState::kFinished, 1000, 1.0, "fast"),
                row(RunState::kWaiting, 0, {}, "fast")};
  EXPECT_EQ(board.seconds_left(), 1000);
}

Board large_board() {
  Board board{.suite = "paper", .rows = {}, .jobs = 8};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const RunState state = seed < 300 ? RunState::kFinished : seed < 308 ? RunState::kRunning : RunState::kWaiting;
    board.rows.push_back(row(state, 123'456, 0.001, "a_very_long_name_of_an_algorithm"));
    BoardRow& last = board.rows.back();
    last.task = "mamujoco/halfcheetah-6x1-with-a-long-name";
    last.seed = seed;
    last.budget = 1'000'000;
    last.steps_per_second = 1234;
    last.last_evaluation = -12345.678;
    if (state == RunState::kFinished) last.ended = static_cast<std::int64_t>(seed) + 1;
  }
  board.rows[299].state = RunState::kFailed;
  board.rows[299].note = "signal: crashed with SIGSEGV; the log has a stack trace of many words";
  return board;
}

TEST(Board, NoLineIsWiderThanTheTerminalNorTheTableLonger) {
  const Board board = large_board();
  for (const std::size_t width : {20U, 40U, 60U, 79U, 120U, 200U}) {
    for (const std::size_t height : {1U, 2U, 5U, 12U, 60U}) {
      const auto lines = live_lines(board, width, height);
      EXPECT_LE(lines.size(), height);
      for (const std::string& line : lines) EXPECT_LE(line.size(), width) << line;
    }
  }
}

TEST(Board, StatusShowsTheWholeOfANoteAndEverySeed) {
  Board board = large_board();
  BoardRow& failed = board.rows[299];
  failed.seed = 1234567890123;
  const std::string path(70, 'x');
  failed.note = "disk: " + path + " is full";
  const auto alone = table_lines(board, {&failed}, 200, Notes::kWhole);
  EXPECT_EQ(alone.back(), "  " + failed.note);
  EXPECT_NE(alone.at(1).find(" 1234567890123 "), std::string::npos) << alone.at(1);
  EXPECT_EQ(alone.at(0).size(), alone.at(1).size());
  std::string text;
  for (const std::string& line : table_lines(board, {&failed}, 40, Notes::kWhole)) {
    EXPECT_LE(line.size(), 40U) << line;
    text += line.substr(line.find_first_not_of(' '));
  }
  EXPECT_NE(text.find("disk:" + path + "is full"), std::string::npos) << text;
  EXPECT_EQ(table_lines(board, {&failed}, 40, Notes::kCut).size(), 3U);
}

TEST(Board, SixtyColumnsShowEveryColumn) {
  const auto lines = live_lines(large_board(), 60, 30);
  EXPECT_EQ(lines.at(0), "paper: 3:02:37 left; 8 running, 299 finished, 1 failed, 92..");
  const auto running = std::find_if(lines.begin(), lines.end(),
                                    [](const std::string& line) { return line.find(" 300 ") != std::string::npos; });
  ASSERT_NE(running, lines.end());
  for (const char* part : {"12%", "1.2k", "-12346", "14:37"})
    EXPECT_NE(running->find(part), std::string::npos) << *running;
}

TEST(Board, ANarrowTerminalShowsWhichRunARowIsOfAndItsState) {
  BoardRow finished = row(RunState::kFinished, 1000, {}, "maddpg");
  finished.last_evaluation = -67.891;
  const auto lines = table_lines({}, {&finished}, 40, Notes::kWhole);
  EXPECT_EQ(lines.at(0), "task       alg.. seed    return     left") << "no column is cut";
  EXPECT_EQ(lines.at(1), "..p-nav-n3 mad..    0    -67.89 finished");
}

TEST(Board, LiveTableShowsRunningRunsAndTheLastThatEnded) {
  const auto lines = live_lines(large_board(), 120, 40);
  const auto shows = [&](const std::string& seed) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(" " + seed + " ") != std::string::npos; });
  };
  for (const char* seed : {"300", "307", "299", "298", "295"}) EXPECT_TRUE(shows(seed)) << seed;
  for (const char* seed : {"294", "308", "0"}) EXPECT_FALSE(shows(seed)) << seed;
}

}  // namespace
}  // namespace tutti::launch
