#include "reports/text/escaping.hpp"

#include <fmt/format.h>

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

// Letters beyond Latin-1, as commands that every font encoding of LaTeX has: accent and letter, or Greek in math.
constexpr std::string_view kAccented =
    "Ā=A ā=a Ă\\uA ă\\ua Ć'C ć'c Ĉ^C ĉ^c Ċ.C ċ.c Č\\vC č\\vc Ď\\vD ď\\vd Ē=E ē=e Ĕ\\uE ĕ\\ue Ė.E ė.e Ě\\vE ě\\ve "
    "Ĝ^G ĝ^g Ğ\\uG ğ\\ug Ġ.G ġ.g Ĥ^H ĥ^h Ĩ~I Ī=I Ĭ\\uI İ.I Ĵ^J Ĺ'L ĺ'l Ľ\\vL ľ\\vl Ń'N ń'n Ň\\vN ň\\vn Ō=O ō=o "
    "Ŏ\\uO ŏ\\uo Ő\\HO ő\\Ho Ŕ'R ŕ'r Ř\\vR ř\\vr Ś'S ś's Ŝ^S ŝ^s Ş\\cS ş\\cs Š\\vS š\\vs Ţ\\cT ţ\\ct Ť\\vT ť\\vt "
    "Ũ~U ũ~u Ū=U ū=u Ŭ\\uU ŭ\\uu Ů\\rU ů\\ru Ű\\HU ű\\Hu Ŵ^W ŵ^w Ŷ^Y ŷ^y Ÿ\"Y Ź'Z ź'z Ż.Z ż.z Ž\\vZ ž\\vz ";
constexpr std::array<Replacement, 44> kLetters{{
    {"Ł", "\\L{}"},       {"ł", "\\l{}"},       {"Œ", "\\OE{}"},    {"œ", "\\oe{}"},     {"ı", "\\i{}"},
    {"ĩ", "\\~{\\i}"},    {"ī", "\\={\\i}"},    {"ĭ", "\\u{\\i}"},  {"ĵ", "\\^{\\j}"},   {"β", "$\\beta$"},
    {"δ", "$\\delta$"},   {"ε", "$\\epsilon$"}, {"ζ", "$\\zeta$"},  {"η", "$\\eta$"},    {"ι", "$\\iota$"},
    {"κ", "$\\kappa$"},   {"λ", "$\\lambda$"},  {"μ", "$\\mu$"},    {"µ", "$\\mu$"},     {"ν", "$\\nu$"},
    {"ξ", "$\\xi$"},      {"ο", "o"},           {"π", "$\\pi$"},    {"σ", "$\\sigma$"},  {"ς", "$\\varsigma$"},
    {"υ", "$\\upsilon$"}, {"φ", "$\\phi$"},     {"χ", "$\\chi$"},   {"ψ", "$\\psi$"},    {"ω", "$\\omega$"},
    {"Γ", "$\\Gamma$"},   {"Δ", "$\\Delta$"},   {"Θ", "$\\Theta$"}, {"Λ", "$\\Lambda$"}, {"Ξ", "$\\Xi$"},
    {"Π", "$\\Pi$"},      {"Σ", "$\\Sigma$"},   {"Φ", "$\\Phi$"},   {"Ψ", "$\\Psi$"},    {"Ω", "$\\Omega$"},
    {"°", "$^{\\circ}$"}, {"²", "$^{2}$"},      {"³", "$^{3}$"},    {"→", "$\\to$"},
}};

std::string accented(std::string_view character) {
  const std::size_t at = character.size() == 2 ? kAccented.find(character) : std::string_view::npos;
  if (at == std::string_view::npos) return "";
  const std::string_view entry = kAccented.substr(at + 2, kAccented.find(' ', at) - at - 2);
  const std::string accent(entry.substr(0, entry.size() - 1));
  return (accent.starts_with('\\') ? accent : "\\" + accent) + "{" + std::string(entry.substr(entry.size() - 1)) + "}";
}

std::uint32_t number_of(std::string_view character) {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(character[i])}; };
  std::uint32_t code = byte(0) & (character.size() == 1   ? 0x7FU
                                  : character.size() == 2 ? 0x1FU
                                  : character.size() == 3 ? 0x0FU
                                                          : 0x07U);
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6U | (byte(i) & 0x3FU);
  return code;
}

// What no font of LaTeX's defaults has is named by its number: nothing disappears.
std::string code_point(std::string_view character) { return fmt::format("[U+{:04X}]", number_of(character)); }

// Latin, Greek and Cyrillic letters, punctuation and symbols.
bool is_common(std::uint32_t code) { return code < 0x0530 || (code >= 0x1E00 && code < 0x2800); }

std::string letter(std::string_view character) {
  const auto found = std::ranges::find(kLetters, character, &Replacement::first);
  if (found != kLetters.end()) return std::string(found->second);
  const std::string text = accented(character);
  return text.empty() ? code_point(character) : text;
}

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
    const bool special = std::string_view("\\`*|~$").find(character) != std::string_view::npos ||
                         (character == "_" && !(is_word(before) && is_word(after))) ||
                         (character == "]" && (after == '(' || after == '[' || after == ':'));  // a link
    if (character == "<" || character == "&") {
      out += character == "<" ? "&lt;" : "&amp;";
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
      out += letter(character);
    }
  });
  return out;
}

std::string html_text(std::string_view text) { return escape_html(text, false); }

std::string html_number_text(std::string_view text) { return escape_html(text, true); }

std::string common_letters_text(std::string_view text) {
  std::string out;
  for_each_character(text, [&](std::string_view character, char, char) {
    out += is_common(number_of(character)) ? std::string(character) : code_point(character);
  });
  return out;
}

std::set<std::uint32_t> uncommon_letters(std::string_view text) {
  std::set<std::uint32_t> result;
  for_each_character(text, [&](std::string_view character, char, char) {
    if (!is_common(number_of(character))) result.insert(number_of(character));
  });
  return result;
}

}  // namespace tutti::reports
