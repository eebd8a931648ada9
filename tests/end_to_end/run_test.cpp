// Whole suites through the program: the same numbers every time, and failures that stay where they are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <tuple>

#include "end_to_end/program.hpp"

namespace tutti::end_to_end {
namespace {

const std::string kSettings = R"(
[run]
environment_steps = 400
copies = 2
training_interval = 100
stall_timeout = 15
[evaluation]
interval = 100
episodes = 3
)";

const std::string kSound = "name = \"sound\"\nseeds = [1, 2]\n" + kSettings + R"(
[[task]]
name = "line/short"
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
)";

const std::vector<std::string> kSoundRuns = {"line/short/learner/seed-1", "line/short/learner/seed-2",
                                             "line/long/learner/seed-1", "line/long/learner/seed-2"};

nlohmann::json run_record(const std::filesystem::path& run) { return nlohmann::json::parse(content(run / "run.json")); }

TEST(EndToEnd, ASuiteGivesTheSameBytesEveryTimeAtAnyNumberOfJobs) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  const std::vector<std::vector<std::string>> ways = {{"one", "1"}, {"again", "1"}, {"two", "2"}};
  for (const auto& way : ways) {
    const Outcome outcome =
        tutti({"run", "sound.toml", "--no-report", "--results", way[0], "--jobs", way[1]}, folder.path());
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
  for (const std::string& run : kSoundRuns) {
    for (const char* file : {"evaluations.csv", "absolute.csv"}) {
      const std::string first = content(folder.path() / "one/sound" / run / file);
      EXPECT_GT(first.size(), 200U) << run;
      EXPECT_EQ(first, content(folder.path() / "again/sound" / run / file)) << run << "/" << file;
      EXPECT_EQ(first, content(folder.path() / "two/sound" / run / file)) << run << "/" << file;
    }
  }
}

TEST(EndToEnd, SubnormalNumbersAreFlushedToZeroInAllCodeOfAPlugin) {
  const TemporaryFolder folder;
  folder.write("numbers.toml", "name = \"numbers\"\nseeds = [1]\n" + kSettings +
                                   "[[task]]\nname = \"line/short\"\n[[algorithm]]\nname = \"arithmetic\"\n");
  const Outcome outcome = tutti({"run", "numbers.toml", "--no-report"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto run = folder.path() / "results/numbers/line/short/arithmetic/seed-1";
  EXPECT_EQ(run_record(run)["numerics"]["subnormal_numbers"], "flushed to zero");
  const std::string rows = content(run / "training.csv");
  EXPECT_NE(rows.find(",in_create,in_act,in_observe,in_update,in_thread,"), std::string::npos) << rows;
  std::size_t count = 0;
  for (std::size_t at = rows.find(",1,1,1,1,1,"); at != std::string::npos; at = rows.find(",1,1,1,1,1,", at + 1))
    ++count;
  EXPECT_EQ(count, 4U) << rows;
}

TEST(EndToEnd, TheRecordNamesTheBlasThatLibTorchUses) {
  if (!std::filesystem::exists(TUTTI_BINARY_DIR "/plugins/maddpg.so")) GTEST_SKIP() << "built without LibTorch";
  const TemporaryFolder folder;
  folder.write("blas.toml", "name = \"blas\"\nseeds = [1]\n" + kSettings +
                                "[[task]]\nname = \"line/short\"\n[[algorithm]]\nname = \"maddpg\"\n");
  const Outcome outcome = tutti({"run", "blas.toml", "--no-report"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto run = folder.path() / "results/blas/line/short/maddpg/seed-1";
  const nlohmann::json record = run_record(run);
  if (!record["libraries"].contains("libblas.so")) GTEST_SKIP() << "this LibTorch has a BLAS of its own";
  const auto blas = record["numerics"]["BLAS"].get<std::string>();
  EXPECT_FALSE(blas.empty());
  EXPECT_EQ(content(run / "log.txt").find("warning: LibTorch multiplies") != std::string::npos,
            blas == "reference BLAS");
}

// As on a processor that has no newer ones.
TEST(EndToEnd, TrainsWithTheOldestInstructionsAndTheRecordNamesThem) {
  if (!std::filesystem::exists(TUTTI_BINARY_DIR "/plugins/maddpg.so")) GTEST_SKIP() << "built without LibTorch";
  const TemporaryFolder folder;
  folder.write("old.toml", "name = \"old\"\nseeds = [1]\n" + kSettings +
                               "[[task]]\nname = \"line/short\"\n[[algorithm]]\nname = \"maddpg\"\n"
                               "warm_up_steps = 4\nbatch_size = 4\nhidden = [8, 8]\n");
  for (const char* variable : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) ::setenv(variable, "SSE41", 1);
  const Outcome outcome = tutti({"run", "old.toml", "--no-report"}, folder.path());
  for (const char* variable : {"ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"}) ::unsetenv(variable);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const nlohmann::json record = run_record(folder.path() / "results/old/line/short/maddpg/seed-1");
  EXPECT_TRUE(record["numerics"]["oneDNN"].get<std::string>().ends_with("(SSE4.1)")) << record["numerics"];
  EXPECT_GT(record["progress"]["updates"].get<std::int64_t>(), 0);
}

TEST(EndToEnd, TheRecordNamesEachPluginsFileAndHowItWasBuilt) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  ASSERT_EQ(tutti({"run", "sound.toml", "--no-report"}, folder.path()).status, 0);
  const auto record = run_record(folder.path() / "results/sound" / kSoundRuns[0]);
  ASSERT_FALSE(record["plugins"].empty());
  for (const auto& plugin : record["plugins"]) {
    EXPECT_TRUE(std::filesystem::exists(plugin["file"].get<std::string>())) << plugin.dump();
    // learner.so is one of the libraries that say nothing about their build.
    for (const char* member : {"compiler", "build_type", "flags", "revision"})
      EXPECT_EQ(plugin[member].get<std::string>().empty(), plugin["name"] == "learner") << member << plugin.dump();
  }
}

TEST(EndToEnd, ASuiteThatUsesANameOfTwoPluginsStops) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  const Outcome outcome = shell("TUTTI_PLUGIN_PATH=$TUTTI_PLUGIN_PATH:" TUTTI_BINARY_DIR
                                "/fixtures/refused \"$TUTTI\" run sound.toml --no-report 2>&1",
                                folder.path());
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.out.find("sound.toml:"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("sound/line.so and by "), std::string::npos) << outcome.out;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "results"));
}

