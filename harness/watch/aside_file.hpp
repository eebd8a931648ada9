// A file that is written bit by bit under another name, and takes its own when it is whole.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string_view>

#include "tutti/error.hpp"

namespace tutti::watch {

class AsideFile {
 public:
  /// Makes the file, still empty, under its other name. What lies there is removed, and never opened. Throws FileError.
  explicit AsideFile(std::filesystem::path file);
  /// Removes what was not committed.
  ~AsideFile();
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  const std::filesystem::path& file() const { return file_; }
  const std::filesystem::path& partial() const { return partial_; }

  /// Throws FileError.
  void write(std::string_view bytes);

  /// Gives the whole file its name; a symbolic link of that name is replaced. Throws FileError.
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path file_;
  std::filesystem::path partial_;
  std::FILE* stream_ = nullptr;
};

}  // namespace tutti::watch
