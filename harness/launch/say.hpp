// Text for people.
#pragma once

#include <cstdio>
#include <string_view>

namespace tutti::launch {

/// Writes `text` at once. What a full disk, or a terminal that is gone, does not take is lost, and nothing else.
inline void say(std::FILE* out, std::string_view text) noexcept {
  (void)std::fwrite(text.data(), 1, text.size(), out);
  (void)std::fflush(out);
}

}  // namespace tutti::launch
