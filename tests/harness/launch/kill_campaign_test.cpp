// A campaign of kills and failing system calls: whatever happens to a run, it ends with the bytes of one that was left
// alone. As a test it is short; by hand it takes a number of faults for each kind of run:
//
//   TUTTI_FAULTS=1000 build/bin/kill_campaign_test
//
// Kills come at random instants and at chosen system calls (faulty_calls.cpp): before, after, or in the middle of one.
// Other calls fail once with ENOSPC or EIO, which may fail the run, or with EINTR, which may not.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "harness/run/fixture_plan.hpp"
#include "resume_support.hpp"

namespace tutti::launch {
namespace {

/// What is run, and how many faults it gets by default.
struct Subject {
  const char* name;
  const char* plugins;  // folder below the build folder
  const char* suite;
  std::int64_t steps;
  int faults;
};

const Subject kLine{"line", "fixtures/sound", R"(
name = "campaign"
seeds = [1]
[run]
environment_steps = 600
copies = 3
training_interval = 60
checkpoint_interval = 30
[evaluation]
interval = 120
episodes = 4
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
)",
                    600, 60};

// With a replay buffer in a file, which wraps.
const Subject kReplay{"replay", "plugins", R"(
name = "campaign"
seeds = [3]
[run]
environment_steps = 240
copies = 2
training_interval = 50
checkpoint_interval = 40
[evaluation]
interval = 120
episodes = 1
[[task]]
name = "mpe/coop-nav-n3"
[[algorithm]]
name = "hatd3"
warm_up_steps = 60
batch_size = 16
buffer_size = 150
hidden = [16, 16]
)",
                      240, 4};

/// Sets variables of the environment for what is started meanwhile.
class Variables {
 public:
  explicit Variables(std::vector<std::pair<const char*, std::string>> values) : values_(std::move(values)) {
    for (const auto& [name, value] : values_) ::setenv(name, value.c_str(), 1);
  }
  ~Variables() {
    for (const auto& [name, value] : values_) ::unsetenv(name);
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  std::vector<std::pair<const char*, std::string>> values_;
};

class Campaign {
 public:
  explicit Campaign(const Subject& subject)
      : subject_(subject), registry_({std::filesystem::path(TUTTI_BINARY_DIR) / subject.plugins}) {
    ::setenv("TUTTI_PLUGIN_PATH", (std::filesystem::path(TUTTI_BINARY_DIR) / subject.plugins).c_str(), 1);
  }

  bool is_built() const {
    const auto names = registry_.names(PluginKind::kAlgorithm);
    return &subject_ == &kLine || std::find(names.begin(), names.end(), "hatd3") != names.end();
  }

  void execute(int faults) {
    run_ = testing_support::plan_from(subject_.suite, registry_).runs.at(0);
    run_alone();
    while (done_ < faults) {
      const testing_support::TemporaryFolder folder;
      const std::filesystem::path disturbed = folder.path() / "run";
      prepare_run(run_, disturbed, false);
      // A few faults, then one start without, unless the run has finished in spite of them.
      bool finished = false;
      rest_ = 1;
      for (int left = 1 + static_cast<int>(random_() % 4); left > 0 && !finished; --left, ++done_) {
        finished = start_with_fault(disturbed);
      }
      if (!finished) finish(disturbed);
      expect_same_run(whole(), disturbed, subject_.steps);
      EXPECT_FALSE(std::filesystem::exists(disturbed / "reserve"));
      ++compared_;
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << "after these faults: " << history_;
        return;
      }
      history_.clear();
    }
    std::string counts;
    for (const auto& [what, count] : counts_) counts += what + " " + std::to_string(count) + ", ";
    std::printf(
        "%s: %d faults (%s%d of them ended the process, %d by a kill), %d runs compared with one that was left "
        "alone\n",
        subject_.name, done_, counts.c_str(), ended_, killed_, compared_);
  }

 private:
  std::filesystem::path whole() const { return folder_.path() / "whole"; }
  std::string calls_file() const { return (folder_.path() / "calls").string(); }

  std::vector<std::pair<const char*, std::string>> preload(const std::string& fault) const {
    return {{"LD_PRELOAD", TUTTI_FAULTY_CALLS}, {"TUTTI_FAULT", fault}, {"TUTTI_CALLS", calls_file()}};
  }

