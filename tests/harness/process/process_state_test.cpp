#include "process/process_state.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace tutti::process {
namespace {

TEST(ProcessState, WhatALibraryChangedIsPutBack) {
  const std::filesystem::path folder = std::filesystem::current_path();
  const auto action_of = [](int signal) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    return action.sa_handler;
  };
  const auto child = action_of(SIGCHLD), interrupt = action_of(SIGINT);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const int rounding = std::fegetround();
  const ProcessState own;

  std::filesystem::current_path("/");
  ::umask(0777);
  std::fesetround(FE_UPWARD);
  std::signal(SIGCHLD, SIG_IGN);
  std::signal(SIGINT, [](int) {});
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  own.restore();

  EXPECT_EQ(std::filesystem::current_path(), folder);
  EXPECT_EQ(::umask(mask), mask);
  EXPECT_EQ(std::fegetround(), rounding);
  EXPECT_EQ(action_of(SIGCHLD), child);
  EXPECT_EQ(action_of(SIGINT), interrupt);
  sigset_t blocked;
  ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGTERM), 0);
}

}  // namespace
}  // namespace tutti::process
