#include "run/guard.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "run/stack_trace.hpp"
#include "tutti/error.hpp"

namespace tutti::run {
namespace {

volatile sig_atomic_t stop = 0;
volatile sig_atomic_t followed = 0;  // process; 0: none
volatile sig_atomic_t grace = 0;     // seconds
std::atomic<bool> leaving = false;
std::atomic<bool> is_copy = false;  // made by fork()
std::atomic<std::int64_t> noted_step = 0;
// SIGSTKSZ is not a constant any more. A stack trace needs tens of kilobytes, and readable names of templates more.
alignas(16) std::array<char, 1 << 20> signal_stack;

// Every handler needs it, not only those of a stack overflow: while it computes a product, oneDNN points the stack
// register into a buffer on the heap, and a handler there overwrites what lies before the buffer.
void use_signal_stack() {
  stack_t stack{};
  stack.ss_sp = signal_stack.data();
  stack.ss_size = signal_stack.size();
  ::sigaltstack(&stack, nullptr);
}

void write_text(const char* text) { (void)!::write(STDERR_FILENO, text, std::strlen(text)); }

// Without the library's formatting, which a handler may not call.
void write_step() {
  std::array<char, 24> digits{};
  std::size_t first = digits.size() - 1;
  digits[first] = '\n';
  std::int64_t rest = noted_step;
  do {
    digits[--first] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  write_text(kStepLine.data());
  (void)!::write(STDERR_FILENO, &digits[first], digits.size() - first);
}

// Only what POSIX allows in a handler, and write_stack_trace(), which is made for one.
void on_fatal_signal(int signal) {
  write_text("\n");
  write_text(kFatalSignalLine.data());
  const char* name = ::sigabbrev_np(signal);
  write_text(name == nullptr ? "unknown" : name);
  write_text("\n");
  write_step();
  write_text(kStackTraceLine.data());
  write_text("\n");
  write_stack_trace(STDERR_FILENO);
  ::raise(signal);  // the handler is gone already (SA_RESETHAND): this ends the process
}

bool host_is_gone() { return followed != 0 && ::getppid() != followed; }

void on_stop_request(int) {
  stop = 1;
  // Nobody is left to notice a plugin that hangs.
  if (host_is_gone()) ::alarm(static_cast<unsigned>(grace));
}

// Slurm sends it to every process of a job when its time is nearly over, and the host passes it on as SIGTERM: a plugin
// may handle or ignore it, but it must not end the run.
void take_back_if_fatal() {
  struct sigaction action {};
  if (::sigaction(SIGUSR1, nullptr, &action) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = on_stop_request;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  ::sigaction(SIGUSR1, &action, nullptr);
}

void on_exit() {
  if (leaving) return;
  write_text("a plugin called exit()\n");
  write_step();
  ::_exit(kExitByPlugin);
}

}  // namespace

void note_step(std::int64_t step) { noted_step = step; }

void trace_fatal_signals() {
  prepare_stack_trace();
  use_signal_stack();
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  action.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGXCPU}) {
    ::sigaction(signal, &action, nullptr);
  }
  ::signal(SIGXFSZ, SIG_IGN);
}

void refuse_exit() { std::atexit(on_exit); }

void leave(int status) {
  leaving = true;
  std::fflush(nullptr);
  ::_exit(status);
}

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void take_stop_requests() {
  use_signal_stack();
  struct sigaction action {};
  action.sa_handler = on_stop_request;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  for (const int signal : {SIGTERM, SIGUSR1}) ::sigaction(signal, &action, nullptr);
  if (!is_ignored(SIGINT)) ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a host that is gone is noticed by follow()
}

bool stop_requested() { return stop != 0; }

void check_stop_requests() {
  if (stop == 0 && host_is_gone()) on_stop_request(SIGTERM);
  if (stop != 0) return;  // it ends by itself
  take_back_if_fatal();
  struct sigaction action {};
  sigset_t blocked;
  ::sigaction(SIGTERM, nullptr, &action);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  if (action.sa_handler == on_stop_request && ::sigismember(&blocked, SIGTERM) == 0) return;
  throw Error("a plugin took or blocked SIGTERM; a run has to be able to stop, so plugins leave this signal as it is");
}

void mark_copies() {
  ::pthread_atfork(nullptr, nullptr, [] { is_copy = true; });
}

void end_if_copy() {
  if (!is_copy) return;
  write_text("a plugin called fork(), and the copy of the process returned into the run; the copy is ended\n");
  ::_exit(kExitByPlugin);
}

bool follow(pid_t parent, unsigned grace_seconds) {
  followed = parent;
  grace = static_cast<sig_atomic_t>(grace_seconds);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  return ::getppid() == parent;
}

}  // namespace tutti::run
