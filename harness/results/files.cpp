#include "results/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tutti::results {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const char* what, int error) {
  throw FileError(fmt::format("{}: {}: {}", file.string(), what, std::strerror(error)));
}

int open_file(const std::filesystem::path& file, int flags) {
  int descriptor = -1;
  do {
    descriptor = ::open(file.c_str(), flags | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

struct stat status_of(const Descriptor& descriptor, const std::filesystem::path& file) {
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) fail(file, "cannot be inspected", errno);
  return status;
}

/// Returns 0 or the error number.
int flush_descriptor(int descriptor) {
  while (::fsync(descriptor) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

bool is_link(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

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
  const Descriptor descriptor(open_file(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY));
  if (descriptor.get() < 0) fail(folder, "cannot open", errno);
  const int error = flush_descriptor(descriptor.get());
  // Some network file systems refuse to flush a folder; the rename is then theirs to keep.
  if (error != 0 && error != EINVAL) fail(folder, "cannot flush", error);
}

void write_new(const std::filesystem::path& file, std::string_view content, Durability durability) {
  // What lies there is left over from a kill, or a trap: it goes, and nothing that exists is opened.
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) fail(file, "cannot remove", errno);
  const Descriptor descriptor = open_to_write(file, O_WRONLY | O_CREAT | O_EXCL);
  std::size_t written = 0;
  if (const int error = write_all(descriptor.get(), content, written)) fail(file, "cannot write", error);
  if (durability == Durability::kProcess) return;
  if (const int error = flush_descriptor(descriptor.get())) fail(file, "cannot flush", error);
}

}  // namespace

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

// O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
Descriptor open_to_read(const std::filesystem::path& file) {
  Descriptor descriptor(open_file(file, O_RDONLY | O_NONBLOCK));
  if (descriptor.get() < 0) fail(file, "cannot read", errno);
  if (!S_ISREG(status_of(descriptor, file).st_mode)) throw FileError(file.string() + ": is not a regular file");
  return descriptor;
}

Descriptor open_to_write(const std::filesystem::path& file, int flags) {
  Descriptor descriptor(open_file(file, flags | O_NOFOLLOW | O_NONBLOCK));
  if (descriptor.get() < 0 && errno == ELOOP) {
    throw FileError(file.string() + ": is a symbolic link, and nothing is written through one; remove it");
  }
  if (descriptor.get() < 0) fail(file, "cannot write", errno);
  const struct stat status = status_of(descriptor, file);
  if (!S_ISREG(status.st_mode)) throw FileError(file.string() + ": is not a regular file");
  if (status.st_nlink > 1) {
    throw FileError(file.string() +
                    ": is a hard link, one of several names of a file, and what is written would change all of them; "
                    "put a copy in its place");
  }
  return descriptor;
}

std::string read_file(const std::filesystem::path& file, std::uint64_t most) {
  const Descriptor descriptor = open_to_read(file);
  const auto size = static_cast<std::uint64_t>(status_of(descriptor, file).st_size);
  std::string content;
  if (size <= most) content.reserve(size);
  char block[1 << 16];
  while (content.size() <= most && size <= most) {
    const ssize_t count = ::read(descriptor.get(), block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(file, "cannot read", errno);
    if (count == 0) return content;
    content.append(block, static_cast<std::size_t>(count));
  }
  throw FileError(fmt::format("{}: has more than {} bytes, which is the most that is read", file.string(), most));
}

std::string read_start(const std::filesystem::path& file, std::uint64_t size) {
  const Descriptor descriptor = open_to_read(file);
  const auto found = static_cast<std::uint64_t>(status_of(descriptor, file).st_size);
  if (found < size) {
    throw FileError(fmt::format("{}: has {} bytes; the checkpoint was made with {}", file.string(), found, size));
  }
  std::string content(size, '\0');
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t count = ::read(descriptor.get(), content.data() + at, content.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(file, "cannot read", errno);
    if (count == 0) throw FileError(file.string() + ": became shorter while it was read");
    at += static_cast<std::size_t>(count);
  }
  return content;
}

std::optional<std::string> read_file_if_any(const std::filesystem::path& file, std::uint64_t most) {
  if (::access(file.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  return read_file(file, most);
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

bool lies_inside(const std::filesystem::path& below) {
  return !below.empty() && below.is_relative() && std::find(below.begin(), below.end(), "..") == below.end();
}

std::filesystem::path path_below(const std::filesystem::path& folder, const std::filesystem::path& below) {
  if (!lies_inside(below)) {
    throw FileError(fmt::format("\"{}\" does not lie inside of {}", below.string(), folder.string()));
  }
  std::filesystem::path path = folder;
  for (const std::filesystem::path& part : below) {
    path /= part;
    if (!is_link(path)) continue;
    throw FileError(path.string() +
                    ": is a symbolic link, and nothing is written or removed through one; move there "
                    "what it points to, or remove it");
  }
  return path;
}

std::filesystem::path make_folder_below(const std::filesystem::path& folder, const std::filesystem::path& below) {
  std::filesystem::path path = path_below(folder, below);
  make_folder(path);
  return path;
}

void remove_file_below(const std::filesystem::path& folder, const std::filesystem::path& below) {
  if (!lies_inside(below)) return;
  try {
    if (below.has_parent_path()) path_below(folder, below.parent_path());
    ::unlink((folder / below).c_str());
  } catch (const FileError&) {
    // Behind a link lies nothing of ours.
  }
}

void make_reserve(const std::filesystem::path& file, std::uint64_t size) {
  const Descriptor descriptor = open_to_write(file, O_WRONLY | O_CREAT);
  int error = 0;
  do {
    error = ::posix_fallocate(descriptor.get(), 0, static_cast<off_t>(size));
  } while (error == EINTR);
  if (error != 0) {
    ::unlink(file.c_str());
    fail(file, "cannot reserve room", error);
  }
}

AppendFile::AppendFile(std::filesystem::path file, std::uint64_t size)
    : file_(std::move(file)), descriptor_(open_to_write(file_, O_WRONLY | O_CREAT | O_APPEND)), size_(size) {
  const auto found = static_cast<std::uint64_t>(status_of(descriptor_, file_).st_size);
  if (found < size) {
    throw FileError(fmt::format("{}: has {} bytes; the checkpoint was made with {}", file_.string(), found, size));
  }
  cut_back();
}

// To what is known to be whole.
void AppendFile::cut_back() {
  while (::ftruncate(descriptor_.get(), static_cast<off_t>(size_)) != 0) {
    if (errno != EINTR) fail(file_, "cannot cut back", errno);
  }
}

void AppendFile::append(std::string_view bytes) {
  std::size_t written = 0;
  if (const int error = write_all(descriptor_.get(), bytes, written)) {
    cut_back();
    fail(file_, "cannot write", error);
  }
  size_ += bytes.size();
}

void AppendFile::flush() {
  while (::fdatasync(descriptor_.get()) != 0) {
    if (errno != EINTR) fail(file_, "cannot flush", errno);
  }
}

}  // namespace tutti::results
