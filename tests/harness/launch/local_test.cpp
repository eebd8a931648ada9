#include "launch/local.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "launch/program_name.hpp"
#include "launch/status.hpp"
#include "launch/supervisor.hpp"
#include "launch_fixture.hpp"
#include "run/checkpoint.hpp"
#include "run/protocol.hpp"
#include "run/worker.hpp"

namespace tutti::launch {
namespace {

using testing_support::line_suite;

bool contains(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST_F(LaunchTest, FinishesEveryRunAndRecordsWhatItWasMadeFrom) {
  const Summary summary = launch(line_suite());
  EXPECT_TRUE(summary.complete());
  EXPECT_EQ(summary.finished, 1);
  const suite::Run run = plan(line_suite()).runs.at(0);
  const results::RunRecord record = record_of(run);
  EXPECT_EQ(record.status, results::RunState::kFinished);
  EXPECT_EQ(record.suite_digest, sha256_of_file(folder_.path() / "line" / "suite.toml"));
  EXPECT_EQ(record.config_digest, sha256_of_file(run_folder(run) / "config.toml"));
  for (const char* policy : {run::kBestPolicyFile, run::kLastPolicyFile}) {
    EXPECT_EQ(record.table_digests.at(policy), sha256_of_file(run_folder(run) / policy));
  }
  EXPECT_EQ(record.evaluations_digest, sha256_of_file(run_folder(run) / "evaluations.csv"));
  EXPECT_EQ(record.plugins.at(0).name, "line");
  EXPECT_EQ(record.plugins.at(1).sha256, sha256_of_file(TUTTI_BINARY_DIR "/fixtures/sound/learner.so"));
  EXPECT_EQ(record.numerics.at("OPENBLAS_NUM_THREADS"), "1");
  EXPECT_EQ(record.task_facts.at("observation_sizes"), "2, 3");
  EXPECT_EQ(record.segments.size(), 1U);
  EXPECT_EQ(record.machine.jobs, 2);
  EXPECT_EQ(record.progress.environment_steps, 200);
  EXPECT_EQ(record.progress.evaluations, 5);
  EXPECT_GT(record.time.peak_memory_bytes, 0);
  EXPECT_GT(record.time.startup_seconds, 0);
  EXPECT_LT(record.time.startup_seconds, 60);
  EXPECT_EQ(record.numerics.at("threads"), "1");
  EXPECT_TRUE(record.libraries.at("libm.so").starts_with("libm.so.6, build ")) << record.libraries.at("libm.so");
}

/// Runs on GPUs that are none, one for each letter.
class GpuLaunchTest : public LaunchTest {
 protected:
  GpuLaunchTest() {
    ::setenv("TUTTI_PLUGIN_PATH", TUTTI_BINARY_DIR "/fixtures/sound:" TUTTI_BINARY_DIR "/fixtures/gpu", 1);
  }
  ~GpuLaunchTest() override { ::unsetenv("TUTTI_FIXTURE_GPUS"); }

  void on(const char* gpus) {
    ::setenv("TUTTI_FIXTURE_GPUS", gpus, 1);
    registry_ = loader::Registry({TUTTI_BINARY_DIR "/fixtures/sound", TUTTI_BINARY_DIR "/fixtures/gpu"});
  }
  results::RunRecord record(const std::string& suite, std::size_t run) { return record_of(plan(suite).runs.at(run)); }
};

TEST_F(GpuLaunchTest, RunsAtOnceAreOnDifferentGpusAndTheirRecordsNameThem) {
  on("AB");
  EXPECT_TRUE(launch(gpu_suite("cuda")).complete());
  const results::RunRecord first = record(gpu_suite("cuda"), 0), second = record(gpu_suite("cuda"), 1);
  EXPECT_EQ(first.device, "cuda:0");
  EXPECT_EQ(second.device, "cuda:1");
  EXPECT_EQ(first.libraries.at("GPU"), "Fixture A");
  EXPECT_EQ(second.libraries.at("GPU"), "Fixture B");
  EXPECT_EQ(first.libraries.at("CUDA driver"), "3.4");
}

TEST_F(GpuLaunchTest, RunsShareOneGpuAndARunOnTheCpuNamesNone) {
  on("A");
  EXPECT_TRUE(launch(gpu_suite("auto")).complete());
  EXPECT_EQ(record(gpu_suite("auto"), 0).device, "cuda:0");
  EXPECT_EQ(record(gpu_suite("auto"), 1).device, "cuda:0");
  std::filesystem::remove_all(folder_.path() / "line");
  EXPECT_TRUE(launch(gpu_suite("cpu")).complete());
  EXPECT_EQ(record(gpu_suite("cpu"), 0).device, "cpu");
  EXPECT_FALSE(record(gpu_suite("cpu"), 0).libraries.contains("GPU"));
}

TEST_F(GpuLaunchTest, ARunDoesNotGoOnOnADeviceOfAnotherKind) {
  on("A");
  EXPECT_TRUE(launch(gpu_suite("cuda")).complete());
  const auto refusal = [&](const std::string& suite) {
    try {
      launch(suite);
      return std::string("accepted");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(refusal(gpu_suite("cpu")).find("run.device: \"cpu\", was \"cuda\""), std::string::npos);
  on("AA");
  EXPECT_EQ(refusal(gpu_suite("cuda:1")), "accepted");
  on("B");
  EXPECT_NE(refusal(gpu_suite("cuda")).find("GPU: Fixture B, was Fixture A"), std::string::npos);
}

TEST_F(LaunchTest, FinishedRunsAreNotExecutedAgain) {
  launch(line_suite());
  const suite::Run run = plan(line_suite()).runs.at(0);
  const std::string before = results::read_file(run_folder(run) / "run.json");
  EXPECT_TRUE(launch(line_suite()).complete());
  EXPECT_EQ(results::read_file(run_folder(run) / "run.json"), before);
}

struct Fault {
  std::string suite;
  std::string kind;
  std::string message;  // a part of it
  std::string log;      // a part of one of the last lines
};

// Each bad run beside a good one.
TEST_F(LaunchTest, FailuresOfEveryKindAreRecordedAndTheOtherRunsGoOn) {
  std::vector<Fault> faults = {
      {faulty_algorithm("throw"), "exception", "thrown on purpose", "failed (exception)"},
      {faulty_algorithm("throw_other"), "exception", "unknown type", ""},
      {faulty_algorithm("create"), "exception", "refuses to be created", ""},
      {faulty_algorithm("not_finite"), "not-finite", "step 80: the loss is inf", ""},
      {faulty_algorithm("file_error"), "disk", "/proc/not-a-place-for-folders", ""},
      {faulty_algorithm("segfault"), "signal", "SIGSEGV", "faulty_algorithm.so"},
      {faulty_algorithm("abort"), "signal", "SIGABRT; the log has a stack trace", "stack trace"},
      {faulty_algorithm("exit"), "exit", "a plugin called exit()", "a plugin called exit()"},
      {faulty_algorithm("_exit"), "exit", "something ended the process with exit status 0", "starts from step 0"},
      {faulty_algorithm("quick_exit"), "exit", "something ended the process with exit status 0", ""},
      {faulty_algorithm("hang", "stall_timeout = 1.5"), "stalled", "no progress for 1.5 seconds", "stack trace"},
      {faulty_algorithm("nan_action"), "not-finite", "step 80, copy 0: action 0 is nan", ""},
      {faulty_algorithm("nan_metric"), "not-finite", "step 80: weight is nan", ""},
      {faulty_environment("nan_reward"), "not-finite", "step 0, episode 0: the reward is nan", ""},
      {faulty_environment("nan_observation"), "not-finite", "observation", ""},
      {faulty_environment("nan_start"), "not-finite",
       "step 0, copy 0: observation 0 is nan, or not written after a reset", ""},
      {faulty_environment("huge_reward"), "not-finite", "", ""},
      {faulty_environment("grows"), "exception", "all copies of a task have to be alike", ""},
      {faulty_environment("segfault"), "signal", "SIGSEGV", "faulty_environment.so"},
  };
#if !defined(__SANITIZE_ADDRESS__)  // which finds these faults first, and whose own bookkeeping is beyond any limit
  faults.push_back({faulty_algorithm("null_access"), "signal", "SIGSEGV", "faulty_algorithm.so"});
  faults.push_back({faulty_algorithm("stack_overflow"), "signal", "SIGSEGV", "faulty_algorithm.so"});
  options_.memory_limit_bytes = std::int64_t{1} << 30;
  faults.push_back({faulty_algorithm("memory"), "memory", "out of memory", ""});
#endif
  for (const Fault& fault : faults) {
    const std::string suite = fault.suite + "[[algorithm]]\nname = \"learner\"\nlabel = \"good\"\n";
    SCOPED_TRACE(fault.suite);
    const Summary summary = launch(suite);
    const suite::Run run = plan(suite).runs.at(0);
    EXPECT_EQ(summary.failed, run.task == "faulty" ? 2 : 1);
    EXPECT_EQ(summary.finished, run.task == "faulty" ? 0 : 1);
    const results::RunRecord record = record_of(run);
    EXPECT_EQ(record.status, results::RunState::kFailed);
    EXPECT_EQ(record.failure.value().kind, fault.kind);
    EXPECT_NE(record.failure->message.find(fault.message), std::string::npos) << record.failure->message;
    EXPECT_TRUE(contains(record.failure->log, fault.log)) << fault.log;
    EXPECT_TRUE(fault.kind != "signal" || record.failure->log.front().starts_with("fatal signal: "));
    EXPECT_EQ(record.segments.back().reason, "failed");
    std::filesystem::remove_all(folder_.path() / "line");
  }
}

// It would keep the locks that it took over for a minute.
TEST_F(LaunchTest, WhatAPluginHasStartedEndsWithItsRun) {
  const std::string suite = faulty_algorithm("fork");
  EXPECT_TRUE(launch(suite).complete());
  const suite::Run run = plan(suite).runs.at(0);
  EXPECT_EQ(view_run(run_folder(run)).state, RunState::kFinished);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto locked = [&] { return results::is_locked(run_folder(run) / run::kLockFile); };
  while (locked() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_FALSE(locked());
}

TEST_F(LaunchTest, FailuresNameTheStepTheyHappenedAt) {
  // The twentieth update comes after twenty steps of four copies.
  for (const char* fault : {"throw", "segfault", "abort", "exit"}) {
    const suite::Plan plan = this->plan(faulty_algorithm(fault));
    options_.on_change = OnChange::kFresh;
    (void)run_suite(plan, registry_, options_);
    EXPECT_EQ(record_of(plan.runs.front()).progress.environment_steps, 80) << fault;
    std::filesystem::remove_all(run_folder(plan.runs.front()));
  }
}

TEST_F(LaunchTest, FailedRunsWaitForRetryAndTheTableSaysHow) {
  EXPECT_EQ(launch(faulty_algorithm("abort")).failed, 1);
  const suite::Run run = plan(faulty_algorithm("abort")).runs.at(0);
  EXPECT_EQ(launch(faulty_algorithm("abort")).failed, 1);
  EXPECT_EQ(record_of(run).segments.size(), 1U) << "not executed again";
  const std::string text = status_text(folder_.path() / "line", 120);
  EXPECT_NE(text.find("signal: crashed with SIGABRT"), std::string::npos) << text;
  EXPECT_NE(text.find("--retry"), std::string::npos) << text;
  options_.retry = true;
  EXPECT_EQ(launch(faulty_algorithm("abort")).failed, 1);
  EXPECT_EQ(record_of(run).segments.size(), 2U);
}

TEST_F(LaunchTest, StartingFailedRunsAgainSaysWhatItLeavesAlone) {
  const std::string suite = faulty_algorithm("abort") + "[[algorithm]]\nname = \"learner\"\nlabel = \"good\"\n";
  EXPECT_EQ(launch(suite).failed, 1);
  const suite::Plan both = plan(suite);
  EXPECT_EQ(left_by_retry(both, folder_.path() / both.name), "");
  results::RunRecord record = record_of(both.runs.at(1));
  record.status = results::RunState::kInterrupted;
  results::write_run_record(run_folder(both.runs.at(1)), record);
  options_.retry = true;
  testing::internal::CaptureStderr();
  (void)launch(suite);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("--retry starts failed runs only: 1 run(s) that were interrupted or never started stay"),
            std::string::npos)
      << said;
  EXPECT_EQ(record_of(both.runs.at(1)).segments.size(), 1U);
}

TEST_F(LaunchTest, FailedRunsCanStartAnew) {
  const std::string suite = faulty_algorithm("abort") + "[[algorithm]]\nname = \"learner\"\nlabel = \"good\"\n";
  EXPECT_EQ(launch(suite).failed, 1);
  const suite::Run failed = plan(suite).runs.at(0);
  const std::string good = results::read_file(run_folder(plan(suite).runs.at(1)) / "run.json");
  options_.retry = true;
  options_.on_change = OnChange::kFresh;
  testing::internal::CaptureStderr();
  EXPECT_EQ(launch(suite).failed, 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("stay as they are"), std::string::npos);
  EXPECT_EQ(record_of(failed).segments.size(), 1U) << "nothing of the first attempt is left";
  EXPECT_EQ(results::read_file(run_folder(plan(suite).runs.at(1)) / "run.json"), good);
}

TEST_F(LaunchTest, FailedRunsOnlyStartAnewBesideRunsOfTheSameSettings) {
  const std::string suite = faulty_algorithm("abort") + "[[algorithm]]\nname = \"learner\"\nlabel = \"good\"\n";
  EXPECT_EQ(launch(suite).failed, 1);
  const std::string failed = results::read_file(run_folder(plan(suite).runs.at(0)) / "run.json");
  options_.retry = true;
  options_.on_change = OnChange::kFresh;
  try {
    launch(suite + "learning_rate = 0.5\n");
    FAIL() << "one suite of two configurations";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("learning_rate: 0.5, was 0.01"), std::string::npos) << error.what();
  }
  EXPECT_EQ(results::read_file(run_folder(plan(suite).runs.at(0)) / "run.json"), failed) << "refused, but removed";
}

TEST_F(LaunchTest, StatusSaysWhoHasASuiteInWorkInsteadOfHowToGoOn) {
  const suite::Plan planned = plan(line_suite());
  const std::filesystem::path folder = folder_.path() / "line";
  results::make_folder(folder);
  write_plan_files(planned, {"--seeds", "1", "--set", "learner.name=two words"}, folder);
  {
    const results::Lock lock = claim(folder);
    const std::string text = status_text(folder, 120);
    EXPECT_NE(text.find("in progress: process " + std::to_string(::getpid())), std::string::npos) << text;
    EXPECT_EQ(text.find("to go on"), std::string::npos) << text;
  }
  set_program_name("/opt/my tutti");
  const std::string command = "to continue: '/opt/my tutti' run " + planned.file.string() +
                              " --seeds 1 --set 'learner.name=two words' --results " + folder_.path().string() + "\n";
  EXPECT_NE(status_text(folder, 120).find(command), std::string::npos) << status_text(folder, 120);
  const testing_support::TemporaryFolder other;
  std::filesystem::create_directory_symlink(folder, other.path() / "link");
  EXPECT_NE(status_text(other.path() / "link", 120).find(command), std::string::npos);
}

TEST_F(LaunchTest, StatusOfARenamedFolderSaysWhatItHasToBeCalled) {
  const std::filesystem::path folder = folder_.path() / "line-monday";
  results::make_folder(folder);
  write_plan_files(plan(line_suite()), {}, folder);
  const std::string text = status_text(folder, 120);
  EXPECT_NE(text.find("to continue, rename this folder to \"line\""), std::string::npos) << text;
  EXPECT_EQ(text.find("to continue: "), std::string::npos) << text;
}

TEST_F(LaunchTest, FailureBeforeThereIsARecordIsToldInItsOwnWords) {
  const suite::Run run = plan(line_suite()).runs.at(0);
  prepare_run(run, folder_.path() / "run", false);
  results::write_file(folder_.path() / "run" / "config.toml", "suite = 3\n", results::Durability::kProcess);
  Supervisor supervisor(run, folder_.path() / "run", {});
  while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const RunView view = supervisor.conclude();
  EXPECT_EQ(view.state, RunState::kFailed);
  const std::string message = view.record.value().failure.value().message;
  EXPECT_NE(message.find("config.toml: \"suite\" is missing or of another type"), std::string::npos) << message;
}

TEST_F(LaunchTest, ChangedRunIsRefusedUnlessItIsToStartAnewOrToStay) {
  const std::string before = line_suite();
  const std::string after = before + "learning_rate = 0.5\n";
  launch(before);
  const suite::Run run = plan(after).runs.at(0);
  const std::string evaluations = sha256_of_file(run_folder(run) / "evaluations.csv");
  try {
    launch(after);
    FAIL() << "changed without being asked";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("learning_rate: 0.5, was 0.01"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("--fresh"), std::string::npos);
  }
  options_.on_change = OnChange::kKeep;
  testing::internal::CaptureStderr();
  EXPECT_TRUE(launch(after).complete());
  const std::string said = testing::internal::GetCapturedStderr();
  const std::string difference = "algorithm.learning_rate: 0.5, was 0.01";
  EXPECT_NE(said.find("--keep leaves 1 run(s) as they were begun"), std::string::npos) << said;
  EXPECT_NE(said.find(difference), std::string::npos) << said;
  const auto kept = [&] { return results::read_plan_record(folder_.path() / "line").runs.at(0).kept; };
  EXPECT_EQ(kept(), std::vector{difference});
  EXPECT_EQ(sha256_of_file(run_folder(run) / "evaluations.csv"), evaluations);
  options_.on_change = OnChange::kFresh;
  EXPECT_TRUE(launch(after).complete());
  EXPECT_TRUE(kept().empty());
  EXPECT_NE(sha256_of_file(run_folder(run) / "evaluations.csv"), evaluations);
  options_.on_change = OnChange::kRefuse;
  EXPECT_TRUE(launch(after).complete());
}

TEST_F(LaunchTest, KeepingRunsOfAnotherProtocolSaysThatReportsLeaveThemOut) {
  launch(line_suite());
  const suite::Plan same = plan(line_suite());
  EXPECT_EQ(left_out_of_reports(same, folder_.path() / same.name), "");
  results::RunRecord record = record_of(same.runs.at(0));
  record.protocol.environment_steps += 5;
  results::write_run_record(run_folder(same.runs.at(0)), record);
  options_.on_change = OnChange::kKeep;
  testing::internal::CaptureStderr();
  EXPECT_TRUE(launch(line_suite()).complete());
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("--keep leaves 1 run(s) with another protocol"), std::string::npos) << said;
  EXPECT_NE(said.find(fmt::format("environment_steps {} instead of {}", record.protocol.environment_steps,
                                  record.protocol.environment_steps - 5)),
            std::string::npos)
      << said;
}

TEST_F(LaunchTest, ChangedPluginIsNoticed) {
  launch(line_suite());
  const suite::Run run = plan(line_suite()).runs.at(0);
  results::RunRecord record = record_of(run);
  record.plugins.at(1).sha256 = "0123456789abcdef";
  record.libraries["C library"] = "1.0";
  results::write_run_record(run_folder(run), record);
  try {
    launch(line_suite());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("algorithm learner: another build"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("C library: "), std::string::npos) << error.what();
  }
}

TEST_F(LaunchTest, BuildThatNobodyRecordedIsNoticedWhereItsCheckpointLivesOn) {
  launch(line_suite());
  const suite::Run run = plan(line_suite()).runs.at(0);
  results::RunRecord record = record_of(run);
  record.plugins.clear();
  results::write_run_record(run_folder(run), record);
  try {
    launch(line_suite());
    FAIL();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("algorithm learner: not recorded which build it was"), std::string::npos) << message;
  }
  std::filesystem::remove_all(run_folder(run) / "checkpoint");
  EXPECT_NO_THROW(launch(line_suite()));
}

/// Executes the run directly, as a job of a cluster that is started again does.
RunView execute(const suite::Run& run, const std::filesystem::path& folder, const SupervisorOptions& options) {
  Supervisor supervisor(run, folder, options);
  while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return supervisor.conclude();
}

TEST_F(LaunchTest, WorkerGoesOnFromACheckpointOnlyWithWhatMadeIt) {
  launch(line_suite());
  const suite::Run run = plan(line_suite()).runs.at(0);
  results::RunRecord record = record_of(run);
  record.plugins.at(1).sha256 = "0123456789abcdef";
  results::write_run_record(run_folder(run), record);
  const RunView refused = execute(run, run_folder(run), {});
  EXPECT_EQ(refused.state, RunState::kFailed);
  const std::string message = refused.record.value().failure.value().message;
  EXPECT_NE(message.find("algorithm learner: another build"), std::string::npos) << message;
  EXPECT_EQ(record_of(run).plugins.at(1).sha256, "0123456789abcdef") << "what the checkpoint was made with";
  EXPECT_EQ(execute(run, run_folder(run), {.keep = true}).state, RunState::kFinished);
}

TEST_F(LaunchTest, RunResumesOnlyWithTheArithmeticThatItWasBegunWith) {
  launch(line_suite());
  const suite::Run run = plan(line_suite()).runs.at(0);
  results::RunRecord record = record_of(run);
  record.numerics["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=-FMA";
  results::write_run_record(run_folder(run), record);
  EXPECT_TRUE(launch(line_suite()).complete()) << "what has finished resumes no more";
  record.status = results::RunState::kInterrupted;
  record.numerics["GLIBC_TUNABLES"] = "glibc.malloc.check=0";
  results::write_run_record(run_folder(run), record);
  EXPECT_TRUE(launch(line_suite()).complete()) << "malloc decides no number";
  record.numerics["GLIBC_TUNABLES"] = "glibc.malloc.check=0:glibc.cpu.hwcaps=-FMA";
  results::write_run_record(run_folder(run), record);
  const std::string difference = "variable GLIBC_TUNABLES: not set, was glibc.cpu.hwcaps=-FMA";
  try {
    launch(line_suite());
    FAIL() << "one run of two computations";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(difference), std::string::npos) << error.what();
  }
  const RunView refused = execute(run, run_folder(run), {});
  EXPECT_EQ(refused.state, RunState::kFailed);
  const std::string message = refused.record.value().failure.value().message;
  EXPECT_NE(message.find(difference + "; put that back and --retry continues"), std::string::npos) << message;
  EXPECT_EQ(record_of(run).numerics, record.numerics) << "what the checkpoint was made with";
  options_.retry = true;
  options_.on_change = OnChange::kKeep;
  EXPECT_TRUE(launch(line_suite()).complete());
}

TEST_F(LaunchTest, WorkerThatFindsAnotherBuildThanItsHostFails) {
  const suite::Run run = plan(line_suite()).runs.at(0);
  prepare_run(run, run_folder(run), false);
  const RunView view = execute(run, run_folder(run), {.build = "of another plugin"});
  EXPECT_EQ(view.state, RunState::kFailed);
  const std::string message = view.record.value().failure.value().message;
  EXPECT_NE(message.find("its plugins were built again"), std::string::npos) << message;
}

// As with a suspended job of a cluster or a paused container.
TEST_F(LaunchTest, TimeInWhichHostAndWorkerWereSuspendedIsNoStall) {
  using std::chrono::milliseconds;
  std::string suite = line_suite("stall_timeout = 3");
  const std::string steps = "environment_steps = 200";
  suite.replace(suite.find(steps), steps.size(), "environment_steps = 40_000_000");
  const suite::Run run = plan(suite).runs.at(0);
  prepare_run(run, run_folder(run), false);
  Supervisor supervisor(run, run_folder(run), {});
  const auto poll_for = [&](milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds(10)) {
      ASSERT_FALSE(supervisor.poll()) << "the worker has ended";
      std::this_thread::sleep_for(milliseconds(10));
    }
  };
  while (supervisor.worker().progress().step == 0) ASSERT_NO_FATAL_FAILURE(poll_for(milliseconds(10)));
  supervisor.worker().signal(SIGSTOP);
  ASSERT_NO_FATAL_FAILURE(poll_for(milliseconds(200)));  // until the pipe is empty
  std::this_thread::sleep_for(std::chrono::seconds(4));
  ASSERT_NO_FATAL_FAILURE(poll_for(milliseconds(100)));
  supervisor.worker().signal(SIGCONT);
  ASSERT_NO_FATAL_FAILURE(poll_for(milliseconds(500)));
  supervisor.kill();
  while (!supervisor.poll()) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(supervisor.conclude().state, RunState::kInterrupted);
}

/// A run of `faulty` that lasts until it is ended.
std::string endless(std::string suite) {
  const std::string steps = "environment_steps = 200";
  return suite.replace(suite.find(steps), steps.size(), "environment_steps = 40_000_000");
}

TEST_F(LaunchTest, PluginThatTakesOrBlocksTheRequestToStopFailsItsRun) {
  for (const std::string fault : {"ignore_sigterm", "block_signals"}) {
    options_.on_change = OnChange::kFresh;
    const std::string suite = endless(faulty_algorithm(fault));
    EXPECT_EQ(launch(suite).failed, 1);
    const results::Failure failure = record_of(plan(suite).runs.at(0)).failure.value();
    EXPECT_EQ(failure.kind, "exception");
    EXPECT_TRUE(failure.message.starts_with("a plugin took or blocked SIGTERM; ")) << failure.message;
  }
}

TEST_F(LaunchTest, SlurmsWarningDoesNotEndARunWhosePluginMadeItFatalAgain) {
  using std::chrono::milliseconds;
  const suite::Run run = plan(endless(faulty_algorithm("default_sigusr1"))).runs.at(0);
  prepare_run(run, run_folder(run), false);
  Supervisor supervisor(run, run_folder(run), {});
  while (supervisor.worker().progress().step < 1000) {
    ASSERT_FALSE(supervisor.poll()) << "the worker has ended";
    std::this_thread::sleep_for(milliseconds(10));
  }
  supervisor.worker().signal(SIGUSR1);
  while (!supervisor.poll()) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(supervisor.conclude().state, RunState::kInterrupted);
}

TEST_F(LaunchTest, RunWhoseExitStatusAPluginTookEndsAsItRecorded) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);  // the system forgets how children ended
  EXPECT_TRUE(launch(line_suite()).complete());
  std::signal(SIGCHLD, before);
}