  void run_alone() {
    results::write_file(calls_file(), std::string(8, '\0'), results::Durability::kProcess);
    prepare_run(run_, whole(), false);
    const Variables variables(preload(""));
    const RunView view = finish(whole());
    seconds_ = view.record.value().time.wall_seconds;
    const std::string bytes = results::read_file(calls_file());
    std::memcpy(&calls_, bytes.data(), sizeof calls_);
    if (calls_ == 0) throw Error("no system call was counted");
  }

  RunView finish(const std::filesystem::path& folder) {
    Supervisor supervisor(run_, folder, {});
    RunView view = wait_for_end(supervisor);
    if (view.state != RunState::kFinished) throw Error(history_ + ": " + view.record.value().failure.value().message);
    return view;
  }

  std::string draw() {
    constexpr std::array kWhat = {"time", "before", "after", "torn", "ENOSPC", "EIO", "EINTR"};
    return kWhat.at(random_() % kWhat.size());
  }

  /// True if the run finished all the same.
  bool start_with_fault(const std::filesystem::path& folder) {
    const std::string what = draw();
    // What is left of the run after earlier faults: a fault that comes later than its end is none.
    const auto calls = static_cast<std::uint64_t>(std::max(1.0, rest_ * static_cast<double>(calls_)));
    const std::uint64_t call = 1 + random_() % calls;
    const double seconds = std::uniform_real_distribution<>(0, rest_ * seconds_)(random_);
    ++counts_[what];
    history_ += what + (what == "time" ? " " + std::to_string(seconds) : ":" + std::to_string(call)) + "; ";
    const Variables variables(what == "time" ? std::vector<std::pair<const char*, std::string>>{}
                                             : preload(what + ":" + std::to_string(call)));
    results::write_file(calls_file(), std::string(8, '\0'), results::Durability::kProcess);
    Supervisor supervisor(run_, folder, {});
    if (what == "time") {
      std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
      ::kill(supervisor.worker().process(), SIGKILL);
    }
    const RunView view = wait_for_end(supervisor);
    const bool finished = view.state == RunState::kFinished;
    if (!finished) {
      ++ended_;
      const results::RunRecord record = view.record.value();
      if (record.failure.value().kind == "killed") ++killed_;
      rest_ = 1 - static_cast<double>(last_checkpoint(folder)) / static_cast<double>(subject_.steps);
    }
    EXPECT_TRUE(finished || what != "EINTR") << view.record.value().failure.value().message;
    return finished;
  }

  /// Its step; 0 if there is none.
  static std::int64_t last_checkpoint(const std::filesystem::path& folder) {
    std::int64_t last = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "checkpoint", ignored)) {
      if (entry.path().extension() != ".account") continue;
      last = std::max<std::int64_t>(last, std::atoll(entry.path().stem().string().substr(5).c_str()));  // "step-..."
    }
    return last;
  }

  const Subject& subject_;
  loader::Registry registry_;
  suite::Run run_;
  testing_support::TemporaryFolder folder_;
  std::mt19937 random_{7};
  double seconds_ = 0;
  std::uint64_t calls_ = 0;
  int done_ = 0;
  double rest_ = 1;  // of the run in hand
  int ended_ = 0;
  int killed_ = 0;
  int compared_ = 0;
  std::map<std::string, int> counts_;
  std::string history_;  // of the run in hand
};

class KillCampaign : public testing::TestWithParam<const Subject*> {};

TEST_P(KillCampaign, WhateverHappensTheRunEndsWithTheSameBytes) {
  const char* wanted = std::getenv("TUTTI_FAULTS");
  Campaign campaign(*GetParam());
  if (!campaign.is_built()) GTEST_SKIP() << "hatd3 is not built";
  campaign.execute(wanted == nullptr ? GetParam()->faults : std::atoi(wanted));
}

std::string name_of(const testing::TestParamInfo<const Subject*>& subject) { return subject.param->name; }

INSTANTIATE_TEST_SUITE_P(Every, KillCampaign, testing::Values(&kLine, &kReplay), name_of);

}  // namespace
}  // namespace tutti::launch
