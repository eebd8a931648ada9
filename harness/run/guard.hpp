// What keeps a worker process honest: crashes leave a stack trace, a plugin that calls exit() is noticed, requests to
// stop are taken, and a worker whose host dies ends itself.
#pragma once

#include <sys/types.h>

namespace tutti::run {

/// Exit statuses of a worker. A failure that the worker could record itself has one of its own.
inline constexpr int kExitFinished = 0;
inline constexpr int kExitFailed = 10;
inline constexpr int kExitInterrupted = 11;
inline constexpr int kExitByPlugin = 12;
inline constexpr int kExitNotStarted = 13;  // another process is executing the run

/// On a fatal signal, writes its name and a stack trace to standard error and lets the signal end the process.
void trace_fatal_signals();

/// From now on, exit() by anybody but leave() ends the process with kExitByPlugin and a line on standard error.
void refuse_exit();

/// Ends the process at once with `status`, without the destructors of plugins.
[[noreturn]] void leave(int status);

/// Takes SIGTERM, SIGINT and SIGUSR1 as requests to stop; see stop_requested().
void take_stop_requests();
bool stop_requested();

/// Asks for SIGTERM when the parent process ends. Returns false if `parent` has ended already.
bool follow(pid_t parent);

}  // namespace tutti::run