TEST_F(LaunchTest, CopyOfTheRunsProcessThatAPluginMakesIsEndedAndTheRunGoesOn) {
  EXPECT_TRUE(launch(line_suite()).complete());
  const std::filesystem::path whole = run_folder(plan(line_suite()).runs.at(0));
  const std::string suite = faulty_algorithm("fork_back");
  EXPECT_TRUE(launch(suite).complete());
  const std::filesystem::path folder = run_folder(plan(suite).runs.at(0));
  EXPECT_EQ(results::read_file(folder / "evaluations.csv"), results::read_file(whole / "evaluations.csv"));
  const std::string log = results::read_file(folder / "log.txt");
  EXPECT_NE(log.find("a plugin called fork(), and the copy of the process returned into the run"), std::string::npos)
      << log;
  EXPECT_EQ(log.find("finished"), log.rfind("finished")) << log;
}

TEST_F(LaunchTest, RunWhoseConfigurationIsGoneIsRefused) {
  launch(line_suite());
  std::filesystem::remove(run_folder(plan(line_suite()).runs.at(0)) / "config.toml");
  try {
    launch(line_suite());
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("config.toml is missing"), std::string::npos) << error.what();
  }
}

TEST_F(LaunchTest, KeepingMeansRunsThatWereBegun) {
  const suite::Run before = plan(line_suite()).runs.at(0);
  prepare_run(before, run_folder(before), false);  // as a submission that was cancelled leaves it
  const std::string after = line_suite() + "learning_rate = 0.5\n";
  prepare_run(plan(after).runs.at(0), run_folder(before), true);
  EXPECT_NE(results::read_file(run_folder(before) / "config.toml").find("learning_rate = 0.5"), std::string::npos);
}

