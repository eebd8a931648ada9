#include "loader/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>

#include "tutti/error.hpp"

namespace tutti::loader {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostText = 16 << 20;  // a child that writes more is not ours any more

/// Nothing of the host's: its handlers would write stack traces, and what a plugin prints is nobody's.
void become_child() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGTERM, SIGINT, SIGALRM})
    ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, stream);
}

/// Locks belong to open files: what a plugin starts here must not keep them when this process has ended.
void close_all_but(int pipe) {
  const auto from = [](int first, int last) {
    if (first <= last) ::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0);
  };
  from(STDERR_FILENO + 1, pipe - 1);
  from(pipe + 1, std::numeric_limits<int>::max());
}

[[noreturn]] void be_child(const std::function<void(int)>& function, int pipe) {
  become_child();
  close_all_but(pipe);
  try {
    function(pipe);
  } catch (...) {
    ::_exit(1);
  }
  write_line(pipe, std::string(kChildDone));
  ::_exit(0);
}

bool ends_with_last_line(const std::string& text) {
  const std::string last = std::string(kChildDone) + '\n';
  return text == last || text.ends_with('\n' + last);
}

/// Reads until the child has ended or written its last line: something that it started may keep the pipe open. False if
/// the time is over, or `stopped`.
bool read_until(Clock::time_point deadline, int pipe, std::string& text, const std::function<bool()>& stopped) {
  for (;;) {
    if (stopped()) return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || text.size() > kMostText) return text.size() > kMostText;
    pollfd waiting{pipe, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 1000)));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    char block[4096];
    const ssize_t count = ::read(pipe, block, sizeof block);
    if (count == 0) return true;
    if (count > 0) text.append(block, static_cast<std::size_t>(count));
    if (ends_with_last_line(text)) return true;
  }
}

}  // namespace

void write_line(int pipe, std::string line) {
  std::ranges::replace(line, '\n', ' ');
  line += '\n';
  (void)!::write(pipe, line.data(), line.size());
}

std::string ChildReport::how(std::chrono::milliseconds most) const {
  if (timed_out) return "gave no answer for " + std::to_string(most.count() / 1000) + " s";
  if (too_long) return "wrote more than " + std::to_string(kMostText >> 20) + " MB of answers";
  if (WIFEXITED(status)) return "ended the process with exit status " + std::to_string(WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return std::string("crashed with SIG") + (name == nullptr ? "?" : name);
}

ChildReport call_in_child(const std::function<void(int pipe)>& function, std::chrono::milliseconds most,
                          const std::function<bool()>& stopped) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  std::fflush(nullptr);  // what is in a buffer would be written twice
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_child(function, ends[1]);
  }
  const int problem = errno;
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw Error(std::string("cannot make a process: ") + std::strerror(problem));
  }
  ChildReport report;
  report.timed_out = !read_until(Clock::now() + most, ends[0], report.text, stopped);
  report.too_long = report.text.size() > kMostText;
  if (report.timed_out || report.too_long) ::kill(child, SIGKILL);
  ::close(ends[0]);
  while (::waitpid(child, &report.status, 0) < 0 && errno == EINTR) {
  }
  const bool last = ends_with_last_line(report.text);
  if (last) report.text.resize(report.text.size() - kChildDone.size() - 1);
  report.done = last && WIFEXITED(report.status) && WEXITSTATUS(report.status) == 0;
  return report;
}

}  // namespace tutti::loader
