#include "run/guard.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace tutti::run {
namespace {

struct sigaction action_of(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action;
}

// While oneDNN computes, the stack register may point into the heap: a handler there would overwrite it. That cost one
// run its heap, and would have cost the next one its bits.
TEST(Guard, HandlersRunOnAStackOfTheirOwn) {
  trace_fatal_signals();
  take_stop_requests();
  stack_t stack{};
  ASSERT_EQ(::sigaltstack(nullptr, &stack), 0);
  EXPECT_EQ(stack.ss_flags & SS_DISABLE, 0);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGSEGV, SIGABRT}) {
    EXPECT_NE(action_of(signal).sa_handler, SIG_DFL) << signal;
    EXPECT_NE(action_of(signal).sa_flags & SA_ONSTACK, 0) << signal;
  }
}

TEST(Guard, TakesASignalAsARequestToStop) {
  take_stop_requests();
  EXPECT_FALSE(stop_requested());
  ::raise(SIGTERM);
  EXPECT_TRUE(stop_requested());
}

}  // namespace
}  // namespace tutti::run
