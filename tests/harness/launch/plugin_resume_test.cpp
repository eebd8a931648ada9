// Every algorithm, and one task of every environment, killed at random instants: the end has the same bytes.
#include <algorithm>
#include <cctype>

#include "harness/run/fixture_plan.hpp"
#include "launch/local.hpp"
#include "resume_support.hpp"

namespace tutti::launch {
namespace {

constexpr std::int64_t kSteps = 240;

loader::Registry& registry() {
  static loader::Registry instance({TUTTI_BINARY_DIR "/plugins"});
  return instance;
}

/// Values that make a run small, for whatever plugin declares them: learning starts early, the replay buffer wraps.
const ParameterValues& small_values() {
  static const ParameterValues values = {{"warm_up_steps", std::int64_t{60}},
                                         {"batch_size", std::int64_t{16}},
                                         {"buffer_size", std::int64_t{150}},
                                         {"rollout_length", std::int64_t{20}},
                                         {"hidden", IntegerList{16, 16}},
                                         {"critic_hidden_sizes", IntegerList{16, 16}},
                                         {"denoiser_hidden_sizes", IntegerList{16, 16}},
                                         {"score_width", std::int64_t{16}},
                                         {"diffusion_steps", std::int64_t{4}},
                                         {"denoising_steps", std::int64_t{3}},
                                         {"atoms", std::int64_t{11}},
                                         {"particles", std::int64_t{2}}};
  return values;
}

/// Those of small_values() that the algorithm declares, as lines of a suite.
std::string small_lines(const std::string& algorithm) {
  ParameterSchema schema;
  registry().algorithm(algorithm).declare(schema);
  std::string lines;
  for (const ParameterSpec& spec : schema) {
    const auto found = small_values().find(spec.name);
    if (found != small_values().end() && found->second.index() == spec.default_value.index()) {
      lines += spec.name + " = " + tutti::to_text(found->second) + '\n';
    }
  }
  return lines;
}

std::string first_task(const std::string& environment) {
  std::vector<TaskSpec> tasks;
  registry().environment(environment).tasks(tasks);
  return environment + '/' + tasks.at(0).name;
}

std::string suite_of(const std::string& task, const std::string& algorithm) {
  return "name = \"resume\"\nseeds = [3]\n[run]\nenvironment_steps = " + std::to_string(kSteps) +
         "\ncopies = 2\ntraining_interval = 50\ncheckpoint_interval = 20\n[evaluation]\ninterval = 120\nepisodes = "
         "1\nabsolute = " +
         (task.starts_with("mpe/") ? "true" : "false") +
         "\n"
         "[[task]]\nname = \"" +
         task + "\"\n[[algorithm]]\nname = \"" + algorithm + "\"\n" + small_lines(algorithm);
}

/// "mpe/coop-nav-n3 hatd3": what is run.
std::vector<std::pair<std::string, std::string>> pairs() {
  std::vector<std::pair<std::string, std::string>> result;
  const std::vector<std::string> environments = registry().names(PluginKind::kEnvironment);
  for (const std::string& algorithm : registry().names(PluginKind::kAlgorithm)) {
    result.emplace_back(first_task("mpe"), algorithm);
  }
  for (const std::string& environment : environments) {
    if (environment != "mpe") result.emplace_back(first_task(environment), "random");
  }
  return result;
}

class PluginResumeTest : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(PluginResumeTest, KilledRunEndsWithTheSameBytes) {
  ::setenv("TUTTI_PLUGIN_PATH", TUTTI_BINARY_DIR "/plugins", 1);
  const suite::Run run =
      testing_support::plan_from(suite_of(GetParam().first, GetParam().second), registry()).runs.at(0);
  const testing_support::TemporaryFolder folder;
  prepare_run(run, folder.path() / "whole", false);
  Supervisor supervisor(run, folder.path() / "whole", {});
  const RunView whole = wait_for_end(supervisor);
  ASSERT_EQ(whole.state, RunState::kFinished) << whole.record.value().failure.value().message;

  std::mt19937 random(1);
  int kills = 0;
  for (int repetition = 0; repetition < 10 && kills < 2; ++repetition) {
    const std::filesystem::path killed = folder.path() / std::to_string(repetition);
    prepare_run(run, killed, false);
    kills += finish_in_spite_of_kills(run, killed, whole.record.value().time.wall_seconds / 2, random);
    expect_same_run(folder.path() / "whole", killed, kSteps);
  }
  EXPECT_GE(kills, 2) << "too few were killed to show anything";
}

std::string name_of(const testing::TestParamInfo<PluginResumeTest::ParamType>& info) {
  std::string name = info.param.first + '_' + info.param.second;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryPlugin, PluginResumeTest, testing::ValuesIn(pairs()), name_of);

}  // namespace
}  // namespace tutti::launch
