#include "reports/data/csv.hpp"

#include <gtest/gtest.h>

namespace tutti::reports {
namespace {

TEST(CsvTableWriter, QuotesOnlyWhereNeeded) {
  const CsvTable table{{"a", "b"}, {{"1", "x, y"}, {"", "say \"hi\"\nthere"}}};
  EXPECT_EQ(to_csv(table), "a,b\n1,\"x, y\"\n,\"say \"\"hi\"\" there\"\n");
}

}  // namespace
}  // namespace tutti::reports
