#include "reports/text/escaping.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace tutti::reports {
namespace {

// Calls `visit(character, before, after)` for every character of the cleaned text.
template <typename Visit>
void for_each_character(std::string_view raw, Visit visit) {
  const std::string text = clean_text(raw);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text::character_length(std::string_view(text).substr(i));
    const char before = i > 0 ? text[i - 1] : ' ';
    const char after = i + length < text.size() ? text[i + length] : ' ';
    visit(std::string_view(text).substr(i, length), before, after);
    i += length;
  }
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0; }

// "-3" after a space or a bracket is a number; "omad-3" and "2026-11" are not.
bool is_minus(std::string_view character, char before, char after) {
  return character == "-" && std::isdigit(static_cast<unsigned char>(after)) &&
         (before == ' ' || before == '[' || before == '(');
}

using Replacement = std::pair<std::string_view, std::string_view>;

constexpr std::array<Replacement, 32> kLatex{{
    {"_", "\\_"},
    {"&", "\\&"},
    {"%", "\\%"},
    {"#", "\\#"},
    {"$", "\\$"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"\\", "\\textbackslash{}"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"\"", "''"},
    {"±", "$\\pm$"},
    {"×", "$\\times$"},
    {"−", "$-$"},
    {"–", "--"},
    {"—", "---"},
    {"…", "\\ldots{}"},
    {"·", "$\\cdot$"},
    {"†", "\\dag{}"},
    {"≥", "$\\ge$"},
    {"≤", "$\\le$"},
    {"∞", "$\\infty$"},
    {"θ", "$\\theta$"},
    {"ρ", "$\\rho$"},
    {"τ", "$\\tau$"},
    {"γ", "$\\gamma$"},
    {"α", "$\\alpha$"},
    {"“", "``"},
    {"”", "''"},
}};

// Latin-1 letters (U+00C0 to U+00FF) that LaTeX's default fonts can set.
bool is_latin_letter(std::string_view character) {
  const bool block = character.size() == 2 && static_cast<unsigned char>(character[0]) == 0xC3;
  return block && character != "÷" && character != "Ð" && character != "ð" && character != "Þ" && character != "þ";
}

std::string escape_html(std::string_view text, bool minus_signs) {
  std::string out;
  for_each_character(text, [&](std::string_view character, char before, char after) {
    if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else if (minus_signs && is_minus(character, before, after)) {
      out += "−";
    } else {
      out += character;
    }
  });
  return out;
}

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string out;
  for_each_character(text, [&](std::string_view character, char before, char after) {
    const bool special = std::string_view("\\`*|~").find(character) != std::string_view::npos ||
                         (character == "_" && !(is_word(before) && is_word(after))) ||
                         (character == "]" && (after == '(' || after == '[' || after == ':'));  // a link
    if (character == "<") {
      out += "&lt;";
      return;
    }
    if (special) out += '\\';
    out += character;
  });
  return out;
}

std::string latex_text(std::string_view text) {
  std::string out;
  for_each_character(text, [&](std::string_view character, char before, char after) {
    const auto known = std::find_if(kLatex.begin(), kLatex.end(), [&](auto entry) { return entry.first == character; });
    if (known != kLatex.end()) {
      out += known->second;
    } else if (is_minus(character, before, after)) {
      out += "$-$";
    } else if (character.size() == 1 || is_latin_letter(character)) {
      out += character;
    } else {
      out += '?';
    }
  });
  return out;
}

std::string html_text(std::string_view text) { return escape_html(text, false); }

std::string html_number_text(std::string_view text) { return escape_html(text, true); }

}  // namespace tutti::reports
