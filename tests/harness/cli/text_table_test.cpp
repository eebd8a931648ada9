#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace tutti::cli {
namespace {

TEST(TextTable, AlignsWordsLeftAndNumbersRight) {
  EXPECT_EQ(text_table({{"name", "steps", "note"}, {"a", "5", "x"}, {"long name", "1,000", ""}}),
            "name       steps  note\n"
            "a              5  x\n"
            "long name  1,000\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  EXPECT_EQ(text_table({{"a", "b"}, {"é", "x"}, {"zz", "y"}}), "a   b\né   x\nzz  y\n");
}

TEST(TextTable, OfNothingIsNothing) { EXPECT_EQ(text_table({}), ""); }

}  // namespace
}  // namespace tutti::cli
