// Runs the built program as a user would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tutti::end_to_end {

struct Outcome {
  int status = 0;  // exit status; negative: the signal that ended it
  std::string out;
  std::string err;
};

/// A folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file into the folder and returns its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// Starts build/bin/tutti in `folder` with the fixture plugins on its search path, and waits for its end.
Outcome tutti(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

/// A shell script around the program, which is "$TUTTI".
Outcome shell(const std::string& script, const std::filesystem::path& folder);

/// tutti() with both of its outputs going to `file`. Returns the status as in Outcome.
int tutti_into(const std::filesystem::path& file, const std::vector<std::string>& arguments,
               const std::filesystem::path& folder);

/// The content of a file; fails the test and gives "" if it cannot be read.
std::string content(const std::filesystem::path& file);

}  // namespace tutti::end_to_end
