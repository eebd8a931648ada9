// Text for people.
#pragma once

#include <cstdio>
#include <string_view>

#include "text/clean.hpp"

namespace tutti::launch {

/// Writes `text` at once, without anything that a terminal would obey: names and messages come from files of others.
/// What a full disk, or a terminal that is gone, does not take is lost, and nothing else; std::ferror() says so.
inline void say(std::FILE* out, std::string_view text) noexcept {
  const std::string clean = text::clean_lines(text);
  (void)std::fwrite(clean.data(), 1, clean.size(), out);
  (void)std::fflush(out);
}

}  // namespace tutti::launch
