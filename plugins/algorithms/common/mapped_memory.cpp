#include "mapped_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "tutti/error.hpp"

namespace tutti {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& file, std::size_t size, int code) {
  const std::string sentence = (file.empty() ? "memory" : file.string()) + ": cannot " + what + " " +
                               std::to_string(size) + " bytes for the replay buffer: " + std::strerror(code) +
                               "; a smaller buffer_size needs less";
  if (file.empty()) throw Error(sentence);
  throw FileError(sentence);
}

/// A file descriptor that closes itself.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

/// Opens the file with room for `size` bytes, so that a full disk is an error now and not a signal later.
int open_with_room(const std::filesystem::path& file, std::size_t size) {
  // Never through a symbolic link: what is behind one is not a replay buffer.
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Descriptor descriptor{open(file.c_str(), kFlags, 0644)};
  while (descriptor.number < 0 && errno == EINTR) descriptor.number = open(file.c_str(), kFlags, 0644);
  if (descriptor.number < 0) fail("open a file of", file, size, errno);
  struct stat status {};
  if (fstat(descriptor.number, &status) != 0) fail("inspect a file of", file, size, errno);
  if (!S_ISREG(status.st_mode)) throw Error(file.string() + ": is not a regular file");
  if (status.st_nlink > 1)
    throw Error(file.string() + ": has another name, too (a hard link); put a copy in its place");
  const auto found = static_cast<std::size_t>(status.st_size);
  if (found != 0 && found != size) {
    throw Error(file.string() + ": has " + std::to_string(found) + " bytes, but this run's settings need " +
                std::to_string(size) +
                "; go on with the settings that it was begun with, or start it anew: tutti run SUITE --retry --fresh");
  }
  if (found == 0) {
    int code = EINTR;
    while (code == EINTR) code = posix_fallocate(descriptor.number, 0, static_cast<off_t>(size));
    if (code != 0) {
      unlink(file.c_str());  // half a file would only keep the room that is missing
      fail("reserve", file, size, code);
    }
  }
  return std::exchange(descriptor.number, -1);
}

}  // namespace

MappedMemory::MappedMemory(const std::filesystem::path& file, std::size_t size) : file_(file), size_(size) {
  const Descriptor descriptor{file.empty() ? -1 : open_with_room(file, size)};
  const int flags = file.empty() ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;
  void* address = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, descriptor.number, 0);
  if (address == MAP_FAILED) fail("map", file, size, errno);
  data_ = static_cast<std::byte*>(address);
}

MappedMemory::~MappedMemory() { munmap(data_, size_); }

void MappedMemory::flush() const {
  if (in_file() && msync(data_, size_, MS_SYNC) != 0) fail("write", file_, size_, errno);
}

}  // namespace tutti