TEST(EndToEnd, ARunWithoutItsReportIsStatusOne) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  std::filesystem::create_directories(folder.path() / "results/sound");
  folder.write("results/sound/report", "not a folder");
  const Outcome outcome = tutti({"run", "sound.toml"}, folder.path());
  EXPECT_EQ(outcome.status, 1) << outcome.out;
  EXPECT_NE(outcome.err.find("no report: "), std::string::npos) << outcome.err;
  for (const std::string& run : kSoundRuns)
    EXPECT_EQ(run_record(folder.path() / "results/sound" / run)["status"], "finished") << run;
}

TEST(EndToEnd, AFinishedSuiteIsNotRunAgain) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  ASSERT_EQ(tutti({"run", "sound.toml", "--no-report"}, folder.path()).status, 0);
  const auto record = folder.path() / "results/sound" / kSoundRuns[0] / "run.json";
  const std::string before = content(record);
  const Outcome again = tutti({"run", "sound.toml", "--no-report"}, folder.path());
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(before, content(record));
}

// Two tasks of which the second has a budget of its own.
const std::string kOwnBudget = "name = \"own\"\nseeds = [1]\n" + kSettings + R"(
[[task]]
name = "line/short"
[[task]]
name = "line/long"
environment_steps = 600
evaluation_interval = 150
evaluation_episodes = 2
[[algorithm]]
name = "learner"
)";

