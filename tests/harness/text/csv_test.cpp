#include "text/csv.hpp"

#include <gtest/gtest.h>

namespace tutti::text {
namespace {

using Fields = std::vector<std::string>;

Fields split(const std::string& line) {
  CsvSplitter splitter;
  const auto& fields = splitter.split(line);
  return {fields.begin(), fields.end()};
}

TEST(Csv, FieldsAreWhatStandsBetweenCommas) {
  EXPECT_EQ(split("a,,b"), (Fields{"a", "", "b"}));
  EXPECT_EQ(split(""), (Fields{""}));
  EXPECT_EQ(split("a,"), (Fields{"a", ""}));
}

TEST(Csv, QuotesProtectCommasAndThemselves) {
  EXPECT_EQ(split(R"("a,b",c)"), (Fields{"a,b", "c"}));
  EXPECT_EQ(split(R"("say ""hi""",c)"), (Fields{R"(say "hi")", "c"}));
  EXPECT_EQ(split(R"("",c)"), (Fields{"", "c"}));
}

TEST(Csv, AQuoteThatNeverEndsTakesTheRestOfTheLine) { EXPECT_EQ(split(R"(a,"b,c)"), (Fields{"a", "b,c"})); }

TEST(Csv, WhatIsWrittenReadsBack) {
  const Fields fields = {"plain", "a,b", R"(")", R"(say "hi", twice)", "", R"("")"};
  std::string line;
  for (const std::string& field : fields) {
    if (&field != &fields.front()) line += ',';
    append_csv_field(line, field);
  }
  EXPECT_EQ(split(line), fields);
}

}  // namespace
}  // namespace tutti::text
