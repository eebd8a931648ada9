#include "reports/text/escaping.hpp"

#include <gtest/gtest.h>

namespace tutti::reports {
namespace {

TEST(Escaping, EveryLatexSpecialCharacterIsEscaped) {
  EXPECT_EQ(latex_text("a_b & 5% #1 $x {y}"), "a\\_b \\& 5\\% \\#1 \\$x \\{y\\}");
  EXPECT_EQ(latex_text("~^\\"), "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}");
  EXPECT_EQ(latex_text("[-3.1, 2] (-4) omad-2"), "[$-$3.1, 2] ($-$4) omad-2");
  EXPECT_EQ(latex_text("2.2× ± é 中"), "2.2$\\times$ $\\pm$ é ?");
}

TEST(Escaping, MarkdownAndHtmlTakeNothingLiterally) {
  EXPECT_EQ(markdown_text("a|b*c <i> x_y _z_"), "a\\|b\\*c &lt;i> x_y \\_z\\_");
  EXPECT_EQ(markdown_text("[a](b) [1, 2]"), "[a\\](b) [1, 2]");
  EXPECT_EQ(html_text("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
  EXPECT_EQ(html_number_text("[-3, 2]"), "[−3, 2]");
}

TEST(Escaping, BrokenBytesAndControlCharactersAreReplaced) {
  EXPECT_EQ(clean_text("a\xff\x80z\n\x01"
                       "b"),
            "a\xEF\xBF\xBD\xEF\xBF\xBDz  b");
  EXPECT_EQ(clean_text("\xc0\xaf"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong form";
  EXPECT_EQ(clean_text("\xed\xa0\x80").size(), 9U) << "surrogate";
  EXPECT_EQ(clean_text("θ ± –"), "θ ± –");
}

}  // namespace
}  // namespace tutti::reports
