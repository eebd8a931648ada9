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

// Hidden from the loader, as nearly every function of the program and of plugins is.
[[gnu::noinline]] void where_it_crashed(volatile int* place) {
  *place = 1;
  (void)::raise(SIGABRT);
  *place = 2;  // so that the call above is none in the place of a return
}

TEST(Guard, ACrashNamesItsFunctions) {
  EXPECT_EXIT(
      {
        trace_fatal_signals();
        note_step(40);
        volatile int place = 0;
        where_it_crashed(&place);
      },
      testing::KilledBySignal(SIGABRT), "fatal signal: ABRT\nat step 40\nstack trace:\n(.|\n)*where_it_crashed\\(int");
}

TEST(Guard, TakesASignalAsARequestToStop) {
  take_stop_requests();
  EXPECT_FALSE(stop_requested());
  ::raise(SIGTERM);
  EXPECT_TRUE(stop_requested());
}

}  // namespace
}  // namespace tutti::run
