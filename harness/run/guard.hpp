// What keeps a worker process honest: crashes leave a stack trace, a plugin that calls exit() is noticed, requests to
// stop are taken, a worker whose host dies ends itself, and so does a copy of a worker that a plugin makes by fork().
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace tutti::run {

/// Exit statuses of a worker. A failure that the worker could record itself has one of its own.
inline constexpr int kExitFinished = 0;
inline constexpr int kExitFailed = 10;
inline constexpr int kExitInterrupted = 11;
inline constexpr int kExitByPlugin = 12;
inline constexpr int kExitNotStarted = 13;  // another process is executing the run

/// How the two lines before a stack trace begin and read.
inline constexpr std::string_view kFatalSignalLine = "fatal signal: ";
inline constexpr std::string_view kStackTraceLine = "stack trace:";

/// How the line begins that says at which environment step a fatal signal or an exit() came.
inline constexpr std::string_view kStepLine = "at step ";

/// Remembers the environment step for that line.
void note_step(std::int64_t step);

/// On a fatal signal, writes its name, the step and a stack trace to standard error and lets the signal end the
/// process. A file beyond the limit of its size is no such signal: writing to it fails, as on a full disk.
void trace_fatal_signals();

/// From now on, exit() by anybody but leave() ends the process with kExitByPlugin and two lines on standard error.
void refuse_exit();

/// Ends the process at once with `status`, without the destructors of plugins.
[[noreturn]] void leave(int status);

/// Whether whoever started this process made it ignore `signal`, as nohup does with SIGHUP: then it stays ignored.
bool is_ignored(int signal);

/// Takes SIGTERM, SIGUSR1 and, unless it is ignored, SIGINT as requests to stop; see stop_requested().
void take_stop_requests();
bool stop_requested();

/// Throws Error if SIGTERM would not reach this process any more, because a plugin took or blocked it. A parent that is
/// gone (see follow()) counts as a request to stop, whether its signal came or not.
void check_stop_requests();

/// From now on, end_if_copy() ends every copy of this process that fork() makes, with a line on standard error: two
/// processes must not write one run. It costs next to nothing and is called where a plugin's code has returned.
void mark_copies();
void end_if_copy();

/// Asks for SIGTERM when the parent process ends; a process that does not stop within `grace_seconds` of that is ended
/// by SIGALRM. Returns false if `parent` has ended already.
bool follow(pid_t parent, unsigned grace_seconds);

}  // namespace tutti::run
