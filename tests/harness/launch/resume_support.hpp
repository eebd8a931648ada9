// Kills runs and compares what they leave.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <thread>

#include "digest/digest.hpp"
#include "launch/supervisor.hpp"
#include "results/files.hpp"
#include "run/checkpoint.hpp"

namespace tutti::launch {

/// training.csv without its three time columns, which come last.
inline std::string without_times(const std::filesystem::path& file) {
  std::istringstream stream(results::read_file(file));
  std::string text;
  for (std::string line; std::getline(stream, line);) {
    for (int column = 0; column < 3; ++column) line.erase(line.rfind(','));
    text += line + '\n';
  }
  return text;
}

/// Everything that decides numbers is the same byte for byte.
inline void expect_same_run(const std::filesystem::path& expected, const std::filesystem::path& found,
                            std::int64_t last_step) {
  const std::string state = "checkpoint/step-" + std::to_string(last_step) + ".state";
  for (const std::string& file : {std::string("evaluations.csv"), std::string("absolute.csv"),
                                  std::string("coverage.csv"), state, std::string("checkpoint/best_policy.snapshot")}) {
    // Not every task declares a coverage, not every suite an absolute evaluation.
    const bool optional = file == "coverage.csv" || file == "absolute.csv";
    if (optional && !std::filesystem::exists(expected / file)) continue;
    EXPECT_EQ(sha256_of_file(expected / file), sha256_of_file(found / file)) << file;
  }
  EXPECT_EQ(without_times(expected / "training.csv"), without_times(found / "training.csv"));
}

inline RunView wait_for_end(Supervisor& supervisor) {
  while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return supervisor.conclude();
}

inline void expect_killed(const RunView& view) {
  const results::Failure failure = view.record.value().failure.value_or(results::Failure{});
  const bool killed = view.state == RunState::kFailed && failure.kind == "killed";
  if (!killed) throw Error("the run ended by itself, " + std::string(to_text(view.state)) + ": " + failure.message);
}

/// Starts the run and kills it as soon as it has opened the `number`-th file, from 1, that it writes into its
/// checkpoint folder. The folder is there already, with a checkpoint.
inline void kill_while_it_writes(const suite::Run& run, const std::filesystem::path& folder, int number) {
  const int events = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  ::inotify_add_watch(events, (folder / "checkpoint").c_str(), IN_CREATE);
  Supervisor supervisor(run, folder, {});
  while (number > 0 && !supervisor.poll()) {
    pollfd readable{events, POLLIN, 0};
    ::poll(&readable, 1, 100);
    alignas(inotify_event) std::array<char, 4096> block{};
    const ssize_t size = ::read(events, block.data(), block.size());
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(block.data() + at);
      if (std::string_view(event->name).ends_with(".new")) --number;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
  ::kill(supervisor.worker().process(), SIGKILL);
  ::close(events);
  expect_killed(wait_for_end(supervisor));
}

/// Starts the run and kills it once it has completed a checkpoint.
inline void kill_after_a_checkpoint(const suite::Run& run, const std::filesystem::path& folder) {
  Supervisor supervisor(run, folder, {});
  const run::CheckpointStore checkpoints(folder / "checkpoint");
  while (checkpoints.empty() && !supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(supervisor.worker().process(), SIGKILL);
  expect_killed(wait_for_end(supervisor));
}

/// Starts the run again and again, each time killing it a random part of `seconds` after it began to step, until one
/// start survives; later starts get longer, since what comes after the last checkpoint has to fit. Returns the number
/// of kills.
inline int finish_in_spite_of_kills(const suite::Run& run, const std::filesystem::path& folder, double seconds,
                                    std::mt19937& random) {
  for (int kills = 0;; ++kills) {
    Supervisor supervisor(run, folder, {});
    const WorkerProcess& worker = supervisor.worker();
    while (worker.last_heard() == worker.started() && !supervisor.poll()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::uniform_real_distribution<>(0, seconds * (1 + 0.25 * kills))(random)));
    ::kill(worker.process(), SIGKILL);
    const RunView view = wait_for_end(supervisor);
    if (view.state == RunState::kFinished) return kills;
    expect_killed(view);
  }
}

}  // namespace tutti::launch
