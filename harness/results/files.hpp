// Files that a kill at any instant leaves readable: appended by whole rows, or written aside and renamed.
//
// A folder of results may come from somebody else. Nothing here writes through a link or reads anything but a
// regular file, and what is read into memory has a bound. docs/security.md says what that protects from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tutti/error.hpp"

namespace tutti::results {

using tutti::FileError;

/// How much has to be on the disk itself before a write counts as done.
enum class Durability {
  kProcess,  // survives the end of this process
  kPower,    // survives the end of the machine: file and folder are flushed
};

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor();

  int get() const { return value_; }

 private:
  int value_;
};

/// Opens a regular file to read it, through a symbolic link too. Throws FileError for a pipe, a device, a folder.
Descriptor open_to_read(const std::filesystem::path& file);

/// Opens or makes a regular file to write into it, with open()'s `flags`. Throws FileError for a symbolic link, for a
/// file that has other names, and for anything else that is not a regular file.
Descriptor open_to_write(const std::filesystem::path& file, int flags);

/// The most that read_file() takes into memory unless it is asked for more.
inline constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

/// The most of run.json and plan.json.
inline constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 28;

/// The whole content of a regular file. Throws FileError, also if it has more than `most` bytes.
std::string read_file(const std::filesystem::path& file, std::uint64_t most = kMostBytes);

/// The whole content, or nothing if there is no such file. Throws FileError for any other reason.
std::optional<std::string> read_file_if_any(const std::filesystem::path& file, std::uint64_t most = kMostBytes);

/// The first `size` bytes of a regular file. Throws FileError, also if it has fewer.
std::string read_start(const std::filesystem::path& file, std::uint64_t size);

/// Replaces the content: readers see the old or the new one, never a part. A symbolic link is replaced, not followed.
/// Throws FileError; then the old one stays.
void write_file(const std::filesystem::path& file, std::string_view content, Durability durability);

/// Makes a folder and its parents, through symbolic links too: for folders that the user named. Throws FileError.
void make_folder(const std::filesystem::path& folder);

/// Whether `below` names something inside of the folder it is relative to: no root, no "..", not empty.
bool lies_inside(const std::filesystem::path& below);

/// `folder` / `below`. Throws FileError if `below` does not lie inside, or if a part of it is a symbolic link: what is
/// written or removed there would be somewhere else.
std::filesystem::path path_below(const std::filesystem::path& folder, const std::filesystem::path& below);

/// The same, and makes the folder `below` with its parents.
std::filesystem::path make_folder_below(const std::filesystem::path& folder, const std::filesystem::path& below);

/// Removes the file `below`, or the symbolic link that it is, if it lies inside of `folder` and no folder on the way is
/// a symbolic link. Never throws.
void remove_file_below(const std::filesystem::path& folder, const std::filesystem::path& below);

/// Makes a file of `size` bytes that have their place on the disk. Throws FileError if there is no room; then no file
/// stays.
void make_reserve(const std::filesystem::path& file, std::uint64_t size);

/// A file that only grows at its end. Each append is one write, so rows are whole.
class AppendFile {
 public:
  /// Opens or makes the file and cuts it to `size` bytes. Throws FileError if it cannot, or is shorter than that.
  AppendFile(std::filesystem::path file, std::uint64_t size);

  /// Throws FileError; what was written of `bytes` until then is cut off again.
  void append(std::string_view bytes);

  /// Flushes to the disk itself. Throws FileError.
  void flush();

  std::uint64_t size() const { return size_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  void cut_back();

  std::filesystem::path file_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace tutti::results