TEST_F(LaunchTest, FolderInUseIsRefusedWithItsOwner) {
  results::make_folder(folder_.path() / "line");
  const results::Lock lock = claim(folder_.path() / "line");
  try {
    launch(line_suite());
    FAIL();
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("in use by process " + std::to_string(::getpid())), std::string::npos) << message;
  }
}

TEST_F(LaunchTest, DamagedRecordCountsAsNoneAndIsShown) {
  const suite::Run run = plan(line_suite()).runs.at(0);
  results::make_folder(run_folder(run));
  results::write_file(run_folder(run) / "run.json", "{\"schema\": 1, \"sui", results::Durability::kProcess);
  const RunView view = view_run(run_folder(run));
  EXPECT_EQ(view.state, RunState::kWaiting);
  EXPECT_NE(row_of("", "", 1, 1, view).note.find("run.json"), std::string::npos) << view.problem;
  {
    const auto lock = results::Lock::try_lock(run_folder(run) / run::kLockFile);
    EXPECT_EQ(view_run(run_folder(run)).state, RunState::kRunning);
  }
}

// No kill takes a record away or tears it: somebody has changed the folder.
TEST_F(LaunchTest, RunThatHasLostItsRecordIsLeftAsItIsUnlessItIsToStartAnew) {
  const std::filesystem::path folder = run_folder(plan(line_suite()).runs.at(0));
  const auto outcome = [&](OnChange on_change) {
    options_.on_change = on_change;
    try {
      return std::string(launch(line_suite()).complete() ? "complete" : "incomplete");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  for (const bool has_checkpoint : {true, false}) {
    for (const bool is_damaged : {true, false}) {
      EXPECT_EQ(outcome(OnChange::kFresh), "complete");
      results::write_file(folder / "evaluations.csv", "kept", results::Durability::kProcess);
      std::filesystem::remove(folder / "run.json");
      if (is_damaged) results::write_file(folder / "run.json", "{\"schema\": 1", results::Durability::kProcess);
      if (!has_checkpoint) std::filesystem::remove_all(folder / "checkpoint");
      for (const OnChange on_change : {OnChange::kRefuse, OnChange::kKeep}) {
        const std::string message = outcome(on_change);
        EXPECT_TRUE(message.starts_with((folder / "run.json").string() + ": ")) << message;
        EXPECT_NE(message.find("; put it back, or start the run again with --fresh"), std::string::npos) << message;
      }
      EXPECT_EQ(results::read_file(folder / "evaluations.csv"), "kept");
      EXPECT_EQ(std::filesystem::exists(folder / "run.json"), is_damaged);
    }
  }
  EXPECT_EQ(outcome(OnChange::kFresh), "complete");
}

TEST_F(LaunchTest, FinishedRunWithoutItsTablesIsDamagedUnlessItIsToStartAnew) {
  ASSERT_TRUE(launch(line_suite()).complete());
  const std::filesystem::path folder = run_folder(plan(line_suite()).runs.at(0));
  const std::filesystem::path table = folder / "training.csv";
  const auto expect_refused = [&](const std::string& what) {
    for (const OnChange on_change : {OnChange::kRefuse, OnChange::kKeep}) {
      options_.on_change = on_change;
      try {
        launch(line_suite());
        ADD_FAILURE() << "finished without its table";
      } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()),
                  table.string() + what + "; put it back, or start the run again with --fresh (without --retry)");
      }
    }
  };
  const std::string content = results::read_file(table);
  results::write_file(table, content + "1\n", results::Durability::kProcess);
  expect_refused(": is not the file that run.json has the digest of");
  std::filesystem::rename(table, folder / "training.csv.gz");
  options_.on_change = OnChange::kRefuse;
  EXPECT_TRUE(launch(line_suite()).complete()) << "tables that are compressed for keeping";
  std::filesystem::remove(folder / "training.csv.gz");
  expect_refused(": is missing, although the run has finished");
  const std::string status = status_text(folder_.path() / "line", 200);
  EXPECT_NE(status.find("1 damaged"), std::string::npos) << status;
  EXPECT_NE(status.find("training.csv: is missing"), std::string::npos) << status;
  EXPECT_NE(status.find("or start them again: "), std::string::npos) << status;
  options_.on_change = OnChange::kFresh;
  EXPECT_TRUE(launch(line_suite()).complete());
  EXPECT_TRUE(std::filesystem::exists(table));
}

