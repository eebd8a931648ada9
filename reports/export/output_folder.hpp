// The folder of a report: what is written there is listed, so that the next report can remove it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::reports {

class OutputFolder {
 public:
  explicit OutputFolder(std::filesystem::path path) : path_(std::move(path)) {}

  /// Removes the files that the report.json of an earlier report lists.
  void remove_listed() const;

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
};

}  // namespace tutti::reports
