// Files and folders that a submission replaces, kept until it is known that the cluster takes the job.
#pragma once

#include <filesystem>
#include <vector>

namespace tutti::launch {

class ReplacedFiles {
 public:
  /// They are kept in `aside`, below `folder`, which does not exist yet.
  ReplacedFiles(std::filesystem::path folder, std::filesystem::path aside);

  /// Puts back what was taken, over whatever has its place now, or removes it after drop().
  ~ReplacedFiles();
  ReplacedFiles(const ReplacedFiles&) = delete;
  ReplacedFiles& operator=(const ReplacedFiles&) = delete;

  /// Moves what is at `name` below the folder aside; nothing where there is nothing. Throws Error if it is the folder
  /// of a run that a process is executing.
  void take(const std::filesystem::path& name);

  /// From now on, what was taken is not needed any more.
  void drop() { taken_.clear(); }

 private:
  std::filesystem::path folder_;
  std::filesystem::path aside_;
  std::vector<std::filesystem::path> taken_;
};

}  // namespace tutti::launch
