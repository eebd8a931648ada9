// A folder that lasts as long as its object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "tutti/error.hpp"

namespace tutti {

class TemporaryFolder {
 public:
  /// Makes `<purpose>-XXXXXX` where the system keeps temporary files. Throws Error if it cannot.
  explicit TemporaryFolder(std::string_view purpose) : path_((place() / (std::string(purpose) + "-XXXXXX")).string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw Error(path_ + ": this folder cannot be made");
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // what stays behind is the system's to clean up
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path path() const { return path_; }

 private:
  static std::filesystem::path place() {
    std::error_code problem;
    std::filesystem::path found = std::filesystem::temp_directory_path(problem);
    if (problem) throw Error("there is no folder for temporary files; let TMPDIR name one");
    return found;
  }

  std::string path_;
};

}  // namespace tutti
