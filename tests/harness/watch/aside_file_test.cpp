#include "watch/aside_file.hpp"

#include <gtest/gtest.h>

#include "harness/results/temporary_folder.hpp"
#include "results/files.hpp"

namespace tutti::watch {
namespace {

namespace fs = std::filesystem;

TEST(AsideFile, HasItsNameOnlyWhenItIsWhole) {
  const testing_support::TemporaryFolder folder;
  const fs::path file = folder.path() / "film";
  {
    AsideFile aside(file);
    aside.write("half");
    EXPECT_FALSE(fs::exists(file));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  AsideFile aside(file);
  aside.write("whole");
  aside.commit();
  EXPECT_EQ(results::read_file(file), "whole");
  EXPECT_FALSE(fs::exists(aside.partial()));
}

TEST(AsideFile, WritesThroughNoLink) {
  const testing_support::TemporaryFolder folder;
  const fs::path precious = folder.path() / "precious";
  results::write_file(precious, "mine", results::Durability::kProcess);
  const fs::path file = folder.path() / "film";
  fs::create_symlink(precious, file);
  fs::create_symlink(precious, fs::path(file.string() + ".new"));
  AsideFile aside(file);
  aside.write("film");
  aside.commit();
  EXPECT_EQ(results::read_file(precious), "mine");
  EXPECT_EQ(results::read_file(file), "film");
  EXPECT_FALSE(fs::is_symlink(file));
}

TEST(AsideFile, AFolderInItsPlaceIsRefusedInWords) {
  const testing_support::TemporaryFolder folder;
  fs::create_directory(folder.path() / "film");
  AsideFile aside(folder.path() / "film");
  try {
    aside.commit();
    FAIL() << "a folder was replaced by a film";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), (folder.path() / "film").string() + ": cannot be replaced: Is a directory");
  }
}

}  // namespace
}  // namespace tutti::watch
