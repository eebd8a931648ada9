#include "results/table.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "temporary_folder.hpp"

namespace tutti::results {
namespace {

TEST(Table, NumbersReadBackExactly) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(-75.8), "-75.8");
  for (const double value : {1.0 / 3, 1e-310, 1.7976931348623157e308, 123456789.125}) {
    EXPECT_EQ(std::strtod(shortest(value).c_str(), nullptr), value);
  }
}

TEST(Table, WritesAHeaderAndWholeRows) {
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "t.csv";
  Table table(file, {"step", "seed", "return", "ended", "loss"}, {});
  EXPECT_EQ(read_file(file), "step,seed,return,ended,loss\n");
  table.add(std::int64_t{5}).add(std::numeric_limits<std::uint64_t>::max()).add(-0.5).add("terminated").add_empty();
  table.end_row();
  EXPECT_EQ(read_file(file), "step,seed,return,ended,loss\n") << "rows reach the file at write()";
  table.write();
  EXPECT_EQ(read_file(file), "step,seed,return,ended,loss\n5,18446744073709551615,-0.5,terminated,\n");
}

TEST(Table, QuotesWhatHasACommaOrAQuote) {
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "t.csv";
  Table table(file, {"a,b"}, {});
  table.add("say \"yes\"").end_row();
  table.write();
  EXPECT_EQ(read_file(file), "\"a,b\"\n\"say \"\"yes\"\"\"\n");
}

TEST(Table, GoesOnAfterTheRowsToKeep) {
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "t.csv";
  TableEnd kept;
  {
    Table table(file, {"step"}, {});
    table.add(std::int64_t{1}).end_row();
    table.write();
    kept = table.end();
    table.add(std::int64_t{2}).end_row();
    table.write();
  }
  Table table(file, {"step"}, kept);
  table.add(std::int64_t{3}).end_row();
  table.write();
  EXPECT_EQ(read_file(file), "step\n1\n3\n");
}

TEST(Table, DoesNotGoOnAfterRowsThatWereChanged) {
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "t.csv";
  TableEnd end;
  {
    Table table(file, {"step"}, {});
    table.add(std::int64_t{1}).end_row();
    table.add(std::int64_t{2}).end_row();
    table.write();
    end = table.end();
  }
  for (const char* changed : {"step\n1\n3\n", "step\n2\n1\n", "step\n1\n"}) {
    write_file(file, changed, Durability::kProcess);
    EXPECT_THROW(Table(file, {"step"}, end), Error);
    EXPECT_EQ(read_file(file), changed) << "nothing is cut off before it is known to be whole";
  }
}

TEST(Table, DoesNotGoOnWithOtherColumns) {
  const testing_support::TemporaryFolder folder;
  const auto file = folder.path() / "t.csv";
  const TableEnd end = Table(file, {"step"}, {}).end();
  try {
    Table(file, {"step", "seed"}, end);
    FAIL() << "rows would not fit their header";
  } catch (const FileError& error) {
    EXPECT_EQ(std::string(error.what()),
              file.string() + " was written by another version, with other columns; --fresh starts the run again");
  }
}

}  // namespace
}  // namespace tutti::results
