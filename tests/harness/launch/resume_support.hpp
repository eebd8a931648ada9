// Kills runs and compares what they leave.
#pragma once

#include <gtest/gtest.h>

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
    const bool killed = view.state == RunState::kFailed && view.record.value().failure.value().kind == "killed";
    if (!killed) throw Error("the run failed by itself: " + view.record.value().failure.value().message);
  }
}

}  // namespace tutti::launch
