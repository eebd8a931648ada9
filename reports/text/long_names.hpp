// Names that are longer than the room for them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tutti::reports {

/// Characters of UTF-8 text.
std::size_t characters(const std::string& text);

/// The names, those of more than `most` characters with "…" in place of their middle, since versions and sizes stand at
/// the end. Different names stay different: where they would not, other parts are left out, or a number is added.
std::vector<std::string> short_names(const std::vector<std::string>& names, std::size_t most);

/// The name in lines of at most `most` characters, broken after a space, "_", "-" or "/" where there is one in the
/// second half of a line.
std::vector<std::string> name_lines(const std::string& name, std::size_t most);

}  // namespace tutti::reports
