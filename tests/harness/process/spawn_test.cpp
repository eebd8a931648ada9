#include "process/spawn.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tutti/error.hpp"

namespace tutti::process {
namespace {

namespace fs = std::filesystem;

class SpawnTest : public testing::Test {
 protected:
  SpawnTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~SpawnTest() override { fs::remove_all(folder_); }

  // What `script` prints to standard output.
  std::string output_of(const std::string& script, Spawn options = {.arguments = {}}) {
    options.arguments = {"sh", "-c", script};
    options.redirections.push_back({STDOUT_FILENO, folder_ / "out", O_WRONLY | O_CREAT | O_TRUNC});
    status_ = wait_for(spawn(std::move(options)));
    std::ifstream stream(folder_ / "out");
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  // Tests run side by side, each in a process of its own.
  fs::path folder_ = fs::path(testing::TempDir()) / ("tutti-spawn-" + std::to_string(::getpid()));
  int status_ = -1;
};

TEST_F(SpawnTest, AProgramGetsItsArgumentsFolderAndEnvironment) {
  EXPECT_EQ(output_of("echo $COLOUR; pwd",
                      {.arguments = {}, .environment = std::vector<std::string>{"COLOUR=blue"}, .folder = "/"}),
            "blue\n/\n");
  EXPECT_EQ(status_, 0);
}

TEST_F(SpawnTest, AnExitStatusAndASignalAreTold) {
  output_of("exit 7");
  EXPECT_EQ(status_, 7);
  output_of("kill -TERM $$");
  EXPECT_EQ(status_, 128 + 15);
}

TEST_F(SpawnTest, AGroupOfItsOwnIsNotOurs) {
  const std::string group = output_of("ps -o pgid= -p $$", {.arguments = {}, .own_group = true});
  EXPECT_NE(std::stoi(group), ::getpgrp());
}

TEST_F(SpawnTest, AProgramThatIsNotThereIsASentence) {
  try {
    spawn({.arguments = {"no-such-program-of-tutti"}});
    FAIL() << "started";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "cannot start no-such-program-of-tutti: No such file or directory");
  }
}

}  // namespace
}  // namespace tutti::process
