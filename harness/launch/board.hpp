// What is known of every run of a suite, and how it is shown: a line for each run, a line for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launch/suite_folder.hpp"

namespace tutti::launch {

struct BoardRow {
  std::string task;
  std::string algorithm;
  std::uint64_t seed = 0;
  RunState state = RunState::kWaiting;
  std::int64_t step = 0;
  std::int64_t budget = 0;  // environment steps
  double steps_per_second = 0;
  std::optional<double> last_evaluation;
  std::optional<double> seconds_per_step;  // everything included; what the time left is reckoned with
  std::string note;                        // why it failed
  bool never_learned = false;              // as results::never_learned() says; known of read_board() only
  std::int64_t ended = 0;                  // 1, 2, ... in order of ending; 0: has not ended while we watched
};

struct Board {
  std::string suite;  // name
  std::vector<BoardRow> rows;
  std::int64_t jobs = 1;

  std::int64_t count(RunState state) const;

  /// Seconds until a run ends; nothing if that is not known yet.
  std::optional<double> seconds_left(const BoardRow& row) const;

  /// Seconds until all that still run or wait have ended, `jobs` at a time. Runs that have not begun are taken to be
  /// as fast as others of their task and algorithm, or else as the average.
  std::optional<double> seconds_left() const;
};

/// A row from what a run's folder shows.
BoardRow row_of(const std::string& task, const std::string& algorithm, std::uint64_t seed, std::int64_t budget,
                const RunView& view);

/// "quick: 0:35 left; 2 running, 3 finished, 1 failed, 6 waiting", at most `width` columns.
std::string summary_line(const Board& board, std::size_t width);

/// How notes that are wider than the table are shown.
enum class Notes { kCut, kWhole };

/// Column heads and a line for each of `rows`, none wider than `width`; notes in lines below their row.
std::vector<std::string> table_lines(const Board& board, const std::vector<const BoardRow*>& rows, std::size_t width,
                                     Notes notes);

/// The summary, the running rows and the last that ended, at most `height` lines of at most `width` columns.
std::vector<std::string> live_lines(const Board& board, std::size_t width, std::size_t height);

}  // namespace tutti::launch
