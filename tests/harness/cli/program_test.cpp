// The commands that need no run, as a user types them.
#include "end_to_end/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

namespace tutti::cli {
namespace {

using end_to_end::Outcome;
using end_to_end::TemporaryFolder;
using end_to_end::tutti;

const std::string kSuite = R"(
name = "demo"
seeds = [1, 2, 3]
[run]
environment_steps = 1000
[evaluation]
interval = 100
episodes = 4
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
preset = "fast"
)";

Outcome run(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  folder.write("demo.toml", kSuite);
  return tutti(arguments, folder.path());
}

void expect_all(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in:\n" << text;
}

TEST(Program, HelpListsEveryCommand) {
  const Outcome outcome = run({"--help"});
  EXPECT_EQ(outcome.status, 0);
  for (const char* command : {"run", "check", "status", "cancel", "report", "compare", "watch", "list", "describe",
                              "verify", "new", "test", "perf", "install", "package", "version"}) {
    expect_all(outcome.out, {std::string("\n  ") + command + " "});
    EXPECT_EQ(run({command, "--help"}).status, 0) << command;
  }
}

TEST(Program, WrongUsageIsStatusTwo) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({"dance"}).status, 2);
  EXPECT_EQ(run({"list", "everything"}).status, 2);
  EXPECT_EQ(run({"check"}).status, 2);
  EXPECT_EQ(run({"run", "demo.toml", "--jobs", "0"}).status, 2);
  EXPECT_EQ(run({"run", "demo.toml", "--fresh", "--keep"}).status, 2);
  EXPECT_EQ(run({"status", "nowhere"}).status, 2);
  EXPECT_EQ(run({"report", "nowhere"}).status, 2);
}

// The library's own trial met none of these values.
TEST(Program, PluginThatEndsTheProcessForTheValuesOfASuiteGetsASentence) {
  const std::vector<std::pair<std::string, std::string>> faults = {
      {"create_exit", "environment \"faulty\" ended the process with exit status 0 in a trial"},
      {"create_abort", "environment \"faulty\" crashed with SIGABRT in a trial"},
      {"create_throw_other", "the plugin throws something that is no exception of the standard library"}};
  for (const auto& [fault, text] : faults) {
    const TemporaryFolder folder;
    folder.write("demo.toml",
                 kSuite + "[[task]]\nenvironment = \"faulty\"\nlabel = \"bad\"\nfault = \"" + fault + "\"\n");
    for (const char* command : {"check", "run"}) {
      const Outcome outcome = tutti({command, "demo.toml"}, folder.path());
      EXPECT_EQ(outcome.status, 2) << fault;
      expect_all(outcome.err, {"task[2]: " + text});
    }
  }
}

TEST(Program, BoundsThatAreGivenTwiceForATaskAreRefused) {
  expect_all(run({"report", ".", "--bounds", "a", "0", "1", "--bounds", "a", "0", "2"}).err,
             {"--bounds is given twice for a"});
  expect_all(run({"report", ".", "--thresholds", "a", "0", "--thresholds", "a", "1"}).err,
             {"--thresholds is given twice for a"});
}

TEST(Program, FolderOfPluginsWithAColonIsRefused) {
  expect_all(run({"--plugins", "a:b", "list"}).err, {"a:b: a colon separates folders"});
}

