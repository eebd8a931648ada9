// A catalogue without plugins: environment "grid" with tasks grid/small and grid/large, algorithms "climber" and
// "idler".
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "suite/suite.hpp"

namespace tutti::suite {

/// The catalogue; its functions stay valid for good.
Catalogue fake_catalogue();

/// Writes `text` to a file "suite.toml" of a folder that goes away with the object.
class SuiteFile {
 public:
  explicit SuiteFile(const std::string& text);
  ~SuiteFile();
  SuiteFile(const SuiteFile&) = delete;
  SuiteFile& operator=(const SuiteFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  Plan plan(const CommandLine& command_line = {}) const { return read_suite(path_, fake_catalogue(), command_line); }

  /// What reading says, with the path of the file shortened to "suite.toml"; "accepted" if nothing is wrong.
  std::string problems(const CommandLine& command_line = {}) const;

 private:
  std::filesystem::path path_;
};

}  // namespace tutti::suite
