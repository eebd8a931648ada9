#include "suite/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tutti::suite {
namespace {

TEST(Nearest, EditDistanceCountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("seed", "sede"), 1U);
  EXPECT_EQ(edit_distance("batch_sise", "batch_size"), 1U);
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> names = {"batch_size", "buffer_size", "discount"};
  EXPECT_EQ(nearest("batch_sise", names), "batch_size");
  EXPECT_EQ(nearest("dicsount", names), "discount");
  EXPECT_EQ(nearest("learning_rate", names), std::nullopt);
  EXPECT_EQ(nearest("ab", std::vector<std::string>{"xy"}), std::nullopt);
}

TEST(Nearest, SuggestsTheNearestOrListsAll) {
  const std::vector<std::string> names = {"a_name", "other"};
  EXPECT_EQ(suggestion("a_nam", names), "did you mean \"a_name\"?");
  EXPECT_EQ(suggestion("zzzzzzzz", names), "known: a_name, other");
  EXPECT_EQ(suggestion("x", {}), "none is known");
}

}  // namespace
}  // namespace tutti::suite
