// Disks that fill up, cannot be written or vanish, each under one run of two. Mounting needs root; without it the
// tests of mounts are skipped.
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "launch/resource_check.hpp"
#include "launch/supervisor.hpp"
#include "launch_fixture.hpp"

namespace tutti::launch {
namespace {

using testing_support::line_suite;

/// A small file system of its own, gone at the end of the test.
class SmallDisk {
 public:
  SmallDisk(const std::filesystem::path& folder, const char* size, unsigned long flags = 0) : folder_(folder) {
    results::make_folder(folder);
    const std::string options = std::string("size=") + size;
    mounted_ = ::mount("tmpfs", folder.c_str(), "tmpfs", flags, options.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

class DiskTest : public LaunchTest {
 protected:
  // Enough rows to fill what little room there is.
  DiskTest()
      : suite_(line_suite("checkpoint_interval = 400") + "[[algorithm]]\nname = \"learner\"\nlabel = \"good\"\n") {
    suite_.replace(suite_.find("environment_steps = 200"), 23, "environment_steps = 5000");
    suite_.replace(suite_.find("episodes = 3"), 12, "episodes = 30");
  }

  void expect_full_disk_fails(const char* size);

  std::string suite_;
};

/// One run on a disk of `size`, another beside it.
void DiskTest::expect_full_disk_fails(const char* size) {
  const suite::Run run = plan(suite_).runs.at(0);
  const SmallDisk disk(run_folder(run), size);
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  const Summary summary = launch(suite_);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.finished, 1);
  const RunView view = view_run(run_folder(run));
  EXPECT_EQ(view.state, RunState::kFailed) << "what `status` and --retry go by";
  const results::Failure failure = view.record.value().failure.value();
  EXPECT_EQ(failure.kind, "disk");
  EXPECT_NE(failure.message.find("No space left on device"), std::string::npos) << failure.message;
  for (const auto& entry : std::filesystem::directory_iterator(run_folder(run))) {
    if (entry.path().extension() != ".csv") continue;
    const std::string rows = results::read_file(entry.path());
    EXPECT_TRUE(rows.empty() || rows.ends_with('\n')) << entry.path();
  }
}

TEST_F(DiskTest, DiskThatFillsUpFailsItsRunWithoutDamageAndTheOthersGoOn) { expect_full_disk_fails("256k"); }

TEST_F(DiskTest, DiskThatIsFullFromTheStartFailsItsRunAndTheOthersGoOn) { expect_full_disk_fails("48k"); }

TEST_F(DiskTest, FileBeyondTheLimitOfItsSizeFailsItsRunAsTheDiskDoes) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit small{100 << 10, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Summary summary = launch(suite_);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_EQ(summary.failed, 2);
  const results::Failure failure = record_of(plan(suite_).runs.at(0)).failure.value();
  EXPECT_EQ(failure.kind, "disk") << failure.message;
  EXPECT_NE(failure.message.find("File too large"), std::string::npos) << failure.message;
}

TEST_F(DiskTest, ReadOnlyDiskFailsItsRunAndTheOthersGoOn) {
  const suite::Run run = plan(suite_).runs.at(0);
  const SmallDisk disk(run_folder(run), "64k", MS_RDONLY);
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  const Summary summary = launch(suite_);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.finished, 1);
}

TEST_F(DiskTest, VanishedFolderFailsItsRun) {
  std::string suite = line_suite();  // longer than the test needs to take its folder away
  suite.replace(suite.find("environment_steps = 200"), 23, "environment_steps = 500000");
  const suite::Run run = plan(suite).runs.at(0);
  const std::filesystem::path folder = folder_.path() / "run";
  prepare_run(run, folder, false);
  Supervisor supervisor(run, folder, {});
  while (supervisor.worker().progress().step == 0 && !supervisor.poll()) {
  }
  std::filesystem::rename(folder, folder_.path() / "elsewhere");
  while (!supervisor.poll()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const RunView view = supervisor.conclude();
  EXPECT_EQ(view.state, RunState::kFailed);
  EXPECT_EQ(view.record.value().failure.value().kind, "disk");
  EXPECT_NE(view.record->failure->message.find("No such file or directory"), std::string::npos)
      << view.record->failure->message;
}

TEST_F(DiskTest, DiskWithoutRoomForTheReplayBuffersIsRefusedBeforehand) {
  const SmallDisk disk(folder_.path(), "16k");
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  // The fixture says that it needs 1000 bytes for each copy.
  std::string suite = line_suite();
  suite.replace(suite.find("copies = 4"), 10, "copies = 100");
  try {
    launch(suite);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("1 run(s) at once need up to 100 kB more"), std::string::npos)
        << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(run_folder(plan(suite).runs.at(0))));
}

TEST_F(DiskTest, RefusedForLackOfRoomAFreshStartLeavesWhatIsThere) {
  const SmallDisk disk(folder_.path(), "400k");
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  std::string suite = line_suite();
  ASSERT_TRUE(launch(suite).complete());
  const std::filesystem::path evaluations = run_folder(plan(suite).runs.at(0)) / "evaluations.csv";
  const std::string before = results::read_file(evaluations);
  const std::string plan_before = results::read_file(folder_.path() / "line" / "plan.json");
  suite.replace(suite.find("copies = 4"), 10, "copies = 900");
  options_.on_change = OnChange::kFresh;
  EXPECT_THROW(launch(suite), Error);
  EXPECT_EQ(results::read_file(evaluations), before);
  EXPECT_EQ(results::read_file(folder_.path() / "line" / "plan.json"), plan_before);
}

TEST_F(DiskTest, RoomThatARunOccupiesAlreadyIsNotAskedForAgain) {
  const SmallDisk disk(folder_.path(), "160k");
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  std::string suite = line_suite();
  suite.replace(suite.find("copies = 4"), 10, "copies = 100");  // 100 kB
  const std::filesystem::path work = run_folder(plan(suite).runs.at(0)) / "checkpoint" / "work";
  results::make_folder(work);
  results::make_reserve(work / "replay.bin", 96 << 10);
  EXPECT_NO_THROW(check_resources(plan(suite), {0}, 2, folder_.path() / "line", registry_));
  std::filesystem::remove(work / "replay.bin");
  results::make_reserve(folder_.path() / "something else", 96 << 10);
  for (const char* const suite_folder : {"line", "not/made/yet"})
    EXPECT_THROW(check_resources(plan(suite), {0}, 2, folder_.path() / suite_folder, registry_), Error);
}

}  // namespace
}  // namespace tutti::launch
