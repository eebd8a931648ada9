#include "launch/stop_requests.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace tutti::launch {
namespace {

TEST(StopRequests, OnlyASecondInterruptThatComesLaterInsists) {
  std::signal(SIGINT, SIG_DFL);  // a shell may have started the tests without it
  std::signal(SIGHUP, SIG_DFL);
  const StopRequests requests;
  EXPECT_FALSE(requests.asked());
  std::raise(SIGPIPE);
  EXPECT_FALSE(requests.asked());
  // `timeout -s INT` sends the signal twice, a terminal that closes sends two kinds.
  for (const int signal : {SIGTERM, SIGHUP, SIGUSR1, SIGINT, SIGINT}) std::raise(signal);
  EXPECT_TRUE(requests.asked());
  EXPECT_FALSE(requests.insisted());
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  for (const int signal : {SIGTERM, SIGHUP, SIGUSR1}) std::raise(signal);
  EXPECT_FALSE(requests.insisted());
  std::raise(SIGINT);
  EXPECT_TRUE(requests.insisted());
}

TEST(StopRequests, WhatWasIgnoredBeforeIsNoRequest) {
  for (const int signal : {SIGHUP, SIGINT}) {
    const auto before = std::signal(signal, SIG_IGN);
    const StopRequests requests;
    std::raise(signal);
    EXPECT_FALSE(requests.asked());
    std::signal(signal, before);
  }
}

TEST(StopRequests, OfWorkThatMayHangASecondOneEndsTheProcess) {
  const auto work = [] {
    std::signal(SIGTERM, SIG_DFL);
    const StopRequests requests{StopRequests::Insistent{}};
    std::raise(SIGTERM);
    if (!requests.asked()) std::exit(3);
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(work(), testing::KilledBySignal(SIGTERM), "");
}

TEST(StopRequests, ANewOneKnowsNothingOfEarlierRequests) {
  {
    const StopRequests requests;
    std::raise(SIGINT);
  }
  const StopRequests requests;
  EXPECT_FALSE(requests.asked());
}

}  // namespace
}  // namespace tutti::launch