// Names of files are bytes; those of JSON are UTF-8.
TEST(Program, SuiteBelowAFolderOfAnyBytesRuns) {
  const TemporaryFolder folder;
  const std::string name = "r\xe9sum\xe9";
  std::filesystem::create_directory(folder.path() / name);
  folder.write(name + "/demo.toml", kSuite);
  const Outcome outcome = tutti({"run", name + "/demo.toml", "--no-report", "--seeds", "1"}, folder.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST(Program, OptionsThatCannotBeMeantGetASentence) {
  const auto problem = [](const std::string& option, const std::string& value) {
    const Outcome outcome = run({"run", "demo.toml", option, value});
    EXPECT_EQ(outcome.status, 2);
    return outcome.err;
  };
  const std::string seeds = ": expected whole numbers of at least 0 with commas between them, such as 1,2,3\n";
  EXPECT_EQ(problem("--seeds", "1-5"), "--seeds: \"1-5\"" + seeds);
  EXPECT_EQ(problem("--seeds", ""), "--seeds: \"\"" + seeds);
  EXPECT_EQ(problem("--seeds", "1,-2"), "--seeds: \"-2\"" + seeds);
  for (const char* list : {"1,,2", "1,", ",1"}) EXPECT_EQ(problem("--seeds", list), "--seeds: \"\"" + seeds) << list;
  EXPECT_EQ(problem("--steps", "many"), "--steps: \"many\": expected a whole number of at least 1, such as 20_000\n");
  const std::string jobs = "\": expected a whole number of at least 1 and at most 65536\n";
  for (const std::string number : {"0", "-1", "1.5", "99999999999999999999", "65537", ""})
    EXPECT_EQ(problem("--jobs", number), "--jobs: \"" + number + jobs);
  const std::string size = "\": expected a size with its unit, such as 4GB\n";
  for (const std::string number : {"-1", "4", "4.5GB", "GB", "0GB", "4Q", "99999999999GB", "10EB", ""})
    EXPECT_EQ(problem("--memory-limit", number), "--memory-limit \"" + number + size);
  EXPECT_EQ(problem("--results", ""), "--results is empty; expected a folder for the results of all suites\n");
}

TEST(Program, AnOptionThatAShellLeftWithoutItsValueTakesNoOtherWordForIt) {
  const Outcome results = run({"run", "demo.toml", "--results=", "--no-report"});
  EXPECT_EQ(results.status, 2);
  EXPECT_EQ(results.err, "--results= has no value; write it after the \"=\", or leave the option out\n");
  const Outcome plugins = run({"--plugins", "", "list"});
  EXPECT_EQ(plugins.status, 2);
  EXPECT_EQ(plugins.err, "--plugins is empty; expected a folder of plugins, or one library\n");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"report", "nowhere", "--out", ""},
                                                  {"compare", "a", "b", "--out", ""},
                                                  {"watch", ".", "--out", ""}})
    expect_all(run(command).err, {"--out: is empty; write it, or leave the option out\n"});
  // A value may end so.
  expect_all(run({"check", "demo.toml", "--set=run.copies="}).err, {"run.copies: expected integer"});
  EXPECT_EQ(run({"check", "demo.toml", "--set=learner.fault=\xff"}).status, 2) << "no file of TOML could hold it";
}

TEST(Program, AMisspeltOptionGetsTheNearestOne) {
  const Outcome outcome = run({"check", "demo.toml", "--seed", "1"});
  EXPECT_EQ(outcome.status, 2);
  expect_all(outcome.err, {"unknown option \"--seed\"; did you mean \"--seeds\"?; `", " check --help` says more\n"});
  expect_all(run({"run", "demo.toml", "--plugin=x"}).err, {"unknown option \"--plugin\"; did you mean \"--plugins\"?"});
}