TEST_F(LaunchTest, RunOfWhichOnlyCompressedTablesAreThereHasBegun) {
  const std::filesystem::path folder = run_folder(plan(line_suite()).runs.at(0));
  results::make_folder(folder);
  results::write_file(folder / "evaluations.csv.gz", "kept", results::Durability::kProcess);
  try {
    launch(line_suite());
    FAIL() << "trained over its tables";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("run.json: is missing, although the run has begun"), std::string::npos)
        << error.what();
  }
}

#if !defined(__SANITIZE_ADDRESS__)  // whose own bookkeeping is beyond any limit
TEST_F(LaunchTest, PluginThatCannotBeOpenedWithinTheLimitFailsForLackOfMemory) {
  options_.memory_limit_bytes = 4;
  EXPECT_EQ(launch(line_suite()).failed, 1);
  const results::Failure failure = record_of(plan(line_suite()).runs.at(0)).failure.value();
  EXPECT_EQ(failure.kind, "memory") << failure.message;
}
#endif

TEST_F(LaunchTest, FolderThatCannotBeMadeCostsOnlyItsRun) {
  const std::string suite = line_suite() + "[[algorithm]]\nname = \"learner\"\nlabel = \"other\"\n";
  // A file where the run's folder should be.
  results::make_folder(folder_.path() / "line" / "line" / "short");
  results::write_file(folder_.path() / "line" / "line" / "short" / "learner", "", results::Durability::kProcess);
  const Summary summary = launch(suite);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.finished, 1);
}

