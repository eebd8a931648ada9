#include "launch/log_cap.hpp"

#include <gtest/gtest.h>

#include "harness/results/temporary_folder.hpp"
#include "results/files.hpp"
#include "run/journal.hpp"

namespace tutti::launch {
namespace {

class LogCap : public testing::Test {
 protected:
  void write(const std::string& text) const { results::write_file(log(), text, results::Durability::kProcess); }
  std::string text() const { return results::read_file(log()); }
  std::filesystem::path log() const { return folder_.path() / "log.txt"; }

  testing_support::TemporaryFolder folder_;
};

TEST_F(LogCap, ALogThatIsTooLongKeepsItsStartAndEndWithALineBetween) {
  write("start\n" + std::string(10'000, 'x') + "\nfatal signal: SEGV\n");
  cap_log(log(), 1000);
  EXPECT_LT(text().size(), 1000U);
  EXPECT_TRUE(text().starts_with("start\n"));
  EXPECT_TRUE(text().ends_with("\nfatal signal: SEGV\n"));
  EXPECT_NE(text().find("[tutti left 9276 bytes out here: this log is longer than 1000 bytes]\n"), std::string::npos)
      << text();
  write("short\n");
  cap_log(log(), 1000);
  EXPECT_EQ(text(), "short\n");
}

TEST_F(LogCap, ALinkIsLeftAlone) {
  const std::filesystem::path other = folder_.path() / "other";
  results::write_file(other, std::string(2000, 'x'), results::Durability::kProcess);
  std::filesystem::create_symlink(other, log());
  cap_log(log(), 1000);
  EXPECT_EQ(std::filesystem::file_size(other), 2000U);
  std::filesystem::remove(log());
  std::filesystem::create_hard_link(other, log());
  cap_log(log(), 1000);
  EXPECT_EQ(std::filesystem::file_size(other), 2000U);
}

TEST_F(LogCap, OnlyTheEndOfALongLogIsRead) {
  write(std::string(600'000, 'x') + "\n" + std::string(5000, 'y') + "\nlast\n");
  const std::vector<std::string> lines = run::last_log_lines(folder_.path(), 0);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines.back(), "last");
  EXPECT_EQ(lines[1].size(), 2000U) << "a line is cut, too";
  EXPECT_EQ(run::last_log_lines(folder_.path(), 900'000).back(), "last") << "a log that was cut since";
}

}  // namespace
}  // namespace tutti::launch
