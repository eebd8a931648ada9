#include "reports/text/long_names.hpp"

#include <gtest/gtest.h>

#include <set>

namespace tutti::reports {
namespace {

using Names = std::vector<std::string>;

TEST(LongNames, LoseTheirMiddleAndKeepTheirEnds) {
  EXPECT_EQ(short_names({"omad", "multi_agent_critic_v1", "multi_agent_critic_v2"}, 11),
            (Names{"omad", "multi…ic_v1", "multi…ic_v2"}));
  EXPECT_EQ(short_names({"omad", "omad"}, 3), (Names{"o…d", "o…d"})) << "the same name twice is one name";
  EXPECT_EQ(short_names({"αβγδεζη"}, 5), (Names{"αβ…ζη"}));
}

TEST(LongNames, StayDifferentWhereverTheyDiffer) {
  const std::string filler(60, 'x');
  const Names names = {"a" + filler + "z", "b" + filler + "z", filler + "m" + filler, filler + "n" + filler,
                       filler + "o" + filler};
  for (const std::size_t most : {2U, 5U, 12U, 40U}) {
    const Names shown = short_names(names, most);
    EXPECT_EQ(std::set<std::string>(shown.begin(), shown.end()).size(), names.size()) << most;
    if (most < 12) continue;
    for (const std::string& name : shown) EXPECT_LE(characters(name), most) << name;
  }
}

TEST(LongNames, BreakBetweenTheirPartsIntoLines) {
  EXPECT_EQ(name_lines("omad", 10), Names{"omad"});
  EXPECT_EQ(name_lines("half-cheetah-2x3", 10), (Names{"half-", "cheetah-", "2x3"}));
  EXPECT_EQ(name_lines("aaaaaaaaaaaaaa", 5), (Names{"aaaaa", "aaaaa", "aaaa"}));
  std::string whole;
  for (const std::string& line : name_lines("a name / of_several words", 7)) whole += line;
  EXPECT_EQ(whole, "a name / of_several words");
}

}  // namespace
}  // namespace tutti::reports