TEST(EndToEnd, ATaskWithABudgetOfItsOwnTrainsForIt) {
  const TemporaryFolder folder;
  folder.write("own.toml", kOwnBudget);
  const Outcome outcome = tutti({"run", "own.toml"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto results = folder.path() / "results/own";
  for (const auto& [task, steps, interval] : {std::tuple("line/short", 400, 100), std::tuple("line/long", 600, 150)}) {
    const auto record = run_record(results / task / "learner/seed-1");
    EXPECT_EQ(record["protocol"]["environment_steps"], steps);
    EXPECT_EQ(record["protocol"]["interval"], interval);
    EXPECT_EQ(record["progress"]["environment_steps"], steps);
    EXPECT_EQ(record["progress"]["evaluations"], 5);
  }
  // 2 x 10 episodes of the absolute evaluation, and the header.
  const std::string absolute = content(results / "line/long/learner/seed-1/absolute.csv");
  EXPECT_EQ(std::count(absolute.begin(), absolute.end(), '\n'), 21);
  // The report takes the two together unasked.
  const std::string page = content(results / "report/report.md");
  EXPECT_NE(page.find("400 or 600 environment steps each, by task"), std::string::npos);
  EXPECT_EQ(page.find("differ in what made them"), std::string::npos);
  EXPECT_EQ(page.find("is left out"), std::string::npos);
}

TEST(EndToEnd, ARunOfASuiteForItsBudgetIsARunOfOneForAll) {
  const TemporaryFolder folder;
  folder.write("alone.toml", "name = \"alone\"\nseeds = [1]\n" + kSettings +
                                 "[[task]]\nname = \"line/long\"\n[[algorithm]]\nname = \"learner\"\n");
  const std::vector<std::string> budget = {
      "--steps", "600", "--set", "evaluation.interval=150", "--set", "evaluation.episodes=2"};
  std::vector<std::string> words = {"run", "alone.toml", "--no-report"};
  words.insert(words.end(), budget.begin(), budget.end());
  ASSERT_EQ(tutti(words, folder.path()).status, 0);
  const auto results = folder.path() / "results";
  std::filesystem::create_directories(results / "own");
  std::filesystem::copy(results / "alone/line", results / "own/line", std::filesystem::copy_options::recursive);
  const std::string before = content(results / "own/line/long/learner/seed-1/run.json");
  folder.write("own.toml", kOwnBudget);
  const Outcome outcome = tutti({"run", "own.toml", "--no-report"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(content(results / "own/line/long/learner/seed-1/run.json"), before);
}

TEST(EndToEnd, OutputThatNobodyTakesChangesNothing) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  EXPECT_EQ(tutti_into("/dev/full", {"run", "sound.toml", "--no-report"}, folder.path()), 0);
  for (const std::string& run : kSoundRuns) {
    EXPECT_EQ(run_record(folder.path() / "results/sound" / run)["status"], "finished") << run;
  }
  EXPECT_EQ(tutti_into("/dev/full", {"run", "no-such-file.toml"}, folder.path()), 2);
}

TEST(EndToEnd, ChangedValuesAreShownAndNotSilentlyReused) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  ASSERT_EQ(tutti({"run", "sound.toml", "--no-report"}, folder.path()).status, 0);
  const Outcome refused = tutti({"run", "sound.toml", "--no-report", "--set", "learner.batch_size=5"}, folder.path());
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("algorithm.batch_size: 5, was 4"), std::string::npos) << refused.err;
  const Outcome fresh =
      tutti({"run", "sound.toml", "--no-report", "--fresh", "--set", "learner.batch_size=5"}, folder.path());
  EXPECT_EQ(fresh.status, 0) << fresh.err;
}

TEST(EndToEnd, TheReportIsWrittenAtTheEndAndTheStatusTells) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  const Outcome outcome = tutti({"run", "sound.toml"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "report: results/sound/report/index.html\n") << outcome.err;
  EXPECT_NE(content(folder.path() / "results/sound/report/index.html").find("line/short"), std::string::npos);
  const Outcome status = tutti({"status", "results/sound"}, folder.path());
  EXPECT_EQ(status.status, 0);
  EXPECT_NE(status.out.find("finished"), std::string::npos) << status.out;
}

TEST(EndToEnd, WhatTheStatusPrintsGoesOnWithTheSameSuiteFromAnywhere) {
  const TemporaryFolder folder;
  folder.write("my suite.toml", kSound);
  const Outcome outcome = shell(
      R"(
    "$TUTTI" run 'my suite.toml' --results 'my results' --seeds 3 --steps 2_00 --set learner.batch_size=5 --no-report
    rm -r 'my results/sound/line/short/learner/seed-3'
    command=$("$TUTTI" status 'my results/sound' | sed -n 's/^to continue: //p')
    results=$PWD/'my results/sound'
    mkdir elsewhere
    cd elsewhere
    eval "$command"
    "$TUTTI" status "$results")",
      folder.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("sound: 2 finished\n"), std::string::npos) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.out.find("to go on"), std::string::npos) << outcome.out;
}

