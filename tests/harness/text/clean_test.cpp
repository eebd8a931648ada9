#include "text/clean.hpp"

#include <gtest/gtest.h>

namespace tutti::text {
namespace {

const std::string kBroken = "\xEF\xBF\xBD";

TEST(CleanText, BrokenBytesAndControlCharactersAreReplaced) {
  EXPECT_EQ(clean_text("a\xff\x80z\n\x01"
                       "b"),
            "a" + kBroken + kBroken + "z  b");
  EXPECT_EQ(clean_text("\xc0\xaf"), kBroken + kBroken) << "overlong form";
  EXPECT_EQ(clean_text("\xed\xa0\x80").size(), 9U) << "surrogate";
  EXPECT_EQ(clean_text("θ ± – 中 🎲"), "θ ± – 中 🎲");
}

TEST(CleanText, NothingThatATerminalObeysIsLeft) {
  EXPECT_EQ(clean_text("\x1b]52;c;ZXZpbA==\x07\x1b[2J\x7f"), " ]52;c;ZXZpbA==  [2J ");
  EXPECT_EQ(clean_text("\xc2\x9b"
                       "2J"),
            " 2J")
      << "CSI as one character of C1";
  EXPECT_EQ(clean_text("\x9b"
                       "2J"),
            kBroken + "2J")
      << "CSI as one byte";
  EXPECT_EQ(clean_text("\xe2\x80\xae"
                       "x\xe2\x81\xa6"
                       "y\xe2\x80\xa8"
                       "z"),
            " x y z")
      << "reversed text, line separator";
}

TEST(CleanLines, OnlyLineFeedsStay) { EXPECT_EQ(clean_lines("a\r\nb\tc\n"), "a \nb c\n"); }

}  // namespace
}  // namespace tutti::text
