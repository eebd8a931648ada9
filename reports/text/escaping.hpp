// Text that comes from files of others (names, error messages) made safe for each output format.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "text/clean.hpp"

namespace tutti::reports {

using text::clean_text;

/// For a Markdown paragraph or table cell.
std::string markdown_text(std::string_view text);

/// For LaTeX text mode, pdflatex included: special characters escaped, known symbols as commands, a hyphen before a
/// digit as a minus sign, characters that no default font has as a question mark.
std::string latex_text(std::string_view text);

/// Latin, Greek and Cyrillic letters, punctuation and symbols as they are, which common fonts have; every other
/// character as its number, "[U+4E2D]".
std::string common_letters_text(std::string_view text);

/// The numbers of the characters that common_letters_text() replaces.
std::set<std::uint32_t> uncommon_letters(std::string_view text);

/// For HTML text and attribute values.
std::string html_text(std::string_view text);

/// The same, and a hyphen that stands for a minus sign becomes one: for table cells.
std::string html_number_text(std::string_view text);

}  // namespace tutti::reports
