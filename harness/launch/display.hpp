// Shows a board while it changes: redrawn in place on a terminal, plain lines anywhere else.
#pragma once

#include <chrono>
#include <cstdio>

#include "launch/board.hpp"

namespace tutti::launch {

class Display {
 public:
  explicit Display(std::FILE* out);

  /// Redraws if it is time to. Call it often.
  void update(const Board& board);

  /// A run has started or ended; plain output says so in a line.
  void announce(const Board& board, const BoardRow& row);

  /// A line for people, above what is redrawn.
  void say(const std::string& line);

  /// Draws for the last time.
  void finish(const Board& board);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(const Board& board);
  void erase();

  std::FILE* out_;
  bool live_;
  std::size_t drawn_ = 0;  // lines that stand on the terminal
  Clock::time_point next_{};
};

}  // namespace tutti::launch
