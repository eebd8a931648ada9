// A function called in a child process, so that a crash, an exit() or a hang in it costs a sentence and not this
// process.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace tutti::loader {

/// The line that a child writes last: it has done everything, and nothing more will come.
inline constexpr std::string_view kChildDone = "=done";

/// Writes one line of a child's report; line breaks within it become spaces.
void write_line(int pipe, std::string line);

struct ChildReport {
  std::string text;        // the lines that the child wrote, without kChildDone
  bool done = false;       // the last line came and the process ended with exit status 0
  bool timed_out = false;  // it was killed because its time was over
  bool too_long = false;   // it was killed because it wrote too much
  int status = 0;          // as waitpid() gives it

  /// "crashed with SIGSEGV", "ended the process with exit status 3", "gave no answer for 120 s".
  std::string how(std::chrono::milliseconds most) const;
};

/// Calls `function` with the pipe that takes its lines, in a child process without core dumps, signal handlers and
/// standard streams, which ends with this one. An exception that `function` lets out counts as exit status 1. Throws
/// Error if no child can be made. Once `stopped` says so, asked about once a second and after each signal, the child is
/// killed as if its time were over.
ChildReport call_in_child(
    const std::function<void(int pipe)>& function, std::chrono::milliseconds most,
    const std::function<bool()>& stopped = [] { return false; });

}  // namespace tutti::loader