TEST(Program, TheCommandThatContinuesASuiteNamesItsPlugins) {
  const TemporaryFolder folder;
  folder.write("demo.toml", kSuite);
  const std::filesystem::path toy = TUTTI_BINARY_DIR "/fixtures/toy";
  const std::string relative = toy.lexically_relative(std::filesystem::canonical(folder.path())).string();
  const Outcome outcome =
      tutti({"--plugins", relative, "run", "demo.toml", "--no-report", "--seeds", "1"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto plan = nlohmann::json::parse(end_to_end::content(folder.path() / "results/demo/plan.json"));
  auto words = plan["command"].get<std::vector<std::string>>();
  words.erase(words.begin(), words.begin() + 2);  // run demo.toml
  // Those of the environment, too, which another shell may not have: the search path is toy:sound:toy.
  const std::string sound = TUTTI_BINARY_DIR "/fixtures/sound";
  EXPECT_EQ(words, (std::vector<std::string>{"--plugins", toy.string(), "--plugins", sound, "--plugins", toy.string(),
                                             "--seeds", "1", "--no-report"}));
}

TEST(Program, OptionsOfOneLauncherAreRefusedByTheOther) {
  const std::vector<std::vector<std::string>> options = {{"--jobs", "2"}, {"--memory-limit", "4GB"}, {"--no-report"}};
  for (const auto& option : options) {
    std::vector<std::string> arguments = {"run", "demo.toml", "--launcher", "slurm", "--dry-run"};
    arguments.insert(arguments.end(), option.begin(), option.end());
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    expect_all(outcome.err, {option[0] + " belongs to --launcher local"});
  }
  EXPECT_EQ(run({"run", "demo.toml", "--dry-run"}).status, 2);
}

TEST(Program, ADeviceThatThereIsNotIsRefusedBeforeAnythingRunsAndOneThatThereIsIsPlanned) {
  const TemporaryFolder folder;
  folder.write("gpu.toml", kSuite + "device = \"cuda\"\n");
  const std::string with_gpus = "sed -i 's/\"learner\"/\"gpu_learner\"/; /preset/d' gpu.toml; TUTTI_FIXTURE_GPUS=";
  const std::string check = " \"$TUTTI\" --plugins " TUTTI_BINARY_DIR "/fixtures/gpu check gpu.toml";
  const Outcome cpu_only = end_to_end::shell("\"$TUTTI\" run gpu.toml", folder.path());
  EXPECT_EQ(cpu_only.status, 2);
  expect_all(cpu_only.err, {"gpu.toml:14:10: algorithm[1].device: algorithm \"learner\" cannot compute on \"cuda\": it "
                            "computes on the CPU alone; expected \"cpu\""});
  const Outcome none = end_to_end::shell(with_gpus + check, folder.path());
  EXPECT_EQ(none.status, 2);
  expect_all(none.err, {"no CUDA device is visible"});
  const Outcome one = end_to_end::shell(with_gpus + "A" + check, folder.path());
  EXPECT_EQ(one.status, 0) << one.err;
  expect_all(one.out, {"device", "cuda, 3.0 kB"});
}

TEST(Program, CancelNeedsAFolder) {
  EXPECT_EQ(run({"cancel", "nowhere"}).err, "nowhere: no such folder\n");
  EXPECT_EQ(run({"cancel", "."}).err, ".: was never submitted to Slurm\n");
}

TEST(Program, PluginFolderThatIsNoneIsSaidToBeSo) {
  const TemporaryFolder folder;
  const Outcome outcome = end_to_end::shell("TUTTI_PLUGIN_PATH=nowhere \"$TUTTI\" list", folder.path());
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "warning: nowhere: no folder; expected one with plugins\n");
}

TEST(Program, FurtherFoldersOfPluginsAreTakenAndShown) {
  const TemporaryFolder folder;
  const std::string toy = TUTTI_BINARY_DIR "/fixtures/toy";
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--plugins", toy, "list"}, {"list", "--plugins", toy}}) {
    const Outcome outcome = tutti(words, folder.path());
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    expect_all(outcome.out, {"bandit", "learner", "Plugins are looked for in\n  " + toy + "\n"});
  }
}

TEST(Program, TheSearchPathStandsInHelpAndBesideEveryUnknownName) {
  const TemporaryFolder folder;
  folder.write("algorithm.toml", kSuite + "[[algorithm]]\nname = \"madpg\"\n");
  folder.write("task.toml", kSuite + "[[task]]\nname = \"nowhere/task\"\n");
  folder.write("environment.toml", kSuite + "[[task]]\nenvironment = \"nowhere\"\nlabel = \"nowhere/task\"\n");
  const std::string path = std::string("Plugins are looked for in\n  ") + TUTTI_BINARY_DIR "/fixtures/toy\n  " +
                           TUTTI_BINARY_DIR "/fixtures/sound\n  ";
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"},
                                                {"list"},
                                                {"describe", "madpg"},
                                                {"verify", "madpg"},
                                                {"check", "algorithm.toml"},
                                                {"check", "task.toml"},
                                                {"run", "environment.toml"}}) {
    std::vector<std::string> arguments = {"--plugins", TUTTI_BINARY_DIR "/fixtures/toy"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const Outcome outcome = tutti(arguments, folder.path());
    expect_all(outcome.out + outcome.err, {path, "--plugins DIR", "TUTTI_PLUGIN_PATH"});
  }
  // A task that a loaded environment does not have lies in no other folder.
  folder.write("task.toml", kSuite + "[[task]]\nname = \"line/shrot\"\n");
  EXPECT_EQ(tutti({"check", "task.toml"}, folder.path()).err.find("looked for"), std::string::npos);
}

