// A file that is written bit by bit under another name, and takes its own when it is whole.
#pragma once

#include <filesystem>
#include <utility>

namespace tutti::watch {

class AsideFile {
 public:
  explicit AsideFile(std::filesystem::path file) : file_(std::move(file)), partial_(file_.string() + ".partial") {}
  /// Removes what was not committed.
  ~AsideFile() {
    std::error_code ignored;
    if (!committed_) std::filesystem::remove(partial_, ignored);
  }
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  const std::filesystem::path& file() const { return file_; }
  const std::filesystem::path& partial() const { return partial_; }

  /// Gives the whole file its name. Throws std::filesystem::filesystem_error.
  void commit() {
    std::filesystem::rename(partial_, file_);
    committed_ = true;
  }

 private:
  std::filesystem::path file_;
  std::filesystem::path partial_;
  bool committed_ = false;
};

}  // namespace tutti::watch
