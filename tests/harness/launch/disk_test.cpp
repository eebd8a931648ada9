// Disks that fill up, cannot be written or vanish, each under one run of two. Mounting needs root; without it the
// tests of mounts are skipped.
#include <sys/mount.h>
#include <unistd.h>

#include <thread>

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
      : suite_(line_suite("checkpoint_interval = 40") + "[[algorithm]]\nname = \"learner\"\nlabel = \"good\"\n") {
    suite_.replace(suite_.find("environment_steps = 200"), 23, "environment_steps = 5000");
  }

  std::string suite_;

  /// Whole rows, and records that can be read: what was there before the disk was full.
  void expect_undamaged(const std::filesystem::path& folder) {
    const std::string rows = results::read_file(folder / "evaluations.csv");
    EXPECT_TRUE(rows.empty() || rows.ends_with('\n'));
    EXPECT_NO_THROW((void)results::read_run_record(folder));
  }
};

TEST_F(DiskTest, FullDiskFailsItsRunWithoutDamageAndTheOthersGoOn) {
  const suite::Run run = plan(suite_).runs.at(0);
  const SmallDisk disk(run_folder(run), "64k");
  if (!disk.mounted()) GTEST_SKIP() << "mounting needs root";
  const Summary summary = launch(suite_);
  EXPECT_EQ(summary.failed + summary.unfinished, 1);
  EXPECT_EQ(summary.finished, 1);
  expect_undamaged(run_folder(run));
  const std::string log = results::read_file(run_folder(run) / "log.txt");
  EXPECT_TRUE(log.empty() || log.find("No space left on device") != std::string::npos) << log;
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
  const suite::Run run = plan(suite_).runs.at(0);
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
    EXPECT_NE(std::string(error.what()).find("runs at once need up to 97.7 KB"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(run_folder(plan(suite).runs.at(0))));
}

}  // namespace
}  // namespace tutti::launch
