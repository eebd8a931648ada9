// Runs that are killed at random instants, also while they write a checkpoint, end with the bytes of one that was not.
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "launch_fixture.hpp"
#include "results/lock.hpp"
#include "resume_support.hpp"

namespace tutti::launch {
namespace {

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

constexpr std::int64_t kSteps = 6000;

class ResumeTest : public LaunchTest {};

TEST_F(ResumeTest, KilledRunEndsWithTheSameBytes) {
  const suite::Run run = plan(kSuite).runs.at(0);
  ASSERT_TRUE(launch(kSuite).complete());
  const double whole_seconds = record_of(run).time.wall_seconds;
  std::mt19937 random(1);
  int kills = 0;
  for (int repetition = 0; repetition < 3; ++repetition) {
    const testing_support::TemporaryFolder other;
    const std::filesystem::path folder = other.path() / "run";
    prepare_run(run, folder, false);
    kills += finish_in_spite_of_kills(run, folder, whole_seconds / 4, random);
    expect_same_run(run_folder(run), folder, kSteps);
  }
  EXPECT_GE(kills, 3) << "too few were killed to show anything";
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
    EXPECT_EQ(wait_for_end(supervisor).state, RunState::kInterrupted);
  }
  Supervisor supervisor(run, other.path() / "run", {});
  const RunView view = wait_for_end(supervisor);
  EXPECT_EQ(view.state, RunState::kFinished);
  EXPECT_GT(view.record.value().segments.at(1).from_step, 0);
  expect_same_run(run_folder(run), other.path() / "run", kSteps);
}

TEST_F(ResumeTest, InterruptedHostStopsItsWorkersInOrderAndGoesOnLater) {
  const suite::Run run = plan(kSuite).runs.at(0);
  const testing_support::TemporaryFolder other;
  options_.results = other.path();
  const std::filesystem::path folder = other.path() / run.suite / run.folder();
  const pid_t host = ::fork();
  if (host == 0) {
    const Summary summary = launch(kSuite);
    ::_exit(summary.interrupted && summary.unfinished == 1 ? 0 : 1);
  }
  const auto has_checkpoint = [&] {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "checkpoint", none)) {
      if (entry.path().extension() == ".account") return true;
    }
    return false;
  };
  while (!has_checkpoint()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // As closing a terminal, or `timeout -s INT`, may send them: still one request.
  for (const int signal : {SIGTERM, SIGHUP, SIGINT, SIGINT}) ::kill(host, signal);
  int status = 0;
  ::waitpid(host, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the host did not say that the run is unfinished";
  EXPECT_EQ(view_run(folder).state, RunState::kInterrupted);
  EXPECT_TRUE(launch(kSuite).complete());
  options_.results = folder_.path();
  EXPECT_TRUE(launch(kSuite).complete());
  expect_same_run(run_folder(run), folder, kSteps);
}

TEST_F(ResumeTest, RunIsNeverExecutedTwiceAtOnce) {
  const suite::Run run = plan(kSuite).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  Supervisor first(run, folder, {});
  while (first.worker().progress().step == 0 && !first.poll()) {
  }
  Supervisor second(run, folder, {});
  EXPECT_EQ(wait_for_end(second).state, RunState::kRunning);
  EXPECT_EQ(wait_for_end(first).state, RunState::kFinished);
  EXPECT_EQ(results::read_run_record(folder).value().segments.size(), 1U);
}

TEST_F(ResumeTest, RunKilledByItsUserIsInterruptedWhereItWas) {
  const suite::Run run = plan(kSuite).runs.at(0);
  prepare_run(run, folder_.path() / "run", false);
  Supervisor supervisor(run, folder_.path() / "run", {});
  while (supervisor.worker().progress().step == 0 && !supervisor.poll()) {
  }
  const std::int64_t step = supervisor.worker().progress().step;
  supervisor.kill();
  const RunView view = wait_for_end(supervisor);
  EXPECT_EQ(view.state, RunState::kInterrupted);
  EXPECT_GE(view.record.value().progress.environment_steps, step);
  EXPECT_EQ(view.record->segments.back().reason, "interrupted");
}

TEST_F(ResumeTest, RunThatIsStoppedBeforeItsWorkerTakesRequestsHasNotFailed) {
  const suite::Run run = plan(kSuite).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  for (int attempt = 0; attempt < 5; ++attempt) {
    Supervisor supervisor(run, folder, {});
    std::this_thread::sleep_for(std::chrono::milliseconds(attempt));
    supervisor.stop();
    const RunState state = wait_for_end(supervisor).state;
    EXPECT_TRUE(state == RunState::kWaiting || state == RunState::kInterrupted) << to_text(state);
  }
}

TEST_F(ResumeTest, RunThatIsStillInWorkElsewhereIsAwaitedAndThenStartedAnew) {
  std::string suite = kSuite;  // not for longer than the launcher waits
  suite.replace(suite.find("environment_steps = 6000"), 24, "environment_steps = 1500");
  const suite::Run run = plan(suite).runs.at(0);
  const std::filesystem::path folder = run_folder(run);
  prepare_run(run, folder, false);
  Supervisor stray(run, folder, {});
  while (stray.worker().last_heard() == stray.worker().started() && !stray.poll()) {
  }
  ::kill(stray.worker().process(), SIGSTOP);  // otherwise a fast machine has finished it by now
  EXPECT_THROW(remove_run(folder), Error);
  ::kill(stray.worker().process(), SIGCONT);
  options_.on_change = OnChange::kFresh;
  EXPECT_TRUE(launch(suite + "learning_rate = 0.5\n").complete());
  EXPECT_EQ(wait_for_end(stray).state, RunState::kFinished) << "its folder was not taken away";
  EXPECT_EQ(record_of(run).segments.size(), 1U);
  EXPECT_NE(results::read_file(folder / "config.toml").find("learning_rate = 0.5"), std::string::npos);
}

TEST_F(ResumeTest, RunThatIsFinishedAndNotYetLetGoOfIsStartedAnew) {
  std::string suite = kSuite;
  suite.replace(suite.find("environment_steps = 6000"), 24, "environment_steps = 600");
  const suite::Run run = plan(suite).runs.at(0);
  ASSERT_TRUE(launch(suite).complete());
  std::optional<results::Lock> lock = results::Lock::try_lock(run_folder(run) / run::kLockFile);
  ASSERT_TRUE(lock);
  std::thread worker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    lock.reset();
  });
  options_.on_change = OnChange::kFresh;
  EXPECT_NO_THROW(EXPECT_TRUE(launch(suite + "learning_rate = 0.5\n").complete()));
  worker.join();
}

