// The process that executes one run: `tutti worker FOLDER`, started by the launcher, not by people.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tutti::run {

/// What a worker gets to write a checkpoint once it was asked to stop; without one it is ended.
inline constexpr std::int64_t kGraceSeconds = 60;

struct WorkerOptions {
  std::filesystem::path folder;                // with config.toml
  int progress_descriptor = -1;                // a pipe for progress lines; below 0: none
  std::int64_t jobs = 1;                       // runs that share the machine
  std::int64_t parent = 0;                     // process to end with; 0: none
  std::int64_t memory_limit_bytes = 0;         // 0: none
  std::int64_t grace_seconds = kGraceSeconds;  // once that process is gone
  std::string build = {};                      // build_digest() of the plugins it was planned with; empty: any
  bool keep = false;                           // resume a checkpoint with whatever plugins and libraries there are now
  std::string device = {};                     // the GPU of this process, "cuda:1"; empty: as its configuration says
};

/// The command line of a worker after the program's name, starting with "worker"; and back. Throws Error.
std::vector<std::string> worker_arguments(const WorkerOptions& options);
WorkerOptions worker_options(std::span<const std::string> arguments);

/// File below a run's folder that the process which executes it keeps locked.
inline constexpr const char* kLockFile = "lock";

/// Executes the run and ends the process. The exit status is one of guard.hpp's; run.json says the rest.
[[noreturn]] void work(const WorkerOptions& options);

}  // namespace tutti::run
