// Memory that lives in a file, so that a checkpoint of gigabytes is a flush; or in no file at all.
#pragma once

#include <cstddef>
#include <filesystem>

namespace tutti {

/// `size` bytes, mapped from `file` or anonymous if `file` is empty. A file that is new or empty gets its whole room on
/// the disk, one of the same size is kept as it is, one of another size is not touched: Error. Throws FileError when
/// the disk has no room, Error when the memory has none.
class MappedMemory {
 public:
  MappedMemory(const std::filesystem::path& file, std::size_t size);
  ~MappedMemory();
  MappedMemory(const MappedMemory&) = delete;
  MappedMemory& operator=(const MappedMemory&) = delete;

  std::byte* data() const { return data_; }
  bool in_file() const { return !file_.empty(); }
  const std::filesystem::path& file() const { return file_; }

  /// Returns when everything written so far is on the disk. Throws FileError if that fails.
  void flush() const;

 private:
  std::filesystem::path file_;
  std::size_t size_;
  std::byte* data_ = nullptr;
};

}  // namespace tutti