TEST(Program, HintsNameTheProgramAsItWasStarted) {
  const TemporaryFolder folder;
  const auto hint = [&](const std::string& script) {
    return end_to_end::shell(script + " || true", folder.path()).err;
  };
  expect_all(hint("\"$TUTTI\" reprot"), {"`" TUTTI_BINARY_DIR "/bin/tutti --help` says more"});
  expect_all(hint("PATH=${TUTTI%/*}:$PATH; tutti reprot"), {"`tutti --help` says more"});
  expect_all(hint("ln -s \"$TUTTI\" 'my tutti'; './my tutti' reprot"), {"`'./my tutti' --help` says more"});
  // Of the launcher.
  expect_all(hint("TUTTI_STARTED_AS=./tutti \"$TUTTI\" reprot"), {"`./tutti --help` says more"});
  expect_all(end_to_end::shell("TUTTI_STARTED_AS=./tutti \"$TUTTI\" --help", folder.path()).out,
             {"Usage: ./tutti ", "`./tutti COMMAND --help`"});
}

TEST(Program, ListShowsWhatIsLoaded) {
  expect_all(run({"list"}).out, {"learner", "Walks at random.", "line/short", "line/long"});
  const Outcome tasks = run({"list", "tasks"});
  EXPECT_EQ(tasks.status, 0);
  expect_all(tasks.out, {"line/short", "2, 3", "made for tests"});
  EXPECT_EQ(run({"list", "algorithms"}).out.find("line/short"), std::string::npos);
}

TEST(Program, DescribeShowsParametersPresetsAndTasks) {
  const Outcome algorithm = run({"describe", "learner"});
  EXPECT_EQ(algorithm.status, 0);
  expect_all(algorithm.out, {"algorithm learner 1.0", "learning_rate", "number, more than 0", "size of a step",
                             "line/long", "copies = 2, learning_rate = 0.5"});
  expect_all(run({"describe", "line"}).out,
             {"environment line 1.0", "episode_limit", "integer in [1, 1000]", "line/short", "five steps"});
  expect_all(run({"describe", "line/short"}).out,
             {"task line/short", "right", "episode limit: 5 environment steps", "speed: 0.1"});
  const Outcome both = run({"describe", "faulty"});
  expect_all(both.out, {"environment faulty", "algorithm faulty"});
}

TEST(Program, DescribeWritesAPageOfMarkdown) {
  const Outcome one = run({"describe", "learner", "--markdown"});
  EXPECT_EQ(one.status, 0) << one.err;
  expect_all(one.out,
             {"# Plugin reference\n", "\n## algorithm `learner` 1.0\n",
              "| parameter | default | expected | meaning |\n|---|---|---|---|\n",
              "| `learning_rate` | `0.01` | number, more than 0 | size of a step |\n",
              "transitions kept \\| 0 &lt; n &amp;&amp; n &lt; 1e9, `x < y` |\n", "`copies = 2, learning_rate = 0.5`"});
  EXPECT_EQ(one.out.find("`line`"), std::string::npos);
  expect_all(run({"describe", "--markdown"}).out, {"algorithm `learner`", "environment `line`", "| `line/short` |"});
  EXPECT_EQ(run({"describe", "--markdown", "nothing"}).status, 2);
  EXPECT_EQ(run({"describe"}).status, 2);
}

TEST(Program, DescribeSuggestsWhatWasMeant) {
  const Outcome outcome = run({"describe", "line/shrot"});
  EXPECT_EQ(outcome.status, 2);
  expect_all(outcome.err, {"nothing is named \"line/shrot\"; did you mean \"line/short\"?\n"});
}

