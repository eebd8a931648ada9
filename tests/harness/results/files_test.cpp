#include "results/files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

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

}  // namespace
}  // namespace tutti::results
