#include "text/clean.hpp"

#include <algorithm>

namespace tutti::text {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_in(std::string_view character, std::string_view first, std::string_view last) {
  return character >= first && character <= last;
}

// What moves a cursor or turns the direction of writing. Valid UTF-8 has the order of its code points.
bool is_control(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]) < 0x20 || character[0] == 0x7F;
  if (character.size() == 2) return is_in(character, "\xC2\x80", "\xC2\x9F");  // C1: a terminal takes U+009B for ESC [
  return is_in(character, "\xE2\x80\x8E", "\xE2\x80\x8F") ||                   // marks of direction: U+200E, U+200F
         is_in(character, "\xE2\x80\xA8", "\xE2\x80\xAE") ||  // ends of lines, overrides: U+2028 to U+202E
         is_in(character, "\xE2\x81\xA6", "\xE2\x81\xA9");    // isolates: U+2066 to U+2069
}

std::string clean(std::string_view text, bool keep_lines) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0) {
      out += kReplacement;
    } else if (is_control(character) && !(keep_lines && character == "\n")) {
      out += ' ';
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace

std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and values past U+10FFFF.
  if (length == 3 && ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F))) return 0;
  if (length == 4 && ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F))) return 0;
  return length;
}

std::string clean_text(std::string_view text) { return clean(text, false); }

std::string clean_lines(std::string_view text) { return clean(text, true); }

}  // namespace tutti::text
