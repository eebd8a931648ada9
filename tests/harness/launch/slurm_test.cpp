#include "launch/slurm.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include "harness/launch/launch_fixture.hpp"
#include "launch/command.hpp"
#include "launch/program_name.hpp"
#include "launch/slurm_commands.hpp"
#include "launch/status.hpp"
#include "results/files.hpp"

namespace tutti::launch {
namespace {

TEST(SlurmScript, SaysWhatTheSuiteAsksForAndNothingElse) {
  suite::SlurmSettings settings;
  EXPECT_EQ(slurm_script(settings, "quick", "/shared/results/quick", "/opt/tutti", {}, "array-1", 6),
            "#!/bin/sh\n"
            "#SBATCH --job-name=tutti-quick\n"
            "#SBATCH --array=0-5\n"
            "#SBATCH --ntasks=1 --cpus-per-task=1\n"
            "#SBATCH --requeue --open-mode=append\n"
            "#SBATCH --signal=USR1@120\n"
            "#SBATCH --output=\"/shared/results/quick/slurm/array-1-%a.out\"\n"
            "exec srun --ntasks=1 /opt/tutti slurm-task /shared/results/quick array-1 \"$SLURM_ARRAY_TASK_ID\"\n");
  settings = {
      .partition = "long", .time_limit = "1-00:00:00", .memory = "4G", .throttle = 2, .gpus = 3, .extra = "--nice=100"};
  const std::string script = slurm_script(settings, "quick", "/results", "/opt/tutti", {}, "array-2", 6);
  for (const char* line : {"#SBATCH --array=0-5%2\n", "#SBATCH --partition=long\n", "#SBATCH --time=1-00:00:00\n",
                           "#SBATCH --mem=4G\n", "#SBATCH --gres=gpu:3\n", "#SBATCH --nice=100\n"}) {
    EXPECT_NE(script.find(line), std::string::npos) << script;
  }
}

TEST(SlurmScript, PathsWithSpacesAndQuotesStayWhole) {
  const std::string script = slurm_script({}, "s", "/my results/it's 100%", "/opt/my tutti", {}, "array-1", 1);
  EXPECT_NE(script.find("'/opt/my tutti' slurm-task '/my results/it'\\''s 100%' array-1"), std::string::npos) << script;
  EXPECT_NE(script.find("\n#SBATCH --output=\"/my results/it's 100%%/slurm/array-1-%a.out\"\n"), std::string::npos)
      << script;
}

// Sites ask for --export=NONE, with which neither a job nor its step has the environment of who submitted it.
TEST(SlurmScript, NamesTheFoldersOfPlugins) {
  const std::string script = slurm_script({}, "s", "/results", "/opt/tutti", {"/my plugins", "/b"}, "array-1", 1);
  EXPECT_NE(script.find("exec srun --ntasks=1 /usr/bin/env 'TUTTI_PLUGIN_PATH=/my plugins:/b' /opt/tutti slurm-task "),
            std::string::npos)
      << script;
}

TEST(SlurmScript, PathsWithControlCharactersAreRefused) {
  for (const char* path : {"/x\ntouch PWNED\n", "/x\ry", "/x\x1b", "/x\x7f"}) {
    EXPECT_THROW(slurm_script({}, "s", path, "/opt/tutti", {}, "array-1", 1), Error) << path;
    EXPECT_THROW(slurm_script({}, "s", "/results", path, {}, "array-1", 1), Error) << path;
    EXPECT_THROW(slurm_script({}, "s", "/results", "/opt/tutti", {path}, "array-1", 1), Error) << path;
  }
}

TEST(SlurmJob, IsTheLastLineThatIsANumber) {
  EXPECT_EQ(job_from("4711\n")->id, "4711");
  EXPECT_EQ(job_from("\n*** maintenance on Tuesday ***\nproject quota: 12 of 100 TB used\n  4711 \r\n")->id, "4711");
  EXPECT_EQ(job_from("2024\n4711;slaking\ngood luck\n"), (Job{"4711", "slaking", ""}));
  for (const char* none : {"", "\n", "Submitted batch job 4711\n", "--me\n", "-4711", "4711;", "4711;-M", "47 11",
                           "4711;a b", "9999999999999999999999999"}) {
    EXPECT_FALSE(job_from(none).has_value()) << none;
  }
}

TEST(SlurmEnvironment, KeepsOnlyTheConfigurationOfWhatSteersSlurm) {
  for (const char* name : {"SLURM_JOB_ID", "SBATCH_PARTITION", "SQUEUE_STATES", "SCANCEL_USER", "SLURM_CLUSTERS"})
    ::setenv(name, "x", 1);
  ::setenv("SLURM_CONF", "/etc/slurm.conf", 1);
  std::set<std::string> steering;
  for (const std::string& variable : slurm_environment("slaking")) {
    if (variable.starts_with("S") && variable.find("_") < 8) steering.insert(variable);
  }
  for (const char* name :
       {"SLURM_JOB_ID", "SBATCH_PARTITION", "SQUEUE_STATES", "SCANCEL_USER", "SLURM_CLUSTERS", "SLURM_CONF"})
    ::unsetenv(name);
  EXPECT_TRUE(steering.contains("SLURM_CONF=/etc/slurm.conf"));
  EXPECT_TRUE(steering.contains("SLURM_CLUSTERS=slaking"));
  for (const std::string& variable : steering) EXPECT_FALSE(variable.ends_with("=x")) << variable;
}

/// A cluster of shell scripts: sbatch gives numbers from 4711 on, squeue prints the file `queue`.
class FakeSlurm : public LaunchTest {
 protected:
  FakeSlurm() : path_(std::getenv("PATH")) {
    program("sbatch",
            "echo '*** maintenance ***'; for a; do echo \"$a\"; done >> args.sbatch\n"
            "n=$(cat number 2>/dev/null || echo 4711); echo $((n + 1)) > number\n"
            "[ \"$n\" = \"$(cat refuse 2>/dev/null)\" ] && exit 1\necho $n");
    program("squeue", "cat queue 2>/dev/null; exit 0");
    program("scancel", "for a; do echo \"$a\"; done > args.scancel");
    program("scontrol", "echo \"MaxArraySize = $(cat most 2>/dev/null || echo 1001)\"");
    ::setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }
  ~FakeSlurm() override { ::setenv("PATH", path_.c_str(), 1); }

