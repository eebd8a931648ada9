#include "results/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tutti/error.hpp"

namespace tutti::results {
namespace {

/// The whole file for one owner. "Open file description" locks belong to the open file, not to the process, work over
/// network file systems, and can be asked about without being taken.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  throw FileError(fmt::format("{}: cannot lock: {}", file.string(), std::strerror(error)));
}

}  // namespace

std::optional<Lock> Lock::try_lock(const std::filesystem::path& file) {
  Descriptor descriptor = open_to_write(file, O_RDWR | O_CREAT);
  struct flock lock = whole_file();
  if (::fcntl(descriptor.get(), F_OFD_SETLK, &lock) == 0) return Lock(std::move(descriptor));
  if (errno == EAGAIN || errno == EACCES) return std::nullopt;
  fail(file, errno);
}

void Lock::describe(std::string_view text) {
  // For people only: a disk without room for it does not take the lock away.
  if (::ftruncate(descriptor_.get(), 0) == 0) (void)!::write(descriptor_.get(), text.data(), text.size());
}

void Lock::append(std::string_view text) {
  if (::lseek(descriptor_.get(), 0, SEEK_END) >= 0) (void)!::write(descriptor_.get(), text.data(), text.size());
}

bool is_locked(const std::filesystem::path& file) {
  try {
    const Descriptor descriptor = open_to_read(file);
    struct flock lock = whole_file();
    return ::fcntl(descriptor.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  } catch (const FileError&) {
    return false;
  }
}

}  // namespace tutti::results
