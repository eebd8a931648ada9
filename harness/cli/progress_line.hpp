// A line on a terminal that is written over and goes away; nothing where the output is a file.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string_view>

#include "launch/say.hpp"

namespace tutti::cli {

class ProgressLine {
 public:
  ~ProgressLine() { clear(); }
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string_view text) {
    if (!on_terminal_) return;
    clear();
    launch::say(stderr, text);
    is_shown_ = true;
  }

  /// True a few times a second: a line that changes faster cannot be read.
  bool is_due() {
    const auto now = std::chrono::steady_clock::now();
    if (!on_terminal_ || now - newest_ < std::chrono::milliseconds(200)) return false;
    newest_ = now;
    return true;
  }

  void clear() {
    if (is_shown_) (void)std::fputs("\r\033[K", stderr);
    is_shown_ = false;
  }

 private:
  bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point newest_;
};

}  // namespace tutti::cli
