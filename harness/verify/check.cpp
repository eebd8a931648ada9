#include "verify/check.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>

#include "tutti/error.hpp"

namespace tutti::verify {

ParameterValues with_defaults(void (*declare)(ParameterSchema&), const ParameterValues& values) {
  ParameterSchema schema;
  declare(schema);
  ParameterValues result = values;
  for (const ParameterSpec& spec : schema) result.emplace(spec.name, spec.default_value);
  return result;
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
