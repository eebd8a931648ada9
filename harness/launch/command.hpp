// Runs another program and takes what it prints.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace tutti::launch {

struct CommandResult {
  int status = 0;      // exit status; 128 + signal if it ended by one
  std::string output;  // standard output
};

/// Looks the program up in PATH; no shell in between. Its standard error is ours. Throws Error if it cannot be started.
CommandResult run_command(std::vector<std::string> arguments);

/// The same with other environment variables, "NAME=value" each.
CommandResult run_command(std::vector<std::string> arguments, std::vector<std::string> environment);

/// What a program printed that was given a limited time.
struct BoundedResult {
  int status = 0;          // exit status; 128 + signal if it ended by one
  bool timed_out = false;  // it was killed when its time was over
  std::string output;      // standard output
  std::string errors;      // standard error
};

/// Runs a program without input, and kills it when `most` is over. Throws Error if it cannot be started.
BoundedResult run_bounded(std::vector<std::string> arguments, std::chrono::milliseconds most);

/// One word of a shell's command line, in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace tutti::launch
