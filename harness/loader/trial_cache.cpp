#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "digest/digest.hpp"
#include "loader/trial.hpp"

namespace tutti::loader {
namespace {

// Entries are empty files; more than this many are those of builds long gone.
constexpr std::size_t kMostEntries = 2000;
// Changes with what a trial tries.
constexpr std::string_view kTrialVersion = "trial 1, ";

/// An open folder that belongs to this user alone; -1 if it is not to be trusted or cannot be opened.
class OwnFolder {
 public:
  explicit OwnFolder(const std::string& path)
      : descriptor_(path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {
    struct stat status {};
    if (descriptor_ < 0) return;
    const bool own = ::fstat(descriptor_, &status) == 0 && status.st_uid == ::geteuid() &&
                     (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (own) return;
    ::close(descriptor_);
    descriptor_ = -1;
  }
  ~OwnFolder() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;

  explicit operator bool() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string cache_folder() {
  const auto absolute = [](const char* path) { return path != nullptr && path[0] == '/'; };
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); absolute(cache)) return cache + std::string("/tutti/plugins");
  if (const char* home = std::getenv("HOME"); absolute(home)) return home + std::string("/.cache/tutti/plugins");
  return "";
}

/// Entries of another host's build do not count: it may lay out objects differently.
std::string entry_name(const std::string& digest) {
  return sha256(std::string(kTrialVersion) + std::string(kBuildTag) + ", " + digest);
}

void make_folders(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path folder = path;
  std::filesystem::create_directories(folder.parent_path().parent_path(), ignored);
  for (const std::filesystem::path& own : {folder.parent_path(), folder}) ::mkdir(own.c_str(), 0700);
}

void forget_all_if_too_many(const std::string& path) {
  std::vector<std::filesystem::path> entries;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) entries.push_back(entry.path());
  if (entries.size() <= kMostEntries) return;
  for (const auto& entry : entries) std::filesystem::remove(entry, ignored);
}

}  // namespace

TrialCache::TrialCache() : folder_(cache_folder()) {}

bool TrialCache::has(const std::string& digest) const {
  const OwnFolder folder(folder_);
  struct stat status {};
  return folder && ::fstatat(folder.descriptor(), entry_name(digest).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
}

void TrialCache::add(const std::string& digest) const {
  if (folder_.empty()) return;
  make_folders(folder_);
  const OwnFolder folder(folder_);
  if (!folder) return;
  forget_all_if_too_many(folder_);
  const int entry = ::openat(folder.descriptor(), entry_name(digest).c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (entry >= 0) ::close(entry);
}

}  // namespace tutti::loader