  void program(const std::string& name, const std::string& text) const {
    write(name, "#!/bin/sh\ncd " + folder_.path().string() + "\n" + text + "\n");
    std::filesystem::permissions(folder_.path() / name, std::filesystem::perms::owner_all);
  }
  void write(const std::string& name, const std::string& text) const {
    results::write_file(folder_.path() / name, text, results::Durability::kProcess);
  }
  std::string content(const std::string& name) const {
    return results::read_file_if_any(folder_.path() / name).value_or("");
  }

  suite::Plan seeds(const std::string& list) {
    std::string suite = testing_support::line_suite();
    const std::size_t start = suite.find("seeds = ");
    return plan(suite.replace(start, suite.find('\n', start) - start, "seeds = [" + list + "]"));
  }
  Submission submit(const suite::Plan& plan, SlurmOptions options = {}) {
    options.results = folder_.path();
    return submit_to_slurm(plan, registry_, options);
  }
  std::string refusal(const suite::Plan& plan, const SlurmOptions& options = {}) {
    try {
      (void)submit(plan, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "submitted";
  }
  std::filesystem::path suite_folder(const suite::Plan& plan) const { return folder_.path() / plan.name; }

  std::string path_;
};

TEST_F(FakeSlurm, ABannerIsNoJobNumberAndCancelTakesNumbersOnly) {
  const suite::Plan plan = seeds("1, 2");
  EXPECT_EQ(submit(plan).jobs, std::vector<std::string>{"4711"});
  results::write_file(suite_folder(plan) / "slurm/jobs", "--me x\n4711 array-1\n-u array-2\n",
                      results::Durability::kProcess);
  cancel_slurm(suite_folder(plan));
  EXPECT_EQ(content("args.scancel"), "") << "nothing is queued";
  write("queue", "4711 PENDING 0\n");
  cancel_slurm(suite_folder(plan));
  EXPECT_EQ(content("args.scancel"), "4711\n");
  results::write_file(suite_folder(plan) / "slurm/jobs", "--me x\n", results::Durability::kProcess);
  EXPECT_THROW(cancel_slurm(suite_folder(plan)), Error);
}

TEST_F(FakeSlurm, AnAnswerWithoutAJobNumberIsAnError) {
  program("sbatch", "echo 'Submitted batch job'");
  EXPECT_NE(refusal(seeds("1")).find("no line that is the number of a job"), std::string::npos);
}

TEST_F(FakeSlurm, ASuiteOfMoreRunsThanAnArrayTakesGoesOutAsSeveral) {
  write("most", "2");
  const suite::Plan plan = seeds("1, 2, 3, 4, 5");
  const Submission submission = submit(plan);
  EXPECT_EQ(submission.runs, 5U);
  EXPECT_EQ(submission.jobs, (std::vector<std::string>{"4711", "4712", "4713"}));
  const std::string slurm = plan.name + "/slurm/";
  EXPECT_NE(content(slurm + "array-1.sh").find("--array=0-1\n"), std::string::npos);
  EXPECT_NE(content(slurm + "array-3.sh").find("--array=0-0\n"), std::string::npos);
  EXPECT_EQ(content(slurm + "jobs"), "4711 array-1\n4712 array-2\n4713 array-3\n");
}

// Slurm opens the outputs of an array by itself, and follows links.
TEST_F(FakeSlurm, AnArrayGetsANameOfWhichNothingLiesInTheFolder) {
  const suite::Plan plan = seeds("1");
  const std::filesystem::path slurm = suite_folder(plan) / "slurm";
  std::filesystem::create_directories(slurm);
  std::filesystem::create_symlink("nowhere", slurm / "array-1-0.out");
  std::filesystem::create_symlink("nowhere", slurm / "array-2.sh");
  results::write_file(slurm / "array-3.runs", "", results::Durability::kProcess);
  (void)submit(plan);
  EXPECT_NE(content(plan.name + "/slurm/array-4.sh").find("/slurm/array-4-%a.out"), std::string::npos);
  EXPECT_EQ(content(plan.name + "/slurm/jobs"), "4711 array-4\n");
}

TEST_F(FakeSlurm, ARefusalBetweenTwoArraysKeepsTheFirst) {
  write("most", "2");
  write("refuse", "4712");
  const suite::Plan plan = seeds("1, 2, 3");
  EXPECT_NE(refusal(plan).find("the arrays before it are submitted (job 4711)"), std::string::npos);
  write("queue", "4711 PENDING 0\n4711 PENDING 1\n");
  const Submission rest = submit(plan);
  EXPECT_EQ(rest.runs, 1U);
  EXPECT_EQ(rest.queued, 2U);
}

TEST_F(FakeSlurm, ARefusedSubmissionLosesNoFinishedRun) {
  ASSERT_TRUE(launch(testing_support::line_suite()).complete());
  const suite::Plan changed = plan(testing_support::line_suite() + "learning_rate = 0.5\n");
  const std::filesystem::path run = run_folder(changed.runs[0]);
  const auto files = [&] {
    std::vector<std::string> texts;
    for (const char* file : {"evaluations.csv", "run.json", "config.toml"})
      texts.push_back(results::read_file_if_any(run / file).value_or("none"));
    for (const char* file : {"plan.json", "suite.toml"})
      texts.push_back(results::read_file_if_any(suite_folder(changed) / file).value_or("none"));
    return texts;
  };
  const std::vector<std::string> before = files();
  write("refuse", "4711");
  EXPECT_NE(refusal(changed, {.on_change = OnChange::kFresh}).find("sbatch refused it"), std::string::npos);
  EXPECT_EQ(files(), before);
  EXPECT_FALSE(std::filesystem::exists(suite_folder(changed) / "slurm/array-1.replaced"));

  EXPECT_EQ(submit(changed, {.on_change = OnChange::kFresh}).runs, 1U);
  EXPECT_FALSE(std::filesystem::exists(run / "evaluations.csv"));
  EXPECT_NE(results::read_file(run / "config.toml").find("learning_rate = 0.5"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(suite_folder(changed) / "slurm"))
    EXPECT_NE(entry.path().extension(), ".replaced") << entry.path();
}

TEST_F(FakeSlurm, OfTwoArraysTheOneThatIsRefusedLosesNoFinishedRun) {
  suite::Plan plan = seeds("1, 2");
  ASSERT_TRUE(run_suite(plan, registry_, options_).complete());
  for (suite::Run& run : plan.runs) run.algorithm_values["learning_rate"].value = 0.5;
  write("most", "1");
  write("refuse", "4712");
  EXPECT_NE(refusal(plan, {.on_change = OnChange::kFresh}).find("job 4711"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(run_folder(plan.runs[0]) / "evaluations.csv"));
  EXPECT_TRUE(std::filesystem::exists(run_folder(plan.runs[1]) / "evaluations.csv"));
}

TEST_F(FakeSlurm, WhatIsQueuedInAHiddenPartitionCounts) {
  (void)submit(seeds("1"));
  write("queue", "4711 PENDING 0\n");
  program("squeue", "for a; do [ \"$a\" = --all ] && cat queue; done; exit 0");
  EXPECT_NE(refusal(seeds("1")).find("nothing was submitted"), std::string::npos);
}

// A folder that was copied from another cluster, or beside the one that was submitted.
TEST_F(FakeSlurm, AJobOfTheSameNumberThatDoesSomethingElseIsLeftAlone) {
  const suite::Plan plan = seeds("1");
  (void)submit(plan);
  const std::string script = (suite_folder(plan) / "slurm/array-1.sh").string();
  for (const std::string other : {"paper /home/me/paper.sh", "tutti-line /elsewhere/line/slurm/array-1.sh"}) {
    write("queue", "4711 PENDING 0 " + other + "\n");
    EXPECT_EQ(slurm_queue(suite_folder(plan)).text, "slurm: job 4711: nothing queued") << other;
    cancel_slurm(suite_folder(plan));
    EXPECT_EQ(content("args.scancel"), "") << other;
  }
  std::filesystem::create_directory_symlink(suite_folder(plan), folder_.path() / "link");
  for (const std::string& own : {script, folder_.path().string() + "/link/slurm/array-1.sh",
                                 std::string("/var/spool/copy-of-a-script"), std::string("(null)")}) {
    write("queue", "4711 PENDING 0 tutti-line " + own + "\n");
    EXPECT_EQ(slurm_queue(suite_folder(plan)).text, "slurm: job 4711: 1 PENDING") << own;
  }
}

TEST_F(FakeSlurm, StatusNamesEveryJobThatHasRunsInTheQueue) {
  write("most", "1");
  const suite::Plan plan = seeds("1, 2, 3");
  (void)submit(plan);
  write("queue", "4711 PENDING 0\n4713 RUNNING 0\n");
  EXPECT_EQ(slurm_queue(suite_folder(plan)).text, "slurm: job 4711, 4713: 1 PENDING, 1 RUNNING");
}

TEST_F(FakeSlurm, StatusOfAClusterThatDoesNotAnswerAdvisesNothing) {
  const suite::Plan plan = seeds("1");
  (void)submit(plan);
  EXPECT_NE(status_text(suite_folder(plan), 100).find("to continue: "), std::string::npos);
  program("squeue", "exit 1");
  const std::string text = status_text(suite_folder(plan), 100);
  EXPECT_NE(text.find("may be in progress on the cluster"), std::string::npos) << text;
  EXPECT_EQ(text.find("to continue: "), std::string::npos) << text;
}

TEST_F(FakeSlurm, ADryRunPrintsAndRefusesWhatTheRealCommandWould) {
  const SlurmOptions dry = {.dry_run = true};
  write("most", "2");
  const suite::Plan five = seeds("1, 2, 3, 4, 5");
  const std::string scripts = submit(five, dry).scripts;
  EXPECT_FALSE(std::filesystem::exists(suite_folder(five)));
  (void)submit(five);
  const std::string slurm = five.name + "/slurm/";
  EXPECT_EQ(scripts, content(slurm + "array-1.sh") + content(slurm + "array-2.sh") + content(slurm + "array-3.sh"));

  write("queue", "4711 PENDING 0\n");
  EXPECT_NE(refusal(seeds("1"), dry).find("nothing was submitted"), std::string::npos);
  suite::Plan changed = seeds("6");
  changed.runs.front().run_values["environment_steps"].value = std::int64_t{12345};
  EXPECT_NE(refusal(changed, dry).find("was planned with something else"), std::string::npos);

  ::setenv("PATH", "/nowhere", 1);
  testing::internal::CaptureStderr();
  EXPECT_EQ(submit(seeds("6"), dry).runs, 1U);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("the dry run continues without the cluster's answer"), std::string::npos) << said;
}

TEST_F(FakeSlurm, MoreArraysThanTheThrottleAreSaid) {
  write("most", "1");
  suite::Plan plan = seeds("1, 2, 3");
  plan.slurm.throttle = 2;
  testing::internal::CaptureStderr();
  (void)submit(plan);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("3 runs at once, and not 2 as throttle says"), std::string::npos) << said;
}

TEST(SlurmTask, KnowsWhatIsLeftOfItsTime) {
  const auto left = [](const std::string& times) {
    return own_task_from("7_0", "JobId=8 " + times + " X=1").seconds_left;
  };
  EXPECT_EQ(left("RunTime=00:00:10 TimeLimit=00:02:00"), 110);
  EXPECT_EQ(left("RunTime=1-00:00:00 TimeLimit=1-00:01:00"), 60);
  EXPECT_FALSE(left("RunTime=00:00:10 TimeLimit=UNLIMITED").has_value());
  EXPECT_FALSE(left("").has_value());
  EXPECT_TRUE(own_task_from("7_0", "JobId=8 JobState=RUNNING Reason=None").is_running);
  EXPECT_FALSE(own_task_from("7_0", "JobId=8 JobState=CANCELLED").is_running);
}

/// Whether this process has a handler of SIGUSR1.
bool takes_requests() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigCgt:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGUSR1 - 1) & 1) != 0;
  }
  return false;
}

