// Runs that are killed at random instants, also while they write a checkpoint, end with the bytes of one that was not.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <sstream>
#include <thread>

#include "launch/supervisor.hpp"
#include "launch_fixture.hpp"

namespace tutti::launch {
namespace {

/// training.csv without its three time columns, which come last.
std::string without_times(const std::filesystem::path& file) {
  std::istringstream stream(results::read_file(file));
  std::string text;
  for (std::string line; std::getline(stream, line);) {
    for (int column = 0; column < 3; ++column) line.erase(line.rfind(','));
    text += line + '\n';
  }
  return text;
}

// Checkpoints so often that most kills hit one being written.
const std::string kSuite = R"(
name = "line"
seeds = [1]
[run]
environment_steps = 6000
copies = 3
training_interval = 500
checkpoint_interval = 30
[evaluation]
interval = 600
episodes = 4
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
)";

class ResumeTest : public LaunchTest {
 protected:
  void expect_same(const std::filesystem::path& expected, const std::filesystem::path& found) const {
    for (const char* file : {"evaluations.csv", "absolute.csv", "coverage.csv", "checkpoint/step-6000.state",
                             "checkpoint/best_policy.snapshot"}) {
      EXPECT_EQ(sha256_of_file(expected / file), sha256_of_file(found / file)) << file;
    }
    EXPECT_EQ(without_times(expected / "training.csv"), without_times(found / "training.csv"));
  }
};

TEST_F(ResumeTest, KilledRunEndsWithTheSameBytes) {
  const suite::Run run = plan(kSuite).runs.at(0);
  ASSERT_TRUE(launch(kSuite).complete());
  const double whole_seconds = record_of(run).time.wall_seconds;

  std::mt19937 random(1);
  int kills = 0;
  int attempts = 0;
  for (int repetition = 0; repetition < 3; ++repetition) {
    const testing_support::TemporaryFolder other;
    const std::filesystem::path folder = other.path() / "run";
    prepare_run(run, folder, false);
    for (RunState state = RunState::kWaiting; state != RunState::kFinished; ++attempts) {
      Supervisor supervisor(run, folder, {});
      // At least long enough to start, at most a good part of the whole.
      const double seconds = 0.05 + std::uniform_real_distribution<>(0, whole_seconds / 4)(random);
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
      if (!supervisor.poll()) ++kills;
      ::kill(supervisor.worker().process(), SIGKILL);
      while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      state = supervisor.conclude().state;
      ASSERT_TRUE(state == RunState::kFailed || state == RunState::kFinished) << to_text(state);
    }
    expect_same(run_folder(run), folder);
  }
  EXPECT_GE(kills, 3) << "of " << attempts << " attempts: too few were killed to show anything";
}

TEST_F(ResumeTest, WorkerStopsWithACheckpointWhenAsked) {
  const suite::Run run = plan(kSuite).runs.at(0);
  ASSERT_TRUE(launch(kSuite).complete());
  const testing_support::TemporaryFolder other;
  prepare_run(run, other.path() / "run", false);
  {
    Supervisor supervisor(run, other.path() / "run", {});
    while (supervisor.worker().progress().step == 0 && !supervisor.poll()) {
    }
    supervisor.stop();
    while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_EQ(supervisor.conclude().state, RunState::kInterrupted);
  }
  Supervisor supervisor(run, other.path() / "run", {});
  while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const RunView view = supervisor.conclude();
  EXPECT_EQ(view.state, RunState::kFinished);
  EXPECT_GT(view.record.value().segments.at(1).from_step, 0);
  expect_same(run_folder(run), other.path() / "run");
}

TEST_F(ResumeTest, RunIsNeverExecutedTwiceAtOnce) {
  const suite::Run run = plan(kSuite).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  Supervisor first(run, folder, {});
  while (first.worker().progress().step == 0 && !first.poll()) {
  }
  Supervisor second(run, folder, {});
  while (!second.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(second.conclude().state, RunState::kRunning);
  while (!first.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(first.conclude().state, RunState::kFinished);
  EXPECT_EQ(results::read_run_record(folder).value().segments.size(), 1U);
}

TEST_F(ResumeTest, WorkerWhoseHostDiesEndsItselfWithACheckpoint) {
  const suite::Run run = plan(kSuite).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  const pid_t host = ::fork();
  if (host == 0) {
    Supervisor supervisor(run, folder, {});
    for (;;) ::pause();
  }
  while (view_run(folder).state != RunState::kRunning) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(host, SIGKILL);
  ::waitpid(host, nullptr, 0);
  while (view_run(folder).state == RunState::kRunning) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const RunView view = view_run(folder);
  EXPECT_EQ(view.state, RunState::kInterrupted);
  EXPECT_EQ(view.record.value().segments.back().reason, "interrupted");
}

}  // namespace
}  // namespace tutti::launch