TEST(Program, CheckPrintsThePlanAndItsCost) {
  const Outcome outcome = run({"check", "demo.toml"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_all(outcome.out, {"suite demo: 1 task(s) x 1 algorithm(s) x 3 seed(s) = 3 runs",
                           "1,000 environment steps, 11 evaluations of 4 episodes",
                           "absolute evaluation of 40 episodes", "line/long"});
  // (11 x 4 + 40) episodes of 50 steps; the preset's two copies; disk as the plugin says: 1000 bytes for each copy.
  expect_all(outcome.out, {"4,200", "2.0 kB", "3,000 environment steps of training, at most 12,600 of evaluation"});
}

TEST(Program, CheckPrintsEachTasksOwnBudget) {
  const TemporaryFolder folder;
  folder.write("own.toml", kSuite + "[[task]]\nname = \"line/short\"\nenvironment_steps = 2500\n" +
                               "evaluation_interval = 1000\nevaluation_episodes = 2\n");
  const Outcome outcome = tutti({"check", "own.toml"}, folder.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_all(outcome.out, {"each run on line/long: 1,000 environment steps, 11 evaluations of 4 episodes",
                           "each run on line/short: 2,500 environment steps, 3 evaluations of 2 episodes"});
  // Three runs of each; (11 x 4 + 40) episodes of 50 steps and (3 x 2 + 20) of 5.
  expect_all(outcome.out, {"10,500 environment steps of training, at most 12,990 of evaluation",
                           "note: the last 500 steps on line/short are not evaluated; 2,500 is no multiple of 1,000"});
}

TEST(Program, CheckEstimatesTimeWhenAsked) {
  const Outcome outcome = run({"check", "demo.toml", "--time"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_all(outcome.out, {"time a run", "\nabout "});
  EXPECT_EQ(run({"check", "demo.toml"}).out.find("time a run"), std::string::npos);
}

TEST(Program, CheckOutlivesARunThatCrashesWhileItsTimeIsEstimated) {
  const TemporaryFolder folder;
  for (const char* fault : {"segfault", "exit", "throw", "throw_other"}) {
    folder.write("crash.toml", kSuite + "[[algorithm]]\nname = \"faulty\"\nfault = \"" + fault + "\"\n");
    const Outcome outcome = tutti({"check", "crash.toml", "--time"}, folder.path());
    EXPECT_EQ(outcome.status, 1) << fault << outcome.err;
    expect_all(outcome.out, {"learner", "fails", "\nabout "});
    expect_all(outcome.err, {"faulty on line/long: begun to estimate its time, the run failed: "});
  }
}

TEST(Program, CheckThatIsInterruptedLeavesNothing) {
  const TemporaryFolder folder;
  folder.write("hang.toml", kSuite + "[[algorithm]]\nname = \"faulty\"\nfault = \"hang\"\n");
  const Outcome outcome = end_to_end::shell(
      "mkdir tmp; TMPDIR=$PWD/tmp \"$TUTTI\" check hang.toml --time >/dev/null & "
      "until ls -d tmp/tutti-estimate-* >/dev/null 2>&1; do sleep 0.05; done; kill -TERM $!; wait $! || echo $?; ls "
      "tmp",
      folder.path());
  EXPECT_EQ(outcome.out, "130\n");
  expect_all(outcome.err, {"interrupted; nothing is kept"});
}

TEST(Program, CheckOfABadSuiteNamesThePlaceAndLeavesNothing) {
  const TemporaryFolder folder;
  folder.write("bad.toml", kSuite + "[[override]]\nalgorithm = \"leaner\"\ntask = \"line/long\"\ncopies = 1\n");
  for (const char* command : {"check", "run"}) {
    const Outcome outcome = tutti({command, "bad.toml"}, folder.path());
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err,
              "bad.toml:15:13: override[1].algorithm: \"leaner\" matches no algorithm of this suite; did you mean "
              "\"learner\"?\n");
    EXPECT_TRUE(outcome.out.empty());
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "results"));
}

TEST(Program, TheCommandLineChangesThePlan) {
  expect_all(run({"check", "demo.toml", "--seeds", "7,8", "--steps", "5_00"}).out,
             {"= 2 runs", "500 environment steps, 6 evaluations"});
  expect_all(run({"check", "demo.toml", "--set", "evaluation.episodes=2", "--set", "learner.copies=9"}).out,
             {"of 2 episodes", "9.0 kB"});
}

TEST(Program, CheckSaysWhichStepsAreNotEvaluated) {
  expect_all(run({"check", "demo.toml", "--steps", "1_000", "--set", "evaluation.interval=400"}).out,
             {"the last 200 steps are not evaluated; 1,000 is no multiple of 400"});
}

// Results as a suite leaves them: two runs of one task.
class ReportCommand : public testing::Test {
 protected:
  ReportCommand() {
    folder_.write("demo.toml", kSuite);
    for (const char* out : {"a", "b"}) {
      const Outcome outcome = tutti(
          {"run", "demo.toml", "--results", out, "--steps", "200", "--seeds", "1,2", "--no-report"}, folder_.path());
      EXPECT_EQ(outcome.status, 0) << outcome.err;
    }
    folder_.write("other.json", R"({"vmas": {"balance": {"mappo": {"seed_0": {
      "step_0": {"step_count": 100, "return": [1, 2]}, "absolute_metrics": {"return": [3, 4]}}}}}})");
    folder_.write("more.json", R"({"vmas": {"balance": {"mappo": {"seed_1": {
      "step_0": {"step_count": 100, "return": [2, 3]}, "absolute_metrics": {"return": [4, 5]}}}}}})");
  }

  void expect_report(const std::vector<std::string>& arguments, const std::string& page) {
    std::filesystem::remove(folder_.path() / page);
    const Outcome outcome = tutti(arguments, folder_.path());
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(std::filesystem::exists(folder_.path() / page)) << outcome.out;
  }

  TemporaryFolder folder_;
};

