#include "run/coverage.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "tutti/error.hpp"

namespace tutti::run {
namespace {

// Bins of [-1, 1] in four: [-1, -0.5), [-0.5, 0), [0, 0.5), [0.5, 1].
Coverage line() { return Coverage({{"x", -1, 1, 4}}); }

void add(Coverage& coverage, std::vector<double> values) { coverage.add(values); }

TEST(Coverage, BinsHaveTheirLowerEdgeAndTheLastItsUpperEdgeToo) {
  Coverage coverage = line();
  add(coverage, {-1.0, -0.5, 0.0, 0.5});
  EXPECT_EQ(coverage.visited(), 4);
  add(coverage, {1.0});
  EXPECT_EQ(coverage.visited(), 4);
  EXPECT_EQ(coverage.inside(), 5);
  EXPECT_EQ(coverage.outside(), 0);
}

TEST(Coverage, WhatLiesOutsideOccupiesNoBin) {
  Coverage coverage = line();
  add(coverage, {-1.001, 1.001, std::numeric_limits<double>::quiet_NaN()});
  EXPECT_EQ(coverage.visited(), 0);
  EXPECT_EQ(coverage.outside(), 3);
  EXPECT_EQ(coverage.entropy(), 0);
}

TEST(Coverage, EntropyIsOneForEqualVisitsAndZeroForASingleBin) {
  Coverage coverage = line();
  add(coverage, {0.1, 0.1});
  EXPECT_EQ(coverage.entropy(), 0);
  // Visits 2, 2: log 2 / log 4.
  add(coverage, {0.9, 0.9});
  EXPECT_NEAR(coverage.entropy(), 0.5, 1e-15);
  add(coverage, {-0.9, -0.9, -0.1, -0.1});
  EXPECT_NEAR(coverage.entropy(), 1, 1e-15);
}

TEST(Coverage, AgreesWithNumpysHistogram) {
  Coverage coverage({{"x", 0, 1, 4}, {"y", 0, 1, 4}});
  add(coverage, {0, 0, 0.1, 0.1, 0.24, 0.26, 0.25, 0.25, 0.99, 0.99, 1, 1, 0.5, 1.2, -0.1, 0.3, 0.26, 0.49});
  EXPECT_EQ(coverage.inside(), 7);
  EXPECT_EQ(coverage.outside(), 2);
  EXPECT_EQ(coverage.visited(), 4);
  EXPECT_EQ(coverage.bins(), 16);
  EXPECT_NEAR(coverage.entropy(), 0.48755301622868674, 1e-12);  // 1.351783994289646 nats
}

TEST(Coverage, BinsOfSeveralDimensionsAreJoint) {
  Coverage coverage({{"x", 0, 1, 2}, {"y", 0, 1, 3}});
  EXPECT_EQ(coverage.bins(), 6);
  add(coverage, {0.1, 0.1, 0.1, 0.9, 0.9, 0.1, 0.1, 2.0});
  EXPECT_EQ(coverage.visited(), 3);
  EXPECT_EQ(coverage.outside(), 1);
}

TEST(Coverage, ReadsBackWhatWasSaved) {
  Coverage coverage = line();
  add(coverage, {0.1, 0.9, 0.9, 5.0});
  SnapshotWriter writer;
  coverage.save(writer);
  Coverage other = line();
  SnapshotReader reader(writer.bytes());
  other.load(reader);
  reader.finish();
  EXPECT_EQ(other.visited(), 2);
  EXPECT_EQ(other.inside(), 3);
  EXPECT_EQ(other.outside(), 1);
  EXPECT_EQ(other.entropy(), coverage.entropy());
}

TEST(Coverage, BoxWithoutARangeOrWithTooManyBinsIsRefused) {
  EXPECT_THROW(Coverage({{"x", 0, 1, 0}}), Error);
  EXPECT_THROW(Coverage({{"x", 1, 1, 4}}), Error);
  EXPECT_THROW(Coverage({{"x", 0, 1, 8192}, {"y", 0, 1, 8193}}), Error);
  EXPECT_NO_THROW(Coverage({{"x", 0, 1, 1024}, {"y", 0, 1, 512}}));
}

}  // namespace
}  // namespace tutti::run
