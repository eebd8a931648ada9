// Claims on files, which keep two processes from doing the same work.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "results/files.hpp"

namespace tutti::results {

/// An exclusive claim on a file, held until destruction or the end of the process, kill included. Processes that the
/// owner starts do not share it.
class Lock {
 public:
  /// Nothing if another process holds it. Throws FileError if the file cannot be made, or is not a
  /// regular file.
  static std::optional<Lock> try_lock(const std::filesystem::path& file);

  /// Writes who holds the lock into the file, for people.
  void describe(std::string_view text);

  /// Adds to what the file holds; on a full disk, nothing.
  void append(std::string_view text);

 private:
  explicit Lock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Descriptor descriptor_;
};

/// True while some process holds the lock. Asking never keeps anybody from taking it.
bool is_locked(const std::filesystem::path& file);

}  // namespace tutti::results