TEST_F(LaunchTest, FolderThatWasCopiedOverAnothersIsRefusedAndShown) {
  std::string suite = line_suite();
  suite.replace(suite.find("seeds = [1]"), 11, "seeds = [1, 2]");
  ASSERT_TRUE(launch(suite).complete());
  const suite::Plan planned = plan(suite);
  const std::filesystem::path copy = run_folder(planned.runs.at(0));
  std::filesystem::remove_all(copy);
  std::filesystem::copy(run_folder(planned.runs.at(1)), copy, std::filesystem::copy_options::recursive);
  const std::string status = status_text(folder_.path() / planned.name, 200);
  EXPECT_NE(status.find("its run.json is of another run: seed 2 instead of 1"), std::string::npos) << status;
  for (const OnChange on_change : {OnChange::kRefuse, OnChange::kKeep}) {
    options_.on_change = on_change;
    EXPECT_THROW(launch(suite), Error);
  }
  options_.on_change = OnChange::kFresh;
  EXPECT_TRUE(launch(suite).complete());
  EXPECT_EQ(record_of(planned.runs.at(0)).seed, 1U);
}

TEST_F(LaunchTest, ReplayBufferThatAFinishedRunLeftBehindIsRemoved) {
  ASSERT_TRUE(launch(line_suite()).complete());
  const std::filesystem::path work = run_folder(plan(line_suite()).runs.at(0)) / run::kWorkFolder;
  results::make_folder(work);
  results::write_file(work / "replay.bin", "left", results::Durability::kProcess);
  EXPECT_TRUE(launch(line_suite()).complete());
  EXPECT_FALSE(std::filesystem::exists(work));
}