TEST_F(ReportCommand, TakesOptionsBeforeAndAfterTheFolders) {
  expect_report({"report", "a/demo"}, "a/demo/report/index.html");
  expect_report({"report", "--mixed", "a/demo"}, "a/demo/report/index.html");
  expect_report({"report", "--mixed", "a/demo", "b/demo"}, "a/demo/report/index.html");
  expect_report({"report", "--mixed=false", "a/demo"}, "a/demo/report/index.html");
  expect_report({"report", "a/demo", "--interpolate=false", "--out", "elsewhere"}, "elsewhere/index.html");
  EXPECT_EQ(tutti({"report", "--mixed=perhaps", "a/demo"}, folder_.path()).status, 2);
}

TEST_F(ReportCommand, TakesOneFileForEachImport) {
  expect_report({"report", "--import", "other.json", "a/demo"}, "a/demo/report/index.html");
  expect_report({"report", "--import", "other.json", "--import", "more.json", "a/demo"}, "a/demo/report/index.html");
}

TEST_F(ReportCommand, TakesSeveralFilesAfterOneImport) {
  expect_report({"report", "--import", "other.json", "more.json"}, "report/index.html");
  expect_report({"report", "--import", "other.json", "more.json", "a/demo"}, "a/demo/report/index.html");
}

TEST_F(ReportCommand, SaysWhyARunOfAnImportIsLeftOut) {
  folder_.write("diverged.json", R"({"vmas": {"balance": {"mappo": {
    "seed_0": {"step_0": {"step_count": 100, "return": [1, 2]}},
    "seed_1": {"step_0": {"step_count": 100, "return": [NaN]}}}}}})");
  const Outcome some = tutti({"report", "--import", "diverged.json"}, folder_.path());
  EXPECT_EQ(some.status, 0) << some.err;
  expect_all(some.err, {"seed_1: step_0: a return is not a finite number: NaN, infinite or null; the run is left out"});
  folder_.write("wins.json", R"({"e": {"t": {"a": {"seed_0": {"step_0": {"step_count": 1, "win_rate": [1]}}}}}})");
  const Outcome none = tutti({"report", "--import", "wins.json"}, folder_.path());
  EXPECT_EQ(none.status, 2);
  expect_all(none.err, {"holds no run that can be used", "its metrics: win_rate"});
}

TEST_F(ReportCommand, NeedsNoFolderForAnImport) {
  expect_report({"report", "--import", "other.json", "--import", "more.json"}, "report/index.html");
  const Outcome outcome = tutti({"report"}, folder_.path());
  EXPECT_EQ(outcome.status, 2);
  expect_all(outcome.err, {"DIR is required"});
}

