// The folder of a report: what is written there is listed, so that the next report can remove it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/lock.hpp"

namespace tutti::reports {

class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path) : path_(std::move(path)) {}

  /// Makes the folder and removes the files of an earlier report, whether that was written to its end or not. Throws
  /// Error if another process is writing a report there.
  void begin();

  /// Lists a file that is about to be written by something else, should the report not be written to its end.
  void announce(const std::string& name);

  /// Writes report.json, which says that the report is whole.
  void finish(std::string_view report_json);

  /// Writes a file, such as "tables/main.csv", and the folders it is in. Throws FileError.
  void write(const std::string& name, std::string_view content);

  /// Lists a file that something else wrote.
  void add(const std::string& name) { files_.push_back(name); }

  const std::filesystem::path& path() const { return path_; }

  /// Relative to the folder, sorted.
  std::vector<std::string> files() const;

 private:
  std::filesystem::path path_;
  std::vector<std::string> files_;
  std::optional<results::Lock> lock_;
};

}  // namespace tutti::reports