TEST(EndToEnd, ASuiteGoesOnWhileItsProgramIsBuiltAgain) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  const Outcome outcome = shell(
      R"(
    cp "$TUTTI" mine
    ./mine run sound.toml --jobs 1 --no-report &
    while [ ! -e results/sound/line/short/learner/seed-1/run.json ]; do sleep 0.01; done
    rm mine
    wait $!)",
      folder.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST(EndToEnd, ASuiteUnderNohupOutlivesTheTerminal) {
  const TemporaryFolder folder;
  folder.write("sound.toml", kSound);
  const Outcome outcome = shell(
      R"(
    trap '' HUP
    "$TUTTI" run sound.toml --jobs 1 --no-report &
    while [ ! -e results/sound/line/short/learner/seed-1/run.json ]; do sleep 0.01; done
    kill -HUP $!
    wait $!)",
      folder.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err.find("stopping"), std::string::npos) << outcome.err;
}

struct Fault {
  const char* fault;
  const char* kind;  // of the failure that run.json has to record
};

const std::vector<Fault> kFaults = {{"throw", "exception"},
                                    {"throw_other", "exception"},
                                    {"segfault", "signal"},
                                    {"abort", "signal"},
                                    {"exit", "exit"},
                                    {"hang", "stalled"},
                                    {"nan_reward", "not-finite"},
                                    {"nan_observation", "not-finite"}};

TEST(EndToEnd, FailuresAreRecordedWithTheirKindAndTheOtherRunsGoOn) {
  const TemporaryFolder folder;
  std::string suite = "name = \"faults\"\nseeds = [1]\n" + kSettings +
                      "[[task]]\nname = \"line/short\"\n[[algorithm]]\nname = \"learner\"\n";
  for (const Fault& fault : kFaults) {
    suite += std::string("[[task]]\nenvironment = \"faulty\"\nlabel = \"") + fault.fault + "\"\nfault = \"" +
             fault.fault + "\"\n";
  }
  folder.write("faults.toml", suite);
  const Outcome outcome =
      tutti({"run", "faults.toml", "--no-report", "--jobs", "2", "--set", "run.stall_timeout=6"}, folder.path());
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  const auto results = folder.path() / "results/faults";
  EXPECT_EQ(run_record(results / "line/short/learner/seed-1")["status"], "finished");
  for (const Fault& fault : kFaults) {
    const auto record = run_record(results / fault.fault / "learner/seed-1");
    EXPECT_EQ(record["status"], "failed") << fault.fault;
    EXPECT_EQ(record["failure"]["kind"], fault.kind) << fault.fault << ": " << record["failure"].dump();
    EXPECT_FALSE(record["failure"]["message"].get<std::string>().empty()) << fault.fault;
  }
}

const std::vector<Fault> kAlgorithmFaults = {{"throw", "exception"},       {"create", "exception"},
                                             {"segfault", "signal"},       {"exit", "exit"},
                                             {"nan_action", "not-finite"}, {"nan_metric", "not-finite"}};

TEST(EndToEnd, AlgorithmsThatFailAreRecordedToo) {
  const TemporaryFolder folder;
  std::string suite = "name = \"faults\"\nseeds = [1]\n" + kSettings + "[[task]]\nname = \"line/short\"\n";
  for (const Fault& fault : kAlgorithmFaults) {
    suite += std::string("[[algorithm]]\nname = \"faulty\"\nlabel = \"") + fault.fault + "\"\nfault = \"" +
             fault.fault + "\"\n";
  }
  folder.write("faults.toml", suite);
  const Outcome outcome = tutti({"run", "faults.toml", "--no-report", "--jobs", "2"}, folder.path());
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  for (const Fault& fault : kAlgorithmFaults) {
    const auto record = run_record(folder.path() / "results/faults/line/short" / fault.fault / "seed-1");
    EXPECT_EQ(record["status"], "failed") << fault.fault;
    EXPECT_EQ(record["failure"]["kind"], fault.kind) << fault.fault << ": " << record["failure"].dump();
  }
  const Outcome status = tutti({"status", "results/faults"}, folder.path());
  EXPECT_NE(status.out.find("--retry"), std::string::npos) << status.out;
}

}  // namespace
}  // namespace tutti::end_to_end
