#include "launch/replaced_files.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "launch/suite_folder.hpp"
#include "results/files.hpp"

namespace tutti::launch {

ReplacedFiles::ReplacedFiles(std::filesystem::path folder, std::filesystem::path aside)
    : folder_(std::move(folder)), aside_(std::move(aside)) {}

ReplacedFiles::~ReplacedFiles() {
  std::error_code error;
  bool whole = true;
  for (const std::filesystem::path& name : taken_) {
    std::filesystem::remove_all(folder_ / name, error);
    std::filesystem::rename(aside_ / name, folder_ / name, error);
    whole = whole && !error;
  }
  if (whole) std::filesystem::remove_all(aside_, error);
}

void ReplacedFiles::take(const std::filesystem::path& name) {
  const std::filesystem::path path = folder_ / name;
  if (!std::filesystem::exists(path)) return;
  // Held while the folder goes, so that nobody begins to execute the run.
  std::optional<results::Lock> lock;
  if (std::filesystem::is_directory(path)) lock = lock_idle_run(path);
  results::make_folder((aside_ / name).parent_path());
  std::filesystem::rename(path, aside_ / name);
  taken_.push_back(name);
}

}  // namespace tutti::launch
