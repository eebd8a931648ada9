#include "loader/trial.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "harness/results/temporary_folder.hpp"
#include "loader/child.hpp"
#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

namespace fs = std::filesystem;

const fs::path kFixtures = fs::path(TUTTI_BINARY_DIR) / "fixtures";

std::string refusal(const std::string& fault, const std::string& moment) {
  const Registry registry({kFixtures / "failing" / fault});
  const Plugin& plugin = registry.find(PluginKind::kEnvironment, fault + "_" + moment);
  return try_plugin(plugin, fault == "hang" ? std::chrono::milliseconds(300) : kTrialTime).value_or("passed");
}

TEST(Child, LongAnswersAreReadAndEndlessOnesNameTheirLength) {
  const auto answer = [](int lines) {
    return call_in_child(
        [lines](int pipe) {
          for (int line = 0; line < lines; ++line) write_line(pipe, std::string(1000, 'x'));
        },
        kTrialTime);
  };
  const ChildReport long_one = answer(200);
  EXPECT_TRUE(long_one.done);
  EXPECT_EQ(long_one.text.size(), 200U * 1001);
  const ChildReport endless = answer(20'000);
  EXPECT_FALSE(endless.done);
  EXPECT_EQ(endless.how(kTrialTime), "wrote more than 16 MB of answers");
}

TEST(Trial, ACrashAnExitAndAHangAreSentencesThatSayWhen) {
  const std::pair<const char*, const char*> faults[] = {{"segfault", "crashed with SIGSEGV"},
                                                        {"exit", "ended the process with exit status 0"},
                                                        {"hang", "gave no answer for 0 s"}};
  const std::pair<const char*, const char*> moments[] = {{"opening", "while it was opened"},
                                                         {"listing", "while it listed its tasks"},
                                                         {"creating", "while it made the task \"only\""},
                                                         {"closing", "while it was closed"}};
  for (const auto& [fault, how] : faults) {
    for (const auto& [moment, when] : moments) {
      const std::string text = refusal(fault, moment);
      EXPECT_NE(text.find(std::string(how) + " " + when), std::string::npos) << text;
      EXPECT_NE(text.find(std::string(fault) + "_" + moment + ".so: "), std::string::npos) << text;
    }
  }
}

TEST(Trial, SoundPluginsPass) {
  const Registry registry({kFixtures / "sound"});
  for (const Plugin& plugin : registry.plugins()) EXPECT_EQ(try_plugin(plugin), std::nullopt) << plugin.name;
}

TEST(Trial, TheRegistryRefusesWhatFailsAndTheOthersStay) {
  Registry registry({kFixtures / "failing/segfault", kFixtures / "sound"});
  EXPECT_THROW((void)registry.environment("segfault_opening"), Error);
  EXPECT_THROW((void)registry.create_environment("segfault_creating", {}), Error);
  EXPECT_EQ(registry.create_environment("line", {})->spec().agents.size(), 2U);
}

class TrialCacheTest : public testing::Test {
 protected:
  TrialCacheTest() { ::setenv("XDG_CACHE_HOME", folder_.path().c_str(), 1); }
  ~TrialCacheTest() override { ::unsetenv("XDG_CACHE_HOME"); }
  fs::path cache() const { return folder_.path() / "tutti/plugins"; }

  testing_support::TemporaryFolder folder_;
};

TEST_F(TrialCacheTest, RemembersWhatPassedByItsDigest) {
  const TrialCache passed;
  EXPECT_FALSE(passed.has("one"));
  passed.add("one");
  EXPECT_TRUE(passed.has("one"));
  EXPECT_FALSE(passed.has("other"));
  EXPECT_EQ(fs::status(cache()).permissions(), fs::perms::owner_all);
}

TEST_F(TrialCacheTest, ThatOthersMayWriteToOrThatIsALinkIsNotUsed) {
  const TrialCache passed;
  passed.add("one");
  ::chmod(cache().c_str(), 0777);
  EXPECT_FALSE(passed.has("one"));
  ::chmod(cache().c_str(), 0700);
  ASSERT_TRUE(passed.has("one"));

  for (const auto& entry : fs::directory_iterator(cache())) {
    const fs::path target = folder_.path() / "target";
    std::ofstream(target) << "";
    fs::remove(entry.path());
    fs::create_symlink(target, entry.path());
  }
  EXPECT_FALSE(passed.has("one")) << "an entry that is a link";

  fs::rename(cache(), folder_.path() / "real");
  fs::create_directory_symlink(folder_.path() / "real", cache());
  passed.add("two");
  EXPECT_FALSE(passed.has("two")) << "a folder that is a link";
}

TEST_F(TrialCacheTest, WithoutAFolderNothingIsRemembered) {
  ::setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
  const TrialCache passed;
  passed.add("one");
  EXPECT_FALSE(passed.has("one"));
}

}  // namespace
}  // namespace tutti::loader
