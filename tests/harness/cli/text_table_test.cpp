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

TEST(TextTable, BreaksWordsWhereTheTerminalIsNarrow) {
  const std::vector<std::vector<std::string>> rows = {{"name", "n", "source"},
                                                      {"a", "12", "some long source of many words"}};
  EXPECT_EQ(text_table(rows, 24),
            "name   n  source\n"
            "a     12  some long\n"
            "          source of many\n"
            "          words\n");
  EXPECT_EQ(text_table(rows, 80), text_table(rows));
}

TEST(TextTable, BreaksWordsThatAreTooLongBetweenCharacters) {
  EXPECT_EQ(text_table({{"k", "v"}, {"a", "éééééééééééééééé"}}, 15), "k  v\na  éééééééééééé\n   éééé\n");
}

TEST(TextTable, OfNothingIsNothing) { EXPECT_EQ(text_table({}), ""); }

}  // namespace
}  // namespace tutti::cli
