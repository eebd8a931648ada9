// Keeps a run's log.txt from filling the disk, whatever the plugins print.
#pragma once

#include <cstdint>
#include <filesystem>

namespace tutti::launch {

/// Longest log, as far as the host can see to it: it looks several times a second.
inline constexpr std::uint64_t kMostLogBytes = 64 << 20;

/// Cuts a log that is longer than `most` bytes: its first half stays, then comes a line that says so, then the end of
/// what was there. A worker that continues to write appends to it. Does nothing to a log that is short, or no file.
void cap_log(const std::filesystem::path& file, std::uint64_t most = kMostLogBytes);

}  // namespace tutti::launch