TEST_F(ResumeTest, WorkersAreWhatTheKernelTakesFirstWhenMemoryIsShort) {
  const suite::Run run = plan(kSuite).runs.at(0);
  prepare_run(run, folder_.path() / "run", false);
  Supervisor supervisor(run, folder_.path() / "run", {});
  while (supervisor.worker().progress().step == 0 && !supervisor.poll()) {
  }
  const std::string process = std::to_string(supervisor.worker().process());
  EXPECT_EQ(results::read_file("/proc/" + process + "/oom_score_adj"), "500\n");
}

TEST_F(ResumeTest, WorkerThatHangsWhileItsHostDiesIsEndedAllTheSame) {
  const suite::Run run = plan(faulty_algorithm("hang")).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  const pid_t host = ::fork();
  if (host == 0) {
    WorkerProcess worker({.folder = folder, .grace_seconds = 1});
    for (;;) ::pause();
  }
  const auto hangs = [&] {  // at update 20 of 50, after its second evaluation
    std::error_code none;
    return std::filesystem::file_size(folder / "training.csv", none) > 150 && !none;
  };
  while (!hangs()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(host, SIGKILL);
  ::waitpid(host, nullptr, 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (view_run(folder).state == RunState::kRunning && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(view_run(folder).state, RunState::kInterrupted);
}

TEST_F(ResumeTest, WorkerThatDoesNotHearTheRequestToStopIsKilledAndInterrupted) {
  const suite::Run run = plan(faulty_algorithm("deaf_hang")).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  Supervisor supervisor(run, folder, {.grace_seconds = 1});
  const auto is_deaf = [&] {
    std::ifstream status("/proc/" + std::to_string(supervisor.worker().process()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("SigIgn:")) return (std::stoull(line.substr(7), nullptr, 16) & (1U << (SIGTERM - 1))) != 0;
    }
    return false;
  };
  while (!is_deaf()) ASSERT_FALSE(supervisor.poll());
  supervisor.stop();
  EXPECT_EQ(wait_for_end(supervisor).state, RunState::kInterrupted);
}

// The signal may never come: a plugin may have taken it back.
TEST_F(ResumeTest, WorkerSeesWithoutASignalThatItsHostIsGone) {
  std::string suite = faulty_algorithm("no_death_signal");
  suite.replace(suite.find("environment_steps = 200"), 23, "environment_steps = 40_000_000");
  const suite::Run run = plan(suite).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  const pid_t host = ::fork();
  if (host == 0) {
    Supervisor supervisor(run, folder, {});
    while (supervisor.worker().progress().step < 1000) supervisor.poll();
    ::_exit(0);
  }
  ::waitpid(host, nullptr, 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (view_run(folder).state == RunState::kRunning && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(view_run(folder).state, RunState::kInterrupted);
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
