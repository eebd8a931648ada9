#include <gtest/gtest.h>

#include "suite/fake_catalogue.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

const std::string kHead = R"(
name = "demo"
seeds = [3, 1]
[run]
environment_steps = 1000
[evaluation]
interval = 100
)";

Run run_of(const Plan& plan, const std::string& task, const std::string& algorithm, std::uint64_t seed = 3) {
  for (const Run& run : plan.runs) {
    if (run.task == task && run.algorithm == algorithm && run.seed == seed) return run;
  }
  throw std::logic_error("no such run");
}

// "0.5 (preset tuned)"
std::string shown(const ResolvedValues& values, const std::string& name) {
  const Resolved& entry = values.at(name);
  return to_text(entry.value) + " (" + entry.origin + ")";
}

TEST(ReadPlan, IsTheProductOfTasksAlgorithmsAndSeedsSeedBySeed) {
  const SuiteFile file(kHead + R"(
[[task]]
name = "grid/small"
[[task]]
name = "grid/large"
[[algorithm]]
name = "climber"
[[algorithm]]
name = "idler"
)");
  const Plan plan = file.plan();
  ASSERT_EQ(plan.runs.size(), 8U);
  EXPECT_EQ(plan.runs[0].folder(), "grid/small/climber/seed-3");
  EXPECT_EQ(plan.runs[1].folder(), "grid/small/idler/seed-3");
  EXPECT_EQ(plan.runs[2].folder(), "grid/large/climber/seed-3");
  EXPECT_EQ(plan.runs[4].folder(), "grid/small/climber/seed-1");
  EXPECT_EQ(plan.name, "demo");
  EXPECT_EQ(plan.run.environment_steps, 1000);
  EXPECT_EQ(plan.evaluation.episodes, 32);
  EXPECT_EQ(plan.digest.size(), 64U);
}

TEST(ReadPlan, ValuesComeFromTheLastThatSetsThem) {
  const SuiteFile file(kHead + R"(
[[task]]
name = "grid/small"
slip = 0
[[task]]
name = "grid/large"
[[algorithm]]
name = "climber"
preset = "tuned"
batch_size = 64
buffer_size = 99
[[override]]
task = "grid/large"
algorithm = "climber"
buffer_size = 500
)");
  const Plan plan = file.plan({.seeds = {}, .environment_steps = {}, .settings = {"climber.layers=[4]"}});
  const auto small = run_of(plan, "grid/small", "climber");
  EXPECT_EQ(shown(small.task_values, "width"), "2 (task small)");
  EXPECT_EQ(shown(small.task_values, "slip"), "0.0 (suite)");
  EXPECT_EQ(shown(small.task_values, "wind"), "\"none\" (default)");
  EXPECT_EQ(shown(small.algorithm_values, "step"), "0.5 (preset tuned)");
  EXPECT_EQ(shown(small.algorithm_values, "batch_size"), "64 (suite)");
  EXPECT_EQ(shown(small.algorithm_values, "buffer_size"), "99 (suite)");
  EXPECT_EQ(shown(small.algorithm_values, "layers"), "[4] (command line)");
  EXPECT_EQ(shown(small.algorithm_values, "greedy"), "false (default)");
  const auto large = run_of(plan, "grid/large", "climber");
  EXPECT_EQ(shown(large.algorithm_values, "step"), "0.25 (preset tuned)");
  EXPECT_EQ(shown(large.algorithm_values, "buffer_size"), "500 (override)");
}

TEST(ReadPlan, ThePresetDefaultAppliesWhereTheSuiteNamesNone) {
  const SuiteFile file(kHead + R"(
[[task]]
name = "grid/small"
[[task]]
name = "grid/large"
[[algorithm]]
name = "climber"
[[algorithm]]
name = "climber"
label = "tuned"
preset = "tuned"
)");
  const Plan plan = file.plan();
  EXPECT_EQ(shown(run_of(plan, "grid/large", "climber").algorithm_values, "greedy"), "true (preset default)");
  EXPECT_EQ(shown(run_of(plan, "grid/small", "climber").algorithm_values, "greedy"), "false (default)");
  EXPECT_EQ(shown(run_of(plan, "grid/large", "tuned").algorithm_values, "greedy"), "false (default)");
}

std::string copies_with(const std::string& run, const std::string& algorithm, const std::string& override_line,
                        const std::vector<std::string>& settings = {}) {
  const SuiteFile file("seeds = [1]\n[run]\nenvironment_steps = 10\n" + run +
                       "\n[evaluation]\ninterval = 5\n[[task]]\nname = \"grid/small\"\n" +
                       "[[algorithm]]\nname = \"climber\"\n" + algorithm + "\n" +
                       (override_line.empty() ? "" : "[[override]]\ntask = \"*\"\nalgorithm = \"climber\"\n") +
                       override_line);
  return shown(file.plan({.seeds = {}, .environment_steps = {}, .settings = settings}).runs.front().run_values,
               "copies");
}

