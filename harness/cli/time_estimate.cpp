#include "cli/time_estimate.hpp"

#include <stdlib.h>

#include <filesystem>
#include <memory>

#include "run/protocol.hpp"
#include "run/training.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

constexpr double kMeasuredSeconds = 2;
constexpr double kPatienceSeconds = 5;  // for an algorithm that collects before it learns, or that never does

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "tutti_estimate_XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw Error(path_ + ": cannot be made");
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // what stays behind is the system's to clean up
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

// How far a training is, evaluation and checkpoints not counted.
struct Sample {
  std::int64_t steps = 0;
  double seconds = 0;
};

Sample sample_of(const run::Training& training) {
  const results::TimeRecord time = training.time();
  return {training.progress().environment_steps, time.environment_seconds + time.act_seconds + time.update_seconds};
}

}  // namespace

double estimated_seconds(const suite::Run& run, loader::Registry& registry) {
  const TemporaryFolder folder;
  std::unique_ptr<run::Training> training;
  Sample start;  // steps before the first update say little about those after it
  bool learning = false;
  const auto seen_enough = [&] {
    const Sample now = sample_of(*training);
    if (!learning && training->progress().updates > 0) {
      learning = true;
      start = now;
    }
    return now.seconds - start.seconds > (learning ? kMeasuredSeconds : kPatienceSeconds);
  };
  training = std::make_unique<run::Training>(run, registry, folder.path(), run::Hooks{.should_stop = seen_enough});
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

}  // namespace tutti::cli
