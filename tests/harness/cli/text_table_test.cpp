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

TEST(Numbers, AreGroupedByThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(Numbers, OfBytesHaveAUnit) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(1500), "1.5 kB");
  EXPECT_EQ(bytes_text(123'456'789), "123 MB");
  EXPECT_EQ(bytes_text(7'000'000'000), "7.0 GB");
}

}  // namespace
}  // namespace tutti::cli