TEST(ReadPlan, CopiesAreResolvedLikeAnyValue) {
  EXPECT_EQ(copies_with("", "", ""), "1 (default)");
  EXPECT_EQ(copies_with("copies = 2", "", ""), "2 (suite)");
  EXPECT_EQ(copies_with("copies = 2", "preset = \"tuned\"", ""), "3 (preset tuned)");
  EXPECT_EQ(copies_with("copies = 2", "preset = \"tuned\"\ncopies = 4", ""), "4 (suite)");
  EXPECT_EQ(copies_with("copies = 2", "copies = 4", "copies = 5"), "5 (override)");
  EXPECT_EQ(copies_with("copies = 2", "copies = 4", "copies = 5", {"run.copies=6"}), "6 (command line)");
  EXPECT_EQ(copies_with("copies = 2", "copies = 4", "", {"climber.copies=7", "run.copies=6"}), "7 (command line)");
}

const std::string kTwoBudgets = R"(
[[task]]
name = "grid/small"
[[task]]
name = "grid/large"
environment_steps = 5000
evaluation_interval = 250
evaluation_episodes = 8
[[algorithm]]
name = "climber"
)";

TEST(ReadPlan, ATaskMayHaveABudgetOfItsOwn) {
  const Plan plan = SuiteFile(kHead + kTwoBudgets).plan();
  EXPECT_EQ(plan.tasks[0].budget, (Budget{1000, 100, 32}));
  EXPECT_EQ(plan.tasks[1].budget, (Budget{5000, 250, 8}));
  const auto small = run_of(plan, "grid/small", "climber");
  EXPECT_EQ(small.run_settings().environment_steps, 1000);
  EXPECT_EQ(small.evaluation_settings().interval, 100);
  const auto large = run_of(plan, "grid/large", "climber");
  EXPECT_EQ(shown(large.run_values, "environment_steps"), "5000 (suite)");
  EXPECT_EQ(shown(large.evaluation_values, "interval"), "250 (suite)");
  EXPECT_EQ(shown(large.evaluation_values, "episodes"), "8 (suite)");
  EXPECT_EQ(shown(large.evaluation_values, "seeds"), "\"fresh\" (default)");
  EXPECT_FALSE(large.task_values.contains("environment_steps"));
}

TEST(ReadPlan, TheCommandLineMeansTheBudgetOfEveryTask) {
  const Plan plan = SuiteFile(kHead + kTwoBudgets)
                        .plan({.seeds = {}, .environment_steps = 800, .settings = {"evaluation.episodes=2"}});
  EXPECT_EQ(plan.tasks[0].budget, (Budget{800, 100, 2}));
  EXPECT_EQ(plan.tasks[1].budget, (Budget{800, 250, 2}));
  EXPECT_EQ(shown(run_of(plan, "grid/large", "climber").run_values, "environment_steps"), "800 (command line)");
}

// So finished runs of a suite for each budget are finished runs of one suite for all.
TEST(ReadPlan, ARunIsTheSameWhetherItsTaskOrItsSuiteHasTheBudget) {
  const Plan plan = SuiteFile(kHead + kTwoBudgets).plan();
  const Plan alone = SuiteFile(R"(
name = "demo"
seeds = [3, 1]
[run]
environment_steps = 5000
[evaluation]
interval = 250
episodes = 8
[[task]]
name = "grid/large"
[[algorithm]]
name = "climber"
)")
                         .plan();
  EXPECT_EQ(config_toml(run_of(plan, "grid/large", "climber")), config_toml(alone.runs[0]));
}

TEST(ReadPlan, PresetsMatchTheEnvironmentWhateverALabelBeginsWith) {
  const auto plan_with = [](const std::string& label, const std::string& preset) {
    const SuiteFile file(kHead + "[[task]]\nenvironment = \"grid\"\nlabel = \"" + label +
                         "\"\n[[algorithm]]\nname = \"climber\"\npreset = \"" + preset + "\"\n");
    return file.plan();
  };
  const Plan plan = plan_with("maze/one", "tuned");
  EXPECT_EQ(plan.runs.at(0).task_name, "grid/maze/one");
  EXPECT_EQ(plan_with("grid/one", "tuned").runs.at(0).task_name, "grid/one");
  EXPECT_THROW(plan_with("maze/one", "elsewhere"), Error) << "its values are for maze/*";
}

