#include "launch/stop_requests.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <ctime>

#include "run/guard.hpp"

namespace tutti::launch {
namespace {

constexpr std::int64_t kSameRequestNanoseconds = 1'000'000'000;

// Lock-free, so that a signal handler may use them.
std::atomic<bool> was_asked = false;
std::atomic<bool> was_insisted = false;
std::atomic<std::int64_t> first_interrupt = 0;  // nanoseconds; 0: none yet
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

void on_request(int signal) {
  was_asked = true;
  if (signal != SIGINT) return;
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  const std::int64_t now = std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  std::int64_t first = 0;
  if (!first_interrupt.compare_exchange_strong(first, now) && now - first >= kSameRequestNanoseconds) {
    was_insisted = true;
  }
}

void on_request_with_deadline(int) {
  constexpr unsigned kGraceSeconds = 10;
  was_asked = true;
  ::alarm(kGraceSeconds);
}

}  // namespace

StopRequests::StopRequests() { take(on_request, SA_RESTART); }

StopRequests::StopRequests(Insistent) { take(on_request_with_deadline, SA_RESTART | SA_RESETHAND); }

void StopRequests::take(void (*handler)(int), int flags) {
  was_asked = was_insisted = false;
  first_interrupt = 0;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    const bool may_be_ignored = kSignals[i] == SIGHUP || kSignals[i] == SIGINT;
    if (may_be_ignored && run::is_ignored(kSignals[i])) continue;
    struct sigaction action {};
    action.sa_handler = kSignals[i] == SIGPIPE ? SIG_IGN : handler;
    action.sa_flags = kSignals[i] == SIGPIPE ? SA_RESTART : flags;
    ::sigaction(kSignals[i], &action, nullptr);
  }
}

StopRequests::~StopRequests() {
  ::alarm(0);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

bool StopRequests::asked() const { return was_asked; }

bool StopRequests::insisted() const { return was_insisted; }

}  // namespace tutti::launch
