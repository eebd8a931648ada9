#include "results/run_identity.hpp"

#include <gtest/gtest.h>

namespace tutti::results {
namespace {

RunRecord finished(const std::string& algorithm, const std::string& timing) {
  RunRecord record;
  record.run_id = algorithm + timing;
  record.algorithm = record.algorithm_name = algorithm;
  record.evaluations_digest = "equal";
  if (!timing.empty()) record.table_digests["timing.csv"] = timing;
  return record;
}

TEST(RunIdentity, TwoAlgorithmsWithEqualEvaluationsAreNoCopiesUnlessTheirTimesAreEqualToo) {
  const RunRecord first = finished("first", "12"), second = finished("second", "34"), third = finished("third", "34");
  const std::vector<const RunRecord*> records = {&first, &second, &third};
  const auto copies = copies_among(records);
  EXPECT_EQ(copies.at(0), std::nullopt);
  EXPECT_EQ(copies.at(1), std::optional<std::size_t>(2));
  EXPECT_EQ(copies.at(2), std::optional<std::size_t>(1));
}

TEST(RunIdentity, OfRecordsWithoutTimesEqualEvaluationsAreCopies) {
  const RunRecord first = finished("first", ""), second = finished("second", "");
  const std::vector<const RunRecord*> records = {&first, nullptr, &second};
  const auto copies = copies_among(records);
  EXPECT_EQ(copies.at(0), std::optional<std::size_t>(2));
  EXPECT_EQ(copies.at(2), std::optional<std::size_t>(0));
}

}  // namespace
}  // namespace tutti::results
