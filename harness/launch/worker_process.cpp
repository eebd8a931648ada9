#include "launch/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

#include "process/spawn.hpp"
#include "run/guard.hpp"
#include "run/worker.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {
namespace {

constexpr int kProgressDescriptor = 3;  // of the worker
// The very file of this process, also when a build has put another one in its place.
constexpr const char* kThisProgram = "/proc/self/exe";

/// Processes that the system has ended so far because memory was short, in every memory group.
std::int64_t out_of_memory_count() {
  std::ifstream statistics("/proc/vmstat");
  std::string name;
  for (std::int64_t value = 0; statistics >> name >> value;) {
    if (name == "oom_kill") return value;
  }
  return 0;
}

// What the host itself was made to ignore.
std::vector<int> ignored_signals() {
  std::vector<int> ignored;
  for (const int signal : {SIGHUP, SIGINT}) {
    if (run::is_ignored(signal)) ignored.push_back(signal);
  }
  return ignored;
}

}  // namespace

std::filesystem::path this_program() {
  // The mark of a file that was replaced, as a build does it; the new one is at the same place.
  constexpr std::string_view kReplaced = " (deleted)";
  std::string program = std::filesystem::read_symlink(kThisProgram).string();
  if (program.ends_with(kReplaced)) program.resize(program.size() - kReplaced.size());
  return program;
}

WorkerProcess::WorkerProcess(run::WorkerOptions options)
    : started_(Clock::now()), last_heard_(started_), out_of_memory_before_(out_of_memory_count()) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  pipe_ = ends[0];
  ::fcntl(pipe_, F_SETFL, O_NONBLOCK);
  // dup2 onto itself would keep the flag that closes it.
  const int write_end = ::fcntl(ends[1], F_DUPFD_CLOEXEC, kProgressDescriptor + 1);
  ::close(ends[1]);

  options.progress_descriptor = kProgressDescriptor;
  options.parent = ::getpid();
  std::vector<std::string> arguments = run::worker_arguments(options);
  arguments.insert(arguments.begin(), "tutti");
  try {
    // A group of its own, so that Ctrl-C reaches the host alone, which then asks its workers to stop in order.
    process_ = process::spawn({.arguments = std::move(arguments),
                               .program = kThisProgram,
                               .redirections = {{STDIN_FILENO, "/dev/null", O_RDONLY}},
                               .descriptors = {{write_end, kProgressDescriptor}},
                               .own_group = true,
                               .ignored_signals = ignored_signals()});
  } catch (const Error&) {
    ::close(write_end);
    ::close(pipe_);
    throw;
  }
  ::close(write_end);
}

WorkerProcess::~WorkerProcess() {
  if (!ending_) {
    signal(SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (pipe_ >= 0) ::close(pipe_);
}

void WorkerProcess::listen() {
  std::array<char, 4096> block{};
  while (pipe_ >= 0) {
    const ssize_t count = ::read(pipe_, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;  // nothing there now
    if (count == 0) {
      ::close(pipe_);
      pipe_ = -1;
      break;
    }
    unread_.append(block.data(), static_cast<std::size_t>(count));
    last_heard_ = Clock::now();
  }
  for (std::size_t end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
    if (const auto progress = run::progress_from_line(std::string_view(unread_).substr(0, end))) progress_ = *progress;
    unread_.erase(0, end + 1);
  }
}

std::optional<Ending> WorkerProcess::ending() {
  if (ending_) return ending_;
  int status = 0;
  const pid_t found = ::waitpid(process_, &status, WNOHANG);
  // A plugin that ignores SIGCHLD in the host, or waits for children that are not its own, takes the status with it.
  const bool lost = found < 0 && errno == ECHILD;
  if (found != process_ && !lost) return std::nullopt;
  ending_.emplace();
  if (lost) {
    ending_->exit_status = run::kExitFailed;  // what the run has recorded counts
    return ending_;
  }
  // What a plugin has started ends with it, and with it the locks that it took over.
  ::kill(-process_, SIGKILL);
  if (WIFEXITED(status)) {
    ending_->exit_status = WEXITSTATUS(status);
  } else {
    ending_->signal = WTERMSIG(status);
    ending_->ran_out_of_memory = ending_->signal == SIGKILL && out_of_memory_count() > out_of_memory_before_;
  }
  return ending_;
}

void WorkerProcess::signal(int number) const {
  // The group does not exist yet in the first moment of the process.
  if (::kill(-process_, number) != 0) ::kill(process_, number);
}

}  // namespace tutti::launch