TEST_F(LaunchTest, RunFolderThatIsASymbolicLinkFailsItsRunAndNothingIsWrittenThere) {
  const std::string suite = line_suite() + "[[algorithm]]\nname = \"learner\"\nlabel = \"other\"\n";
  const std::filesystem::path folder = run_folder(plan(suite).runs.at(0));
  const testing_support::TemporaryFolder outside;
  results::make_folder(folder.parent_path());
  std::filesystem::create_directory_symlink(outside.path(), folder);
  const Summary summary = launch(suite);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.finished, 1);
  EXPECT_TRUE(std::filesystem::is_empty(outside.path()));
}

TEST_F(LaunchTest, ErrorOfAnyKindAtTheStartOfARunCostsOnlyThatRun) {
  const std::string suite = line_suite() + "[[algorithm]]\nname = \"learner\"\nlabel = \"other\"\n";
  ASSERT_TRUE(launch(line_suite()).complete());
  const suite::Run run = plan(suite).runs.at(0);
  const std::filesystem::path folder = run_folder(run);
  results::RunRecord record = record_of(run);
  record.status = results::RunState::kInterrupted;
  results::write_run_record(folder, record);
  std::filesystem::remove(folder / "config.toml");
  // A link to itself: std::filesystem throws an exception of its own.
  std::filesystem::create_symlink("config.toml", folder / "config.toml");
  options_.on_change = OnChange::kKeep;
  const Summary summary = launch(suite);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.finished, 1);
}

}  // namespace
}  // namespace tutti::launch
