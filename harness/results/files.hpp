// Files that a kill at any instant leaves readable: appended by whole rows, or written aside and renamed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tutti/error.hpp"

namespace tutti::results {

using tutti::FileError;

/// How much has to be on the disk itself before a write counts as done.
enum class Durability {
  kProcess,  // survives the end of this process
  kPower,    // survives the end of the machine: file and folder are flushed
};

/// The whole content. Throws FileError.
std::string read_file(const std::filesystem::path& file);

/// The whole content, or nothing if there is no such file. Throws FileError for any other reason.
std::optional<std::string> read_file_if_any(const std::filesystem::path& file);

/// Replaces the content: readers see the old or the new one, never a part. Throws FileError; then the old one stays.
void write_file(const std::filesystem::path& file, std::string_view content, Durability durability);

/// Makes a folder and its parents. Throws FileError.
void make_folder(const std::filesystem::path& folder);

/// Makes a file of `size` bytes that have their place on the disk. Throws FileError if there is no room; then no file
/// stays.
void make_reserve(const std::filesystem::path& file, std::uint64_t size);

/// A file that only grows at its end. Each append is one write, so rows are whole.
class AppendFile {
 public:
  /// Opens or makes the file and cuts it to `size` bytes. Throws FileError if it cannot, or is shorter than that.
  AppendFile(std::filesystem::path file, std::uint64_t size);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Throws FileError; what was written of `bytes` until then is cut off again.
  void append(std::string_view bytes);

  /// Flushes to the disk itself. Throws FileError.
  void flush();

  std::uint64_t size() const { return size_; }
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace tutti::results
