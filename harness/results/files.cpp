#include "results/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace tutti::results {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what, int error) {
  throw FileError(fmt::format("{}: {}: {}", file.string(), what, std::strerror(error)));
}

/// Closes on every way out.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags, const char* what)
      : value_(::open(file.c_str(), flags | O_CLOEXEC, 0666)) {
    if (value_ < 0) fail(file, what, errno);
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }

 private:
  int value_;
};

/// Returns 0 or the error number; `written` counts what reached the file.
int write_all(int descriptor, std::string_view bytes, std::size_t& written) {
  for (written = 0; written < bytes.size();) {
    const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    written += static_cast<std::size_t>(count);
  }
  return 0;
}

void flush_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY, "cannot open");
  // Some network file systems refuse to flush a folder; the rename is then theirs to keep.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL) fail(folder, "cannot flush", errno);
}

void write_new(const std::filesystem::path& file, std::string_view content, Durability durability) {
  const Descriptor descriptor(file, O_WRONLY | O_CREAT | O_TRUNC, "cannot write");
  std::size_t written = 0;
  if (const int error = write_all(descriptor.get(), content, written)) fail(file, "cannot write", error);
  if (durability == Durability::kPower && ::fsync(descriptor.get()) != 0) fail(file, "cannot flush", errno);
}

}  // namespace

std::string read_file(const std::filesystem::path& file) {
  const Descriptor descriptor(file, O_RDONLY, "cannot read");
  std::string content;
  struct stat status {};
  if (::fstat(descriptor.get(), &status) == 0) content.reserve(static_cast<std::size_t>(status.st_size));
  char block[1 << 16];
  while (true) {
    const ssize_t count = ::read(descriptor.get(), block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(file, "cannot read", errno);
    if (count == 0) return content;
    content.append(block, static_cast<std::size_t>(count));
  }
}

std::optional<std::string> read_file_if_any(const std::filesystem::path& file) {
  if (::access(file.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  return read_file(file);
}

void write_file(const std::filesystem::path& file, std::string_view content, Durability durability) {
  std::filesystem::path aside = file;
  aside += ".new";
  try {
    write_new(aside, content, durability);
  } catch (const FileError&) {
    ::unlink(aside.c_str());
    throw;
  }
  if (::rename(aside.c_str(), file.c_str()) != 0) fail(file, "cannot replace", errno);
  if (durability == Durability::kPower) flush_folder(file.parent_path());
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(folder, "cannot make this folder", error.value());
}

void make_reserve(const std::filesystem::path& file, std::uint64_t size) {
  const Descriptor descriptor(file, O_WRONLY | O_CREAT, "cannot write");
  if (const int error = ::posix_fallocate(descriptor.get(), 0, static_cast<off_t>(size))) {
    ::unlink(file.c_str());
    fail(file, "cannot reserve room", error);
  }
}

AppendFile::AppendFile(std::filesystem::path file, std::uint64_t size) : file_(std::move(file)), size_(size) {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(file_, "cannot write", errno);
  struct stat status {};
  const bool readable = ::fstat(descriptor_, &status) == 0;
  if (!readable || static_cast<std::uint64_t>(status.st_size) < size) {
    ::close(descriptor_);
    throw FileError(
        fmt::format("{}: has {} bytes; the checkpoint was made with {}", file_.string(), status.st_size, size));
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    const int error = errno;
    ::close(descriptor_);
    fail(file_, "cannot cut back", error);
  }
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view bytes) {
  std::size_t written = 0;
  if (const int error = write_all(descriptor_, bytes, written)) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) fail(file_, "cannot cut back a part of a row", errno);
    fail(file_, "cannot write", error);
  }
  size_ += bytes.size();
}

void AppendFile::flush() {
  if (::fdatasync(descriptor_) != 0) fail(file_, "cannot flush", errno);
}

}  // namespace tutti::results
