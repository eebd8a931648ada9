// Every algorithm, and one task of every environment, killed at random instants: the end has the same bytes.
#include <algorithm>
#include <cctype>

#include "harness/run/fixture_plan.hpp"
#include "launch/local.hpp"
#include "resume_support.hpp"
#include "run/training.hpp"

namespace tutti::launch {
namespace {

constexpr std::int64_t kSteps = 240;
// Kills of each run; fewer where the machine is slow.
constexpr int kKills = 6;
constexpr int kLeastKills = 2;
constexpr std::chrono::seconds kTimeForKills{15};

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

std::string suite_of(const std::string& task, const std::string& algorithm, int checkpoint_interval = 20) {
  return "name = \"resume\"\nseeds = [3]\n[run]\nenvironment_steps = " + std::to_string(kSteps) +
         "\ncopies = 2\ntraining_interval = 50\ncheckpoint_interval = " + std::to_string(checkpoint_interval) +
         "\n[evaluation]\ninterval = 120\nepisodes = "
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

suite::Run run_of(const std::string& task, const std::string& algorithm, int checkpoint_interval = 20) {
  ::setenv("TUTTI_PLUGIN_PATH", TUTTI_BINARY_DIR "/plugins", 1);
  return testing_support::plan_from(suite_of(task, algorithm, checkpoint_interval), registry()).runs.at(0);
}

/// Executes the run in a folder of its own. Throws if it does not finish.
RunView finish(const suite::Run& run, const std::filesystem::path& folder) {
  prepare_run(run, folder, false);
  Supervisor supervisor(run, folder, {});
  RunView view = wait_for_end(supervisor);
  if (view.state != RunState::kFinished) throw Error(view.record.value().failure.value().message);
  return view;
}

class PluginResumeTest : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(PluginResumeTest, KilledRunEndsWithTheSameBytes) {
  const suite::Run run = run_of(GetParam().first, GetParam().second);
  const testing_support::TemporaryFolder folder;
  const RunView whole = finish(run, folder.path() / "whole");
  std::mt19937 random(1);
  int kills = 0;
  const auto deadline = std::chrono::steady_clock::now() + kTimeForKills;
  const auto enough = [&] {
    return kills >= kKills || (kills >= kLeastKills && std::chrono::steady_clock::now() > deadline);
  };
  for (int repetition = 0; repetition < 30 && !enough(); ++repetition) {
    const std::filesystem::path killed = folder.path() / std::to_string(repetition);
    prepare_run(run, killed, false);
    kills += finish_in_spite_of_kills(run, killed, whole.record.value().time.wall_seconds / 2, random);
    expect_same_run(folder.path() / "whole", killed, kSteps);
  }
  EXPECT_GE(kills, kLeastKills) << "too few were killed to show anything";
}

/// Trains in this process and stops when it is asked whether to for the `stop`-th time, from 1; 0: never. Returns how
/// often it was asked.
int train(const suite::Run& run, const std::filesystem::path& folder, int stop) {
  int asked = 0;
  run::Training training(run, registry(), folder,
                         {.should_stop = [&] { return ++asked == stop; },
                          .progress = [](const run::Progress&) {},
                          .log = [](const std::string&) {}});
  EXPECT_EQ(training.execute(), stop == 0 ? run::Outcome::kFinished : run::Outcome::kInterrupted);
  return asked;
}

TEST_P(PluginResumeTest, RunStoppedInItsFirstOrItsLastEvaluationEndsWithTheSameBytes) {
  const suite::Run run = run_of(GetParam().first, GetParam().second);
  const testing_support::TemporaryFolder folder;
  results::make_folder(folder.path() / "whole");
  const int asked = train(run, folder.path() / "whole", 0);
  // Before the first step; within the last evaluation, which is the absolute one where there is one.
  for (const int stop : {1, 3, asked - 1}) {
    const std::filesystem::path stopped = folder.path() / std::to_string(stop);
    results::make_folder(stopped);
    train(run, stopped, stop);
    std::filesystem::remove(stopped / run::kBestPolicyFile);
    train(run, stopped, 0);
    expect_same_run(folder.path() / "whole", stopped, kSteps);
  }
}

/// With a replay buffer in a file, which does not go back when a run does.
class ReplayResumeTest : public testing::Test {
 protected:
  ReplayResumeTest() {
    const auto algorithms = registry().names(PluginKind::kAlgorithm);
    built_ = std::find(algorithms.begin(), algorithms.end(), "hatd3") != algorithms.end();
  }

  suite::Run run(int checkpoint_interval = 20) { return run_of(first_task("mpe"), "hatd3", checkpoint_interval); }

  bool built_;  // a build with sanitizers may leave it out
  testing_support::TemporaryFolder folder_;
};

TEST_F(ReplayResumeTest, RunKilledWhileItWritesCheckpointsEndsWithTheSameBytes) {
  if (!built_) GTEST_SKIP() << "hatd3 is not built";
  finish(run(), folder_.path() / "whole");
  const std::filesystem::path killed = folder_.path() / "killed";
  prepare_run(run(), killed, false);
  kill_after_a_checkpoint(run(), killed);
  // A checkpoint has two files: in the first, in the second, in those of the next.
  for (const int file : {1, 2, 3, 4}) kill_while_it_writes(run(), killed, file);
  finish(run(), killed);
  expect_same_run(folder_.path() / "whole", killed, kSteps);
}

TEST_F(ReplayResumeTest, RunWhoseCheckpointIntervalChangesKeepsItsReplayBuffer) {
  if (!built_) GTEST_SKIP() << "hatd3 is not built";
  finish(run(), folder_.path() / "whole");
  const std::filesystem::path changed = folder_.path() / "changed";
  prepare_run(run(), changed, false);
  kill_after_a_checkpoint(run(), changed);
  finish(run(40), changed);
  expect_same_run(folder_.path() / "whole", changed, kSteps);
  EXPECT_EQ(suite::read_config(changed / "config.toml").run_settings().checkpoint_interval, 20);
}

TEST_F(ReplayResumeTest, ReplayFileOfAnotherSizeIsRefusedUntouched) {
  if (!built_) GTEST_SKIP() << "hatd3 is not built";
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run(), folder, false);
  kill_after_a_checkpoint(run(), folder);
  const std::filesystem::path file = folder / "checkpoint" / "work" / "replay.bin";
  const std::uintmax_t size = std::filesystem::file_size(file);
  results::write_file(folder / "config.toml", suite::config_toml(run(40)), results::Durability::kProcess);
  Supervisor supervisor(run(40), folder, {});
  const RunView view = wait_for_end(supervisor);
  EXPECT_EQ(view.state, RunState::kFailed);
  const std::string message = view.record.value().failure.value().message;
  EXPECT_NE(message.find("--retry --fresh"), std::string::npos) << message;
  EXPECT_EQ(std::filesystem::file_size(file), size);
}

TEST_F(ReplayResumeTest, ReplayBufferThatWasChangedFallsBackOrIsRefused) {
  if (!built_) GTEST_SKIP() << "hatd3 is not built";
  results::make_folder(folder_.path() / "whole");
  const int asked = train(run(), folder_.path() / "whole", 0);
  const auto change_byte = [](const std::filesystem::path& file, std::size_t place) {
    std::string bytes = results::read_file(file);
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    results::write_file(file, bytes, results::Durability::kProcess);
  };
  // The first record is behind both checkpoints while the buffer has not wrapped.
  const std::filesystem::path refused = folder_.path() / "refused";
  results::make_folder(refused);
  train(run(), refused, asked / 3);
  change_byte(refused / "checkpoint/work/replay.bin", 4096 + 8);
  try {
    train(run(), refused, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("replay.bin: the records of steps 0 to"), std::string::npos)
        << error.what();
  }
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
