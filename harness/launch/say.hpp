// Text for people.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "text/clean.hpp"

namespace tutti::launch {

/// The program's own output: standard output, also after keep_others_off_output().
inline std::FILE*& output() {
  static std::FILE* own = stdout;
  return own;
}

/// From now on what anything else writes to standard output, such as a plugin, goes to standard error. Once is enough.
inline void keep_others_off_output() {
  if (output() != stdout) return;
  (void)std::fflush(stdout);
  const int copy = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  std::FILE* const own = copy < 0 ? nullptr : ::fdopen(copy, "w");
  if (own == nullptr) return;
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  output() = own;
}

/// Writes `text` at once, stdout standing for output(), without anything that a terminal would obey: names and messages
/// come from files of others. What a full disk, or a terminal that is gone, does not take is lost, and nothing else;
/// std::ferror() says so.
inline void say(std::FILE* out, std::string_view text) noexcept {
  const std::string clean = text::clean_lines(text);
  if (out == stdout) out = output();
  (void)std::fwrite(clean.data(), 1, clean.size(), out);
  (void)std::fflush(out);
}

}  // namespace tutti::launch