TEST_F(FakeSlurm, ARunThatAWholeJobDidNotTakeFurtherFailsAndOneThatWasPreemptedIsQueuedAgain) {
  std::string suite = testing_support::line_suite();
  const std::string steps = "environment_steps = 200";
  suite.replace(suite.find(steps), steps.size(), "environment_steps = 40_000_000");
  const suite::Plan plan = this->plan(suite);
  (void)submit(plan);
  ::setenv("SLURM_ARRAY_JOB_ID", "4711", 1);
  ::setenv("SLURM_ARRAY_TASK_ID", "0", 1);
  // Stopped as soon as it has a record, which is long before the last step.
  const std::filesystem::path run = suite_folder(plan) / plan.runs[0].folder();
  const auto stopped_task = [&](const std::string& limit) {
    program("scontrol",
            "for a; do echo \"$a\"; done >> args.scontrol\n"
            "echo 'JobId=1 JobState=RUNNING RunTime=00:00:10 TimeLimit=" +
                limit + " X=1'");
    std::thread stopper([&] {
      while (!takes_requests() || !std::filesystem::exists(run / "run.json"))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ::kill(::getpid(), SIGUSR1);
    });
    const int status = run_slurm_task({"slurm-task", suite_folder(plan).string(), "array-1", "0"});
    stopper.join();
    return status;
  };
  EXPECT_EQ(stopped_task("04:00:00"), 0);
  EXPECT_NE(content("args.scontrol").find("requeue\n4711_0\n"), std::string::npos) << content("args.scontrol");
  write("args.scontrol", "");
  // However far the next start takes it, the run was further, and begins again from nothing.
  results::RunRecord record = record_of(plan.runs[0]);
  record.progress.environment_steps = 40'000'000;
  results::write_run_record(run, record);
  std::filesystem::remove_all(run / "checkpoint");
  EXPECT_EQ(stopped_task("00:02:00"), 1);
  EXPECT_EQ(content("args.scontrol").find("requeue"), std::string::npos) << content("args.scontrol");
  EXPECT_EQ(record_of(plan.runs[0]).failure.value().kind, "time");
  ::unsetenv("SLURM_ARRAY_JOB_ID");
  ::unsetenv("SLURM_ARRAY_TASK_ID");
}