TEST(ReadPlan, OneTaskAndOneAlgorithmCanAppearTwiceUnderDifferentLabels) {
  const SuiteFile file(kHead + R"(
[[task]]
environment = "grid"
label = "windy"
wind = "east"
[[task]]
name = "grid/small"
label = "calm"
[[algorithm]]
name = "climber"
label = "bold"
step = 1
proposed = true
[[algorithm]]
name = "climber"
)");
  const Plan plan = file.plan();
  EXPECT_EQ(plan.runs.size(), 8U);
  EXPECT_EQ(run_of(plan, "windy", "bold").task_name, "grid/windy");
  EXPECT_EQ(run_of(plan, "calm", "bold").task_name, "grid/small");
  EXPECT_EQ(run_of(plan, "calm", "bold").algorithm_name, "climber");
  EXPECT_TRUE(run_of(plan, "calm", "bold").proposed);
  EXPECT_FALSE(run_of(plan, "calm", "climber").proposed);
}

TEST(ReadPlan, TheCommandLineReplacesSeedsAndSteps) {
  const SuiteFile file(kHead + "[[task]]\nname = \"grid/small\"\n[[algorithm]]\nname = \"idler\"\n");
  const Plan plan =
      file.plan({.seeds = IntegerList{7}, .environment_steps = 200, .settings = {"evaluation.mode=sampled"}});
  ASSERT_EQ(plan.runs.size(), 1U);
  EXPECT_EQ(plan.runs[0].seed, 7U);
  EXPECT_EQ(plan.run.environment_steps, 200);
  EXPECT_EQ(shown(plan.runs[0].run_values, "environment_steps"), "200 (command line)");
  EXPECT_EQ(plan.evaluation.mode, "sampled");
}

TEST(ReadPlan, TheFileNamesASuiteThatHasNoName) {
  const SuiteFile file(
      "seeds = [1]\n[run]\nenvironment_steps = 10\n[evaluation]\ninterval = 5\n[[task]]\nname = "
      "\"grid/small\"\n[[algorithm]]\nname = \"idler\"\n");
  EXPECT_EQ(file.plan().name, "suite");
}

TEST(ReadPlan, ANameThatTheFileCannotGiveIsAskedFor) {
  const SuiteFile file(kHead);
  const std::filesystem::path renamed = file.path().parent_path() / "my suite.toml";
  std::ofstream(renamed) << "seeds = [1]\n";
  try {
    read_suite(renamed, fake_catalogue());
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("it is the file's name, and name = \"...\" gives another one"),
              std::string::npos)
        << error.what();
  }
}

TEST(ReadPlan, KeepsWhatTheReportAndSlurmAreToldByTheSuite) {
  const SuiteFile file(kHead + R"(
[[task]]
name = "grid/small"
[[algorithm]]
name = "idler"
[report]
score = "best"
[report.bounds."grid/small"]
lo = -10
hi = 5.5
[report.thresholds]
"grid/small" = 3
[slurm]
partition = "cpu"
time_limit = "1-02:00:00"
memory = "4G"
throttle = 2
extra = "--account=lab --qos=low"
)");
  const Plan plan = file.plan();
  EXPECT_EQ(plan.report.options.at("score"), ParameterValue(std::string("best")));
  EXPECT_EQ(plan.report.bounds.at("grid/small"), std::pair(-10.0, 5.5));
  EXPECT_EQ(plan.report.thresholds.at("grid/small"), 3.0);
  EXPECT_EQ(plan.slurm.time_limit, "1-02:00:00");
  EXPECT_EQ(plan.slurm.throttle, 2);
}

CommandLine set(const std::string& setting) {
  CommandLine command_line;
  command_line.settings = {setting};
  return command_line;
}

CommandLine on_cluster() {
  CommandLine command_line;
  command_line.on_cluster = true;
  return command_line;
}

TEST(ReadPlan, EveryAlgorithmHasADeviceOfItsOwnAndAutoIsSettled) {
  const SuiteFile file(R"(
name = "demo"
seeds = [3]
[run]
environment_steps = 1000
device = "auto"
[evaluation]
interval = 100
[[task]]
name = "grid/small"
[[algorithm]]
name = "climber"
[[algorithm]]
name = "climber"
label = "second"
device = "cuda:1"
[[algorithm]]
name = "climber"
label = "host"
device = "cpu"
[[algorithm]]
name = "idler"
)");
  const auto device = [](const Plan& plan, const char* algorithm) {
    return shown(run_of(plan, "grid/small", algorithm).run_values, "device");
  };
  const Plan plan = file.plan();
  EXPECT_EQ(device(plan, "climber"), "\"cuda\" (suite, auto)");
  EXPECT_EQ(device(plan, "second"), "\"cuda:1\" (suite)");
  EXPECT_EQ(device(plan, "host"), "\"cpu\" (suite)");
  EXPECT_EQ(device(plan, "idler"), "\"cpu\" (suite, auto)");
  const Plan told = file.plan(set("run.device=cpu"));
  EXPECT_EQ(device(told, "second"), "\"cpu\" (command line)");
}

