// A library for LD_PRELOAD: one chosen system call that changes files goes wrong, or the process is killed at it. All
// calls that write to regular files, make, rename, shorten, flush, map or remove them are counted from 1.
//
//   TUTTI_FAULT=<what>:<number>   what: before, after, torn (kill before, after or in the middle of the call), ENOSPC,
//   EIO,
//                                 EINTR
//   TUTTI_CALLS=<file>            gets the number of calls so far, as eight bytes
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace {

enum class Kind { kNone, kBefore, kAfter, kTorn, kError };

struct Plan {
  Kind kind = Kind::kNone;
  int error = 0;
  std::uint64_t number = 0;
  std::atomic<std::uint64_t>* counter = nullptr;
};

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::atomic<std::uint64_t>* counter_in(const char* file) {
  static std::atomic<std::uint64_t> own{0};
  const int descriptor = file == nullptr ? -1 : static_cast<int>(::openat(AT_FDCWD, file, O_RDWR | O_CLOEXEC));
  if (descriptor < 0) return &own;
  void* place = next<void* (*)(void*, std::size_t, int, int, int, off_t)>("mmap")(
      nullptr, sizeof(own), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return place == MAP_FAILED ? &own : static_cast<std::atomic<std::uint64_t>*>(place);
}

const Plan& plan() {
  static const Plan instance = [] {
    Plan result;
    result.counter = counter_in(std::getenv("TUTTI_CALLS"));
    const char* text = std::getenv("TUTTI_FAULT");
    const char* colon = text == nullptr ? nullptr : std::strchr(text, ':');
    if (colon == nullptr) return result;
    result.number = std::strtoull(colon + 1, nullptr, 10);
    const auto is = [&](const char* what) { return std::strncmp(text, what, std::strlen(what)) == 0; };
    result.kind = is("before") ? Kind::kBefore : is("after") ? Kind::kAfter : is("torn") ? Kind::kTorn : Kind::kError;
    result.error = is("ENOSPC") ? ENOSPC : is("EINTR") ? EINTR : EIO;
    return result;
  }();
  return instance;
}

void die() { ::kill(::getpid(), SIGKILL); }

/// Does `call`, unless it is the chosen one. `fail` is what it returns in an error; `tear` does a part of it.
template <class Call, class Tear>
auto faulty(Call call, decltype(call()) failed, bool interruptible, Tear tear) -> decltype(call()) {
  const Plan& fault = plan();
  const bool chosen = fault.counter->fetch_add(1) + 1 == fault.number;
  if (!chosen || fault.kind == Kind::kNone) return call();
  if (fault.kind == Kind::kError) {
    if (fault.error == EINTR && !interruptible) return call();
    errno = fault.error;
    return failed;
  }
  if (fault.kind == Kind::kAfter) call();
  if (fault.kind == Kind::kTorn) tear();
  die();
  return failed;
}

template <class Call>
auto faulty(Call call, decltype(call()) failed, bool interruptible = false) -> decltype(call()) {
  return faulty(call, failed, interruptible, [] {});
}

bool is_regular(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

int open_by(const char* name, const char* path, int flags, mode_t mode) {
  const auto real = next<int (*)(const char*, int, mode_t)>(name);
  if ((flags & O_CREAT) == 0) return real(path, flags, mode);
  return faulty([&] { return real(path, flags, mode); }, -1, true);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_by("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_by("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void* data, std::size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, std::size_t)>("write");
  if (descriptor <= STDERR_FILENO || !is_regular(descriptor)) return real(descriptor, data, size);
  return faulty([&] { return real(descriptor, data, size); }, ssize_t{-1}, true,
                [&] { (void)!real(descriptor, data, size / 2); });
}

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  return faulty([&] { return real(descriptor); }, -1, true);
}

int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  return faulty([&] { return real(descriptor); }, -1, true);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return faulty([&] { return real(from, to); }, -1);
}

int unlink(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("unlink");
  return faulty([&] { return real(path); }, -1);
}

int ftruncate(int descriptor, off_t size) noexcept {
  static const auto real = next<int (*)(int, off_t)>("ftruncate");
  return faulty([&] { return real(descriptor, size); }, -1, true);
}

int posix_fallocate(int descriptor, off_t offset, off_t size) {
  static const auto real = next<int (*)(int, off_t, off_t)>("posix_fallocate");
  const int kept = errno;
  const int result = faulty([&] { return real(descriptor, offset, size); }, -1, true);
  return result == -1 ? std::exchange(errno, kept) : result;  // it returns the error
}

int msync(void* address, std::size_t size, int flags) {
  static const auto real = next<int (*)(void*, std::size_t, int)>("msync");
  return faulty([&] { return real(address, size, flags); }, -1);
}

void* mmap(void* address, std::size_t size, int protection, int flags, int descriptor, off_t offset) noexcept {
  static const auto real = next<void* (*)(void*, std::size_t, int, int, int, off_t)>("mmap");
  const auto call = [&] { return real(address, size, protection, flags, descriptor, offset); };
  const bool shared = (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0 && descriptor >= 0;
  return shared ? faulty(call, MAP_FAILED) : call();
}

}  // extern "C"
