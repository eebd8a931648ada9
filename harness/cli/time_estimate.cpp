#include "cli/time_estimate.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>

#include "loader/child.hpp"
#include "process/temporary_folder.hpp"
#include "run/protocol.hpp"
#include "run/training.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

constexpr double kMeasuredSeconds = 2;
constexpr std::chrono::minutes kMostTrialTime{10};
constexpr double kMostSecondsBeforeLearning = 5;  // for an algorithm that collects before it learns, or that never does

// How far a training is, evaluation and checkpoints not counted.
struct Sample {
  std::int64_t steps = 0;
  double seconds = 0;
};

Sample sample_of(const run::Training& training) {
  const results::TimeRecord time = training.time();
  return {training.progress().environment_steps, time.environment_seconds + time.act_seconds + time.update_seconds};
}

double measured_seconds(const suite::Run& run, loader::Registry& registry, const std::filesystem::path& folder,
                        const std::function<void(const run::Progress&)>& progress) {
  std::unique_ptr<run::Training> training;
  Sample start;  // steps before the first update say little about those after it
  bool learning = false;
  const auto seen_enough = [&] {
    const Sample now = sample_of(*training);
    if (!learning && training->progress().updates > 0) {
      learning = true;
      start = now;
    }
    return now.seconds - start.seconds > (learning ? kMeasuredSeconds : kMostSecondsBeforeLearning);
  };
  training = std::make_unique<run::Training>(run, registry, folder,
                                             run::Hooks{.should_stop = seen_enough, .progress = progress});
  const bool finished = training->execute() == run::Outcome::kFinished;

  const Sample end = sample_of(*training);
  if (finished) return end.seconds + training->time().evaluate_seconds;
  const suite::EvaluationSettings evaluation = run.evaluation_settings();
  const suite::RunSettings settings = run.run_settings();
  const auto done = static_cast<double>(training->progress().evaluations);
  const auto planned = static_cast<double>(run::planned_evaluations(settings, evaluation) +
                                           (evaluation.absolute ? run::kAbsoluteFactor : 0));
  const double training_seconds = (end.seconds - start.seconds) / static_cast<double>(end.steps - start.steps) *
                                  static_cast<double>(settings.environment_steps);
  return training_seconds + training->time().evaluate_seconds / done * planned;
}

// The child's lines: what it is about to do, the error that ended it, or the seconds.
constexpr char kStage = '>';
constexpr char kProblem = '!';
constexpr char kSeconds = '=';

void estimate_in_child(const suite::Run& run, loader::Registry& registry, const std::filesystem::path& folder,
                       int pipe) {
  try {
    loader::write_line(pipe, kStage + std::string("before its first step"));
    const auto progress = [pipe](const run::Progress& made) {
      loader::write_line(pipe, fmt::format("{}after step {}", kStage, made.step));
    };
    const double seconds = measured_seconds(run, registry, folder, progress);
    loader::write_line(pipe, fmt::format("{}{}", kSeconds, seconds));
  } catch (const std::exception& error) {
    loader::write_line(pipe, kProblem + std::string(error.what()));
  } catch (...) {
    loader::write_line(pipe, kProblem + std::string("throws something unknown"));
  }
}

}  // namespace

TimeEstimate estimate_time(const suite::Run& run, loader::Registry& registry, const std::function<bool()>& stopped) {
  const TemporaryFolder folder("tutti-estimate");  // here, because a child that crashes leaves everything as it is
  const loader::ChildReport child = loader::call_in_child(
      [&](int pipe) { estimate_in_child(run, registry, folder.path(), pipe); }, kMostTrialTime, stopped);
  TimeEstimate estimate;
  std::string stage = "before it began";
  std::istringstream lines(child.text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kStage)) stage = line.substr(1);
    if (line.starts_with(kProblem)) estimate.problem = line.substr(1);
    if (line.starts_with(kSeconds)) estimate.seconds = std::strtod(line.c_str() + 1, nullptr);
  }
  if (!child.done && estimate.problem.empty()) estimate.problem = child.how(kMostTrialTime) + " " + stage;
  return estimate;
}

}  // namespace tutti::cli
