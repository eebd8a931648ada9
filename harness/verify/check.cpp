#include "verify/check.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string_view>
#include <thread>

#include "loader/child.hpp"
#include "tutti/error.hpp"

namespace tutti::verify {

ParameterValues with_defaults(void (*declare)(ParameterSchema&), const ParameterValues& values) {
  ParameterSchema schema;
  declare(schema);
  ParameterValues result = values;
  for (const ParameterSpec& spec : schema) result.emplace(spec.name, spec.default_value);
  return result;
}

namespace {

constexpr std::string_view kThrew = "throws: ";

/// What `find` finds, or throws.
std::string found(const std::function<std::string()>& find) {
  try {
    return find();
  } catch (const std::exception& error) {
    return std::string(kThrew) + error.what();
  }
}

}  // namespace

bool two_processes_agree(const std::function<std::string()>& find) {
  constexpr std::chrono::minutes kMostTime{2};
  const auto ask = [&] {
    const loader::ChildReport child =
        loader::call_in_child([&](int pipe) { loader::write_line(pipe, found(find)); }, kMostTime);
    if (!child.done) throw Error("another process " + child.how(kMostTime));
    if (child.text.starts_with(kThrew)) throw Error(child.text.substr(kThrew.size()));
    return child.text;
  };
  const std::string first = ask();
  const std::time_t second = std::time(nullptr);
  while (std::time(nullptr) == second) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return first == ask();
}

Result sigterm_result() {
  struct sigaction action {};
  sigset_t blocked;
  ::sigaction(SIGTERM, nullptr, &action);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  const bool is_free = action.sa_handler == SIG_DFL && ::sigismember(&blocked, SIGTERM) == 0;
  return is_free ? passed() : failed("it takes or blocks SIGTERM; a run has to be able to stop");
}

std::int64_t resident_bytes() {
  std::int64_t all = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGE_SIZE);
}

// The check runs in a child process, which ends with it: nothing is put back.
OutputTrap::OutputTrap() : file_(::memfd_create("output", MFD_CLOEXEC)) {
  if (file_ < 0) throw Error("cannot make a file in memory");
  ::dup2(file_, STDOUT_FILENO);
  ::dup2(file_, STDERR_FILENO);
}

OutputTrap::~OutputTrap() { ::close(file_); }

std::string OutputTrap::printed() const {
  std::cout.flush();
  (void)std::fflush(nullptr);
  char text[80];
  const ssize_t count = ::pread(file_, text, sizeof text, 0);
  return {text, static_cast<std::size_t>(count < 0 ? 0 : count)};
}

}  // namespace tutti::verify
