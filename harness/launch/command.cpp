#include "launch/command.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "process/spawn.hpp"
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
