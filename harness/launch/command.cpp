#include "launch/command.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>

#include "process/spawn.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {

CommandResult run_command(std::vector<std::string> arguments) {
  return run_command(std::move(arguments), process::environment());
}

CommandResult run_command(std::vector<std::string> arguments, std::vector<std::string> environment) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(std::string("cannot make a pipe: ") + std::strerror(errno));
  pid_t child = -1;
  try {
    child = process::spawn({.arguments = std::move(arguments),
                            .environment = std::move(environment),
                            .descriptors = {{ends[1], STDOUT_FILENO}}});
  } catch (const Error&) {
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  ::close(ends[1]);

  CommandResult result;
  std::array<char, 4096> block{};
  for (;;) {
    const ssize_t count = ::read(ends[0], block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    result.output.append(block.data(), static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  result.status = process::wait_for(child);
  return result;
}

namespace {

// A file without a name: what is printed into it waits for nobody to read it.
results::Descriptor memory_file() {
  results::Descriptor file(::memfd_create("output", MFD_CLOEXEC));
  if (file.get() < 0) throw Error(std::string("cannot make a file in memory: ") + std::strerror(errno));
  return file;
}

std::string content_of(const results::Descriptor& file) {
  constexpr std::size_t kMost = 1 << 20;
  std::string text(kMost, '\0');
  const ssize_t count = ::pread(file.get(), text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

}  // namespace

BoundedResult run_bounded(std::vector<std::string> arguments, std::chrono::milliseconds most) {
  const results::Descriptor output = memory_file();
  const results::Descriptor errors = memory_file();
  const pid_t child = process::spawn({.arguments = std::move(arguments),
                                      .redirections = {{STDIN_FILENO, "/dev/null", O_RDONLY}},
                                      .descriptors = {{output.get(), STDOUT_FILENO}, {errors.get(), STDERR_FILENO}}});

  BoundedResult result;
  const auto end = std::chrono::steady_clock::now() + most;
  int status = 0;
  while (::waitpid(child, &status, result.timed_out ? 0 : WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    } else {
      result.timed_out = true;
      ::kill(child, SIGKILL);
    }
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.output = content_of(output);
  result.errors = content_of(errors);
  return result;
}

std::string shell_word(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./,=:@%+").find(c) != std::string::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

}  // namespace tutti::launch
