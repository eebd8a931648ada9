#include <gtest/gtest.h>

#include "suite/fake_catalogue.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

Run some_run() {
  const SuiteFile file(R"(
name = "demo"
seeds = [5]
[run]
environment_steps = 1000
[evaluation]
interval = 100
[[task]]
name = "grid/small"
slip = 1e-7
[[algorithm]]
name = "climber"
label = "the-climber"
proposed = true
layers = []
)");
  return file.plan().runs.front();
}

// What reading says after the path of the file.
std::string reason(const std::string& text) {
  const SuiteFile file(text);
  try {
    read_config(file.path());
  } catch (const Error& error) {
    return std::string(error.what()).substr(file.path().string().size());
  }
  return "accepted";
}

TEST(ConfigFile, ReadsBackAsTheSameRun) {
  const auto run = some_run();
  const SuiteFile file(config_toml(run));
  const auto read = read_config(file.path());
  EXPECT_TRUE(differences(run, read).empty());
  EXPECT_EQ(read.suite, "demo");
  EXPECT_EQ(read.folder(), run.folder());
  EXPECT_EQ(read.algorithm_name, "climber");
  EXPECT_TRUE(read.proposed);
  EXPECT_EQ(values_of(read.task_values), values_of(run.task_values));
  EXPECT_EQ(values_of(read.algorithm_values), values_of(run.algorithm_values));
  EXPECT_EQ(read.run_settings().environment_steps, 1000);
  EXPECT_EQ(read.evaluation_settings().interval, 100);
}

TEST(ConfigFile, ShowsWhereEachValueCameFrom) {
  const std::string text = config_toml(some_run());
  EXPECT_NE(text.find("slip = 1e-07  # suite\n"), std::string::npos) << text;
  EXPECT_NE(text.find("width = 2     # task small\n"), std::string::npos) << text;
  EXPECT_NE(text.find("wind = \"none\" # default\n"), std::string::npos) << text;
}

TEST(ConfigFile, NamesEveryDifference) {
  const auto before = some_run();
  auto now = before;
  now.seed = 6;
  now.task_values["slip"].value = 0.5;
  now.algorithm_values.erase("greedy");
  EXPECT_EQ(differences(now, before), (std::vector<std::string>{"run.seed: 6, was 5", "task.slip: 0.5, was 1e-07",
                                                                "algorithm.greedy: absent, was false"}));
}

TEST(ConfigFile, OriginsAndWhenToSaveAreNoDifference) {
  const auto before = some_run();
  auto now = before;
  now.task_values["slip"].origin = "command line";
  now.run_values["checkpoint_interval"].value = std::int64_t{77};
  EXPECT_TRUE(differences(now, before).empty());
}

TEST(ConfigFile, ADeviceOfAnotherKindIsADifferenceAndAnotherGpuIsNone) {
  const auto before = some_run();
  auto now = before;
  now.run_values["device"].value = std::string("cuda");
  EXPECT_EQ(differences(now, before), (std::vector<std::string>{"run.device: \"cuda\", was \"cpu\""}));
  auto other = before;
  other.run_values["device"].value = std::string("cuda:1");
  EXPECT_TRUE(differences(now, other).empty());
}

TEST(ConfigFile, WithoutADeviceTheRunWasOnTheCpu) {
  std::string text = config_toml(some_run());
  const std::size_t start = text.find("device ");
  ASSERT_NE(start, std::string::npos);
  text.erase(start, text.find('\n', start) + 1 - start);
  const SuiteFile file(text);
  EXPECT_TRUE(differences(some_run(), read_config(file.path())).empty());
}

// TOML takes a dot in a key for a table.
TEST(ConfigFile, ATableAmongTheValuesIsRefused) {
  std::string text = config_toml(some_run());
  text.insert(text.find("\n[algorithm_values]"), "reward.scale = 10.0\n");
  EXPECT_EQ(reason(text), ": [task_values] has \"reward\", which is no value; plan the run again");
}

TEST(ConfigFile, DamageIsASentence) {
  const std::string text = config_toml(some_run());
  EXPECT_EQ(reason(""), ": \"suite\" is missing or of another type; plan the run again");
  EXPECT_EQ(reason(text.substr(0, text.find("\n[task_values]"))),
            ": section [task_values] is missing; plan the run again");
  EXPECT_NE(reason(text.substr(0, text.find("slip =") + 7)).find(": not valid TOML"), std::string::npos);
}

}  // namespace
}  // namespace tutti::suite