TEST(ReadPlan, ADeviceOfTheCommandLineIsRefusedThere) {
  const SuiteFile file(kHead + "[[task]]\nname = \"grid/small\"\n[[algorithm]]\nname = \"climber\"\n");
  EXPECT_EQ(file.problems(set("run.device=cuda:7")),
            "command line: device: algorithm \"climber\" cannot compute on \"cuda:7\": there is no device 7 of 2; "
            "expected one of "
            "cuda:0 (Fast), cuda:1 (Slow)");
}

TEST(ReadPlan, ADeviceIsRefusedWhereItIsAskedFor) {
  const std::string rest = "[[task]]\nname = \"grid/small\"\n[[algorithm]]\nname = \"climber\"\ndevice = \"cpu\"\n";
  EXPECT_EQ(
      SuiteFile(kHead + rest + "[[override]]\ntask = \"*\"\nalgorithm = \"climber\"\ndevice = \"cuda:2\"\n").problems(),
      "suite.toml:16:10: override[1].device: algorithm \"climber\" cannot compute on \"cuda:2\": there is no "
      "device 2 of 2; expected one of cuda:0 (Fast), cuda:1 (Slow)");
  // One of [run] that no algorithm takes is wrong all the same.
  EXPECT_EQ(
      SuiteFile("seeds = [3]\n[run]\nenvironment_steps = 1000\ndevice = \"gpu\"\n[evaluation]\ninterval = 100\n" + rest)
          .problems(),
      "suite.toml:4:10: run.device: expected \"cpu\", \"cuda\", \"cuda:N\" with a number such as cuda:0, or "
      "\"auto\" (is \"gpu\")");
}

TEST(ReadPlan, ANodeOfAClusterHasTheGpusThatItsJobsAskFor) {
  const std::string head = kHead + "[[task]]\nname = \"grid/small\"\n[[algorithm]]\nname = \"climber\"\ndevice = ";
  const auto device = [&](const std::string& text) {
    return std::get<std::string>(SuiteFile(head + text).plan(on_cluster()).runs.at(0).run_values["device"].value);
  };
  EXPECT_EQ(device("\"auto\""), "cpu");
  EXPECT_EQ(device("\"auto\"\n[slurm]\ngpus = 1\n"), "cuda");
  // The devices of this machine say nothing of the node's.
  EXPECT_EQ(device("\"cuda:5\"\n[slurm]\ngpus = 8\n"), "cuda:5");
  EXPECT_EQ(
      SuiteFile(head + "\"cuda\"").problems(on_cluster()),
      "suite.toml:12:10: algorithm[1].device: algorithm \"climber\" cannot compute on \"cuda\": gpus in [slurm] is "
      "0, so that a job has no GPU; expected gpus = 1, or \"cpu\"");
}

TEST(ReadPlan, TitlesAreForReportsOnly) {
  const std::string tasks = "[[task]]\nname = \"grid/small\"\ntitle = \"A small grid\"\n";
  const SuiteFile file(kHead + tasks + "[[algorithm]]\nname = \"idler\"\ntitle = \"I-DDPG (ours)\"\n");
  const Plan plan = file.plan();
  EXPECT_EQ(plan.tasks.at(0).title, "A small grid");
  EXPECT_EQ(plan.algorithms.at(0).title, "I-DDPG (ours)");
  EXPECT_EQ(plan.algorithms.at(0).label, "idler");
  EXPECT_EQ(config_toml(plan.runs.at(0)).find("ours"), std::string::npos);
}

TEST(ReadPlan, TitlesThatCannotBeShownAreRefused) {
  for (const std::string title : {"\"\"", "\"  \"", "\"\\u202e \"", "\"two\\nlines\"", "3"}) {
    const SuiteFile file(kHead + "[[task]]\nname = \"grid/small\"\n[[algorithm]]\nname = \"idler\"\ntitle = " + title);
    EXPECT_THROW(file.plan(), Error) << title;
  }
  const std::string plain = "[[algorithm]]\nname = \"idler\"\n";
  const std::string titled = "[[algorithm]]\nname = \"climber\"\ntitle = \"idler\"\n";
  for (const std::string& algorithms : {plain + titled, titled + plain}) {
    const SuiteFile twice(kHead + "[[task]]\nname = \"grid/small\"\n" + algorithms);
    EXPECT_THROW(twice.plan(), Error) << algorithms;
  }
}

TEST(ReadPlan, AMissingFileIsASentence) {
  try {
    read_suite("/nowhere/suite.toml", fake_catalogue());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/nowhere/suite.toml: cannot be read; expected a suite file");
  }
}

}  // namespace
}  // namespace tutti::suite