TEST_F(ReportCommand, ComparesTwoFolders) {
  const Outcome outcome = tutti({"compare", "--mixed", "a/demo", "b/demo", "--out", "difference"}, folder_.path());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  expect_all(outcome.out, {"Both folders record the same", "line/long", "learner"});
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "difference" / "index.html"));
  EXPECT_EQ(tutti({"compare", "a/demo"}, folder_.path()).status, 2);
  EXPECT_EQ(tutti({"compare", "a/demo", "nowhere"}, folder_.path()).status, 2);
}

TEST(Program, APluginThatCannotBeUsedStopsNothingElse) {
  const TemporaryFolder folder;
  folder.write("demo.toml", kSuite);
  const std::string path = "XDG_CACHE_HOME=$PWD TUTTI_PLUGIN_PATH=$TUTTI_PLUGIN_PATH:" TUTTI_BINARY_DIR
                           "/fixtures/failing/segfault:" TUTTI_BINARY_DIR "/fixtures/failing/exit ";
  const Outcome list = end_to_end::shell(path + "\"$TUTTI\" list", folder.path());
  EXPECT_EQ(list.status, 0);
  expect_all(list.out, {"line/short"});
  expect_all(list.err,
             {"segfault_opening.so: cannot be used", "crashed with SIGSEGV while it was opened", "exit_listing.so"});
  EXPECT_EQ(end_to_end::shell(path + "\"$TUTTI\" check demo.toml", folder.path()).status, 0);
  EXPECT_EQ(end_to_end::shell(path + "\"$TUTTI\" describe line", folder.path()).status, 0);
  const Outcome describe = end_to_end::shell(path + "\"$TUTTI\" describe segfault_opening", folder.path());
  EXPECT_EQ(describe.status, 2);
}

// Its library stays open, so that the trial cannot see it.
TEST(Program, APluginThatCrashesAtTheEndOfTheProcessChangesNoStatus) {
  const std::string path = "XDG_CACHE_HOME=$PWD TUTTI_PLUGIN_PATH=" TUTTI_BINARY_DIR "/fixtures/failing/staying ";
  for (const char* command : {"list", "describe segfault_staying", "list tasks"}) {
    const TemporaryFolder folder;
    const Outcome outcome = end_to_end::shell(path + "\"$TUTTI\" " + command, folder.path());
    EXPECT_EQ(outcome.status, 0) << command << outcome.err;
    expect_all(outcome.out, {"segfault_staying"});
  }
}

TEST(Program, OutputThatIsLostIsAnError) {
  const TemporaryFolder folder;
  folder.write("demo.toml", kSuite);
  ASSERT_EQ(tutti({"run", "demo.toml", "--results", ".", "--no-report"}, folder.path()).status, 0);
  for (const char* command : {"list", "describe line", "check demo.toml", "version", "--help", "list --help",
                              "run demo.toml --results .", "status demo", "report demo", "compare demo demo"}) {
    for (const char* target : {">/dev/full", ">&-"}) {
      const Outcome outcome = end_to_end::shell(std::string("\"$TUTTI\" ") + command + ' ' + target, folder.path());
      EXPECT_EQ(outcome.status, 1) << command << target;
      expect_all(outcome.err, {"standard output: cannot be written"});
    }
  }
}

TEST(Program, AReaderThatGoesAwayCostsNoReport) {
  const TemporaryFolder folder;
  folder.write("demo.toml", kSuite);
  const Outcome outcome = end_to_end::shell(
      "{ sleep 0.3; \"$TUTTI\" run demo.toml --results . 2>&1 || echo $? >status; } | true", folder.path());
  EXPECT_EQ(end_to_end::content(folder.path() / "status"), "1\n");
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "demo" / "report" / "index.html"));
  EXPECT_EQ(outcome.err, "");
}

