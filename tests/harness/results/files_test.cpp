#include "results/files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "digest/digest.hpp"
#include "results/lock.hpp"
#include "temporary_folder.hpp"

namespace tutti::results {
namespace {

using testing_support::TemporaryFolder;

std::string message_of(const auto& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Files, WrittenContentReadsBackAndLeavesNothingElse) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "plan.json";
  write_file(file, "old", Durability::kPower);
  write_file(file, std::string("new\0er", 6), Durability::kProcess);
  EXPECT_EQ(read_file(file), std::string("new\0er", 6));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Files, MissingFileIsNothingAndAMissingFolderASentence) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_file_if_any(folder.path() / "none").has_value());
  EXPECT_FALSE(read_file_if_any(folder.path() / "none" / "none").has_value());
  const auto file = folder.path() / "none" / "file";
  EXPECT_EQ(message_of([&] { write_file(file, "", Durability::kProcess); }),
            file.string() + ".new: cannot write: No such file or directory");
}

// A limit on the file's size stands in for a disk that fills up in the middle of a row.
TEST(Files, RowThatDoesNotFitGivesASentenceAndLeavesNoPart) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "rows";
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  AppendFile file(path, 0);
  file.append("first\n");
  const rlimit ten = {10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &ten);
  const std::string message = message_of([&] { file.append("a row of more than four bytes\n"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(message, path.string() + ": cannot write: File too large");
  EXPECT_EQ(read_file(path), "first\n");
}

TEST(Files, AppendFileCutsBackToTheSizeAskedFor) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "rows";
  { AppendFile(path, 0).append("first\nsecond\n"); }
  AppendFile file(path, 6);
  file.append("third\n");
  EXPECT_EQ(read_file(path), "first\nthird\n");
  EXPECT_EQ(file.size(), 12U);
}

TEST(Files, AppendFileRefusesAFileShorterThanItsCheckpoint) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "rows";
  { AppendFile(path, 0).append("row\n"); }
  EXPECT_EQ(message_of([&] { AppendFile(path, 5); }), path.string() + ": has 4 bytes; the checkpoint was made with 5");
  EXPECT_EQ(read_file(path), "row\n");
}

class OthersFolder : public testing::Test {
 protected:
  OthersFolder() { write_file(victim_, "mine", Durability::kProcess); }

  void expect_untouched() const { EXPECT_EQ(read_file(victim_), "mine"); }

  TemporaryFolder outside_, folder_;
  std::filesystem::path victim_ = outside_.path() / "victim";
  std::filesystem::path trap_ = folder_.path() / "trap";
};

TEST_F(OthersFolder, NothingIsWrittenThroughASymbolicLink) {
  std::filesystem::create_symlink(victim_, folder_.path() / "run.json.new");
  std::filesystem::create_symlink(victim_, folder_.path() / "run.json");
  write_file(folder_.path() / "run.json", "new", Durability::kPower);
  EXPECT_FALSE(std::filesystem::is_symlink(folder_.path() / "run.json"));
  EXPECT_EQ(read_file(folder_.path() / "run.json"), "new");
  std::filesystem::create_symlink(victim_, trap_);
  EXPECT_NE(message_of([&] { AppendFile(trap_, 0); }).find("symbolic link"), std::string::npos);
  EXPECT_NE(message_of([&] { make_reserve(trap_, 100); }).find("symbolic link"), std::string::npos);
  EXPECT_NE(message_of([&] { Lock::try_lock(trap_); }).find("symbolic link"), std::string::npos);
  expect_untouched();
}

TEST_F(OthersFolder, NothingIsWrittenIntoAFileThatHasAnotherName) {
  std::filesystem::create_hard_link(victim_, folder_.path() / "run.json");
  write_file(folder_.path() / "run.json", "new", Durability::kPower);
  EXPECT_EQ(read_file(folder_.path() / "run.json"), "new");
  std::filesystem::create_hard_link(victim_, trap_);
  EXPECT_NE(message_of([&] { AppendFile(trap_, 0); }).find("hard link"), std::string::npos);
  EXPECT_NE(message_of([&] { make_reserve(trap_, 100); }).find("hard link"), std::string::npos);
  EXPECT_NE(message_of([&] { Lock::try_lock(trap_); }).find("hard link"), std::string::npos);
  EXPECT_EQ(read_file(trap_), "mine") << "it is read as any other";
  expect_untouched();
}

TEST_F(OthersFolder, FolderBehindASymbolicLinkIsNoneOfOurs) {
  std::filesystem::create_directory_symlink(outside_.path(), trap_);
  EXPECT_NE(message_of([&] { path_below(folder_.path(), "trap"); }).find("symbolic link"), std::string::npos);
  EXPECT_NE(message_of([&] { make_folder_below(folder_.path(), "trap/more"); }).find("symbolic link"),
            std::string::npos);
  remove_file_below(folder_.path(), "trap/victim");
  expect_untouched();
  EXPECT_FALSE(std::filesystem::exists(outside_.path() / "more"));
}

TEST_F(OthersFolder, NothingOutsideIsReachedByName) {
  const std::string up = "../" + outside_.path().filename().string() + "/victim";
  for (const std::string& name : {up, victim_.string(), std::string(), "a/../" + up}) {
    EXPECT_THROW(path_below(folder_.path(), name), FileError) << name;
    remove_file_below(folder_.path(), name);
  }
  expect_untouched();
}

TEST_F(OthersFolder, OnlyRegularFilesAreReadAndOnlySoMuchOfThem) {
  ASSERT_EQ(::mkfifo(trap_.c_str(), 0600), 0);
  EXPECT_NE(message_of([&] { read_file(trap_); }).find("not a regular file"), std::string::npos);
  EXPECT_THROW(AppendFile(trap_, 0), FileError);
  EXPECT_THROW(Lock::try_lock(trap_), FileError);
  EXPECT_FALSE(is_locked(trap_));
  EXPECT_THROW(sha256_of_file(trap_), Error);
  std::filesystem::create_symlink("/dev/zero", folder_.path() / "zero");
  EXPECT_NE(message_of([&] { read_file(folder_.path() / "zero"); }).find("not a regular file"), std::string::npos);
  EXPECT_NE(message_of([&] { read_file(victim_, 3); }).find("has more than 3 bytes"), std::string::npos);
  EXPECT_EQ(read_file(victim_, 4), "mine");
}

}  // namespace
}  // namespace tutti::results