TEST_F(FakeSlurm, OtherSeedsAreSubmittedWhileTheFirstArePendingAndTheSameAreNot) {
  (void)submit(seeds("1, 2"));
  write("queue", "4711 PENDING 0\n4711 PENDING 1\n99 RUNNING 0\n");
  EXPECT_NE(refusal(seeds("1, 2")).find("nothing was submitted: 2 run(s) of an earlier job array"), std::string::npos);
  set_program_name("./tutti");
  EXPECT_NE(refusal(seeds("1, 2")).find("or `./tutti cancel /"), std::string::npos) << refusal(seeds("1, 2"));
  const suite::Plan both = seeds("2, 3");
  const Submission second = submit(both);
  EXPECT_EQ(second.runs, 1U);
  EXPECT_EQ(second.queued, 1U);
  EXPECT_EQ(results::read_plan_record(suite_folder(both)).seeds, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(results::read_plan_record(suite_folder(both)).runs.size(), 3U);

  write("queue", "4711 PENDING\n");  // which of them, Slurm does not say
  EXPECT_NE(refusal(seeds("1, 2")).find("nothing was submitted"), std::string::npos);
}

TEST_F(FakeSlurm, ATaskWhoseRunLostItsRecordDoesNotTrainAgain) {
  const suite::Plan plan = seeds("1");
  (void)submit(plan);
  const std::filesystem::path run = suite_folder(plan) / plan.runs[0].folder();
  results::write_file(run / "run.json", "{\"schema\": 1, ", results::Durability::kProcess);
  try {
    (void)run_slurm_task({"slurm-task", suite_folder(plan).string(), "array-1", "0"});
    ADD_FAILURE() << "it ran";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("run.json"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("--fresh"), std::string::npos) << error.what();
  }
  EXPECT_EQ(results::read_file(run / "run.json"), "{\"schema\": 1, ");
}

TEST_F(FakeSlurm, WhatIsQueuedKeepsWhatItWasPlannedWith) {
  (void)submit(seeds("1"));
  write("queue", "4711 PENDING 0\n");
  suite::Plan changed = seeds("2");
  changed.runs.front().run_values["environment_steps"].value = std::int64_t{12345};
  EXPECT_NE(refusal(changed).find("was planned with something else: run.environment_steps: 12345"), std::string::npos);
  set_program_name("./tutti");
  EXPECT_NE(refusal(changed).find("or `./tutti cancel /"), std::string::npos) << refusal(changed);
}

TEST(SlurmConfig, SaysHowManyRunsAnArrayMayHave) {
  EXPECT_EQ(most_array_runs("MaxArraySize            = 1001\nMaxJobCount = 10000\n"), 1001U);
  EXPECT_EQ(most_array_runs("JobCompType = none\nMaxArraySize = 7\n"), 7U);
  EXPECT_FALSE(most_array_runs("MaxJobCount = 10000\n").has_value());
  EXPECT_FALSE(most_array_runs("").has_value());
}

TEST(Command, GivesOutputAndStatus) {
  EXPECT_EQ(run_command({"printf", "%s-%s", "a b", "$c"}).output, "a b-$c") << "no shell in between";
  EXPECT_EQ(run_command({"sh", "-c", "exit 3"}).status, 3);
  EXPECT_EQ(run_command({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
  EXPECT_THROW(run_command({"no-such-program-anywhere"}), Error);
}

TEST(Command, WordsOfAShellAreQuotedWhereTheyNeedIt) {
  EXPECT_EQ(shell_word("--seeds"), "--seeds");
  EXPECT_EQ(shell_word("/my results/it's"), "'/my results/it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
}

}  // namespace
}  // namespace tutti::launch
