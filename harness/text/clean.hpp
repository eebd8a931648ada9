// Text that comes from elsewhere, made safe to show: a terminal obeys control characters, and files of others hold any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::text {

/// Length in bytes of the UTF-8 character that starts `text`, which is not empty; 0 if it is not valid.
std::size_t character_length(std::string_view text);

/// Valid UTF-8 on one line: broken bytes become U+FFFD. Control characters, line breaks and the marks that reverse the
/// direction of writing become spaces.
std::string clean_text(std::string_view text);

/// The same, but line feeds stay: for messages of several lines.
std::string clean_lines(std::string_view text);

}  // namespace tutti::text
