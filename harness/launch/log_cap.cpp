#include "launch/log_cap.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace tutti::launch {
namespace {

constexpr std::uint64_t kMostEndBytes = 256 << 10;

}  // namespace

void cap_log(const std::filesystem::path& file, std::uint64_t most) {
  const int log = ::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (log < 0) return;
  struct stat status {};
  const bool regular = ::fstat(log, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
  const auto size = regular ? static_cast<std::uint64_t>(status.st_size) : 0;
  if (size > most) {
    const std::uint64_t kept = most / 2;
    std::string end(static_cast<std::size_t>(std::min(kMostEndBytes, most / 4)), '\0');
    const ssize_t count = ::pread(log, end.data(), end.size(), static_cast<off_t>(size - end.size()));
    end.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    const std::string note = fmt::format("\n[tutti left {} bytes out here: this log is longer than {} bytes]\n",
                                         size - kept - end.size(), most);
    // A worker appends; what it writes between these calls may come before the note or be lost.
    if (::ftruncate(log, static_cast<off_t>(kept)) == 0) {
      ::fcntl(log, F_SETFL, O_APPEND);
      (void)!::write(log, (note + end).data(), note.size() + end.size());
    }
  }
  ::close(log);
}

}  // namespace tutti::launch