TEST(Program, NothingFromAFileReachesTheTerminalAsAControlSequence) {
  const TemporaryFolder folder;
  folder.write("esc.toml", "name = \"x\n\x1b]52;c;ZXZpbA==\x07\x1b[2J");
  std::filesystem::create_directory(folder.path() / "plan");
  folder.write("plan/plan.json", "{\"suite\": \"\\u001b[2J\", \"version\": \"\x1b\"");
  for (const std::string command : {"check esc.toml", "run esc.toml", "status plan", "report plan", "describe \"$E\"",
                                    "check \"$E.toml\"", "cancel \"$E\"", "\"$E\""}) {
    const Outcome outcome = end_to_end::shell("E=$(printf '\\033[2J'); \"$TUTTI\" " + command, folder.path());
    EXPECT_NE(outcome.status, 0) << command;
    EXPECT_EQ((outcome.out + outcome.err).find_first_of("\x1b\x07\x9b"), std::string::npos) << command << outcome.err;
  }
}

TEST(Program, VersionTellsWhatPluginsNeed) {
  expect_all(run({"version"}).out, {"tutti ", "sdk "});
  const Outcome option = run({"--version"});
  EXPECT_EQ(option.status, 0);
  expect_all(option.out, {"tutti ", "sdk "});
}

TEST(Program, AMisspeltCommandGetsTheNearestOne) {
  const Outcome outcome = run({"reprot", "results/demo"});
  EXPECT_EQ(outcome.status, 2);
  expect_all(outcome.err, {"unknown command \"reprot\"; did you mean \"report\"?; `"});
}

TEST(Program, VerifySaysInWordsWhatAPluginKeeps) {
  const Outcome sound = run({"verify", "line"});
  EXPECT_EQ(sound.status, 0) << sound.out << sound.err;
  expect_all(sound.out, {"task line/short\n  ok      it can be made\n  ok      the same seed gives the same episode\n",
                         " 0 failed"});
  const Outcome file = run({"verify", TUTTI_BINARY_DIR "/fixtures/unsound/environment.so"});
  EXPECT_EQ(file.status, 1);
  expect_all(file.out,
             {"  FAILED  an episode ends at its limit: an episode goes on after 20 steps, the episode_limit; look at"});
  const Outcome unknown = run({"verify", "lime"});
  EXPECT_EQ(unknown.status, 2);
  expect_all(unknown.err, {"no plugin is named \"lime\"; did you mean \"line\"?"});
  EXPECT_EQ(run({"verify", "nowhere/x.so"}).status, 2);
  const Outcome twice = run({"verify", TUTTI_BINARY_DIR "/fixtures/declaring/task_twice.so"});
  EXPECT_EQ(twice.status, 1);
  expect_all(twice.out, {"0 passed, 1 failed, 0 to look at, 0 skipped"});
  const Outcome refused = run({"verify", TUTTI_BINARY_DIR "/fixtures/refused/wrong_tag.so"});
  EXPECT_EQ(refused.status, 2);
  expect_all(refused.err, {"but this host is"});
}

TEST(Program, NewWritesAProjectAndNeverOverOne) {
  const TemporaryFolder folder;
  const Outcome outcome = tutti({"new", "environment", "my_task"}, folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  expect_all(outcome.out,
             {"my_task/my_task.cpp\n", "my_task/suite.toml\n", "./tutti install --prefix PREFIX\n",
              " -DCMAKE_PREFIX_PATH=PREFIX && ninja -C my_task/build", "/tutti verify my_task/build/my_task.so\n"});
  expect_all(end_to_end::content(folder.path() / "my_task/my_task.cpp"),
             {"class MyTaskEnvironment final", ".name = \"my_task\""});
  for (const char* unfilled : {"{{name}}", "{{minor}}", "PluginName"}) {
    EXPECT_EQ(end_to_end::content(folder.path() / "my_task/my_task.cpp").find(unfilled), std::string::npos) << unfilled;
  }
  EXPECT_EQ(tutti({"new", "environment", "my_task"}, folder.path()).status, 2);
  EXPECT_EQ(tutti({"new", "algorithm", "my_task", "--dir", "elsewhere"}, folder.path()).status, 0);
  for (const char* name : {"My", "a/b", "", "-x", "1st", "test", "learner"})
    EXPECT_EQ(tutti({"new", "algorithm", name}, folder.path()).status, 2) << name;
}

}  // namespace
}  // namespace tutti::cli
