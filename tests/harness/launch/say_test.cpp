#include "launch/say.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "harness/results/temporary_folder.hpp"
#include "results/files.hpp"

namespace tutti::launch {
namespace {

TEST(Say, WhatOthersPrintGoesToStandardErrorAndTheProgramsOwnOutputStays) {
  const testing_support::TemporaryFolder folder;
  const std::string output_file = (folder.path() / "out").string(), error_file = (folder.path() / "err").string();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open(output_file.c_str(), O_CREAT | O_WRONLY, 0644), STDOUT_FILENO);
    ::dup2(::open(error_file.c_str(), O_CREAT | O_WRONLY, 0644), STDERR_FILENO);
    say(stdout, "before\n");
    keep_others_off_output();
    keep_others_off_output();
    std::puts("of a plugin");
    std::fflush(stdout);
    say(stdout, "after\n");
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(results::read_file(output_file), "before\nafter\n");
  EXPECT_EQ(results::read_file(error_file), "of a plugin\n");
}

}  // namespace
}  // namespace tutti::launch
