#include "reports/text/escaping.hpp"

#include <gtest/gtest.h>

namespace tutti::reports {
namespace {

TEST(Escaping, EveryLatexSpecialCharacterIsEscaped) {
  EXPECT_EQ(latex_text("a_b & 5% #1 $x {y}"), "a\\_b \\& 5\\% \\#1 \\$x \\{y\\}");
  EXPECT_EQ(latex_text("~^\\"), "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}");
  EXPECT_EQ(latex_text("[-3.1, 2] (-4) omad-2"), "[$-$3.1, 2] ($-$4) omad-2");
  EXPECT_EQ(latex_text("2.2× ± é 中"), "2.2$\\times$ $\\pm$ é [U+4E2D]");
  EXPECT_EQ(latex_text("Łódź Erdős čφ"), "\\L{}ód\\'{z} Erd\\H{o}s \\v{c}$\\phi$");
}

TEST(Escaping, LettersThatCommonFontsLackAreNamedByNumber) {
  EXPECT_EQ(common_letters_text("é φ Я − ≥ 中文 🙂"), "é φ Я − ≥ [U+4E2D][U+6587] [U+1F642]");
  EXPECT_EQ(uncommon_letters("a 中文 中"), (std::set<std::uint32_t>{0x4E2D, 0x6587}));
}

TEST(Escaping, MarkdownAndHtmlTakeNothingLiterally) {
  EXPECT_EQ(markdown_text("a|b*c <i> x_y _z_"), "a\\|b\\*c &lt;i> x_y \\_z\\_");
  EXPECT_EQ(markdown_text("a&lt;b & $x$"), "a&amp;lt;b &amp; \\$x\\$");
  EXPECT_EQ(markdown_text("[a](b) [1, 2]"), "[a\\](b) [1, 2]");
  EXPECT_EQ(html_text("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
  EXPECT_EQ(html_number_text("[-3, 2]"), "[−3, 2]");
}

}  // namespace
}  // namespace tutti::reports
