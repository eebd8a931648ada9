#include "tutti/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tutti/snapshot.hpp"

namespace tutti {
namespace {

TEST(Random, MixesLikeSplitMix64) {
  // First output of SplitMix64 started at 0, from its reference implementation.
  EXPECT_EQ(mix_bits(0x9E3779B97F4A7C15U), 0xE220A8397B1DCDAFU);
}

TEST(Random, StreamsOfOneSeedDifferByNameAndIndex) {
  std::set<std::uint64_t> seeds;
  for (const char* name : {"environment", "policy", "replay", "evaluation"}) {
    for (std::uint64_t index = 0; index < 100; ++index) {
      for (std::uint64_t seed = 0; seed < 10; ++seed) seeds.insert(derive_seed(seed, name, index));
    }
  }
  EXPECT_EQ(seeds.size(), 4000U);
}

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  RandomStream a(7);
  RandomStream b(7);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Random, UniformsHaveTheMomentsOfTheUniformDistribution) {
  RandomStream random(1);
  double sum = 0;
  double squares = 0;
  constexpr int kCount = 200'000;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 4 * 0.2887 / std::sqrt(kCount));
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 4 * 0.2981 / std::sqrt(kCount));
}

TEST(Random, NormalsHaveTheMomentsOfTheNormalDistribution) {
  std::vector<double> values(200'000);
  RandomStream(2).fill_normal(std::span<double>(values));
  double mean = 0;
  double variance = 0;
  for (const double value : values) mean += value / 200'000;
  for (const double value : values) variance += (value - mean) * (value - mean) / 200'000;
  EXPECT_NEAR(mean, 0, 4 / std::sqrt(200'000));
  EXPECT_NEAR(variance, 1, 4 * std::sqrt(2.0 / 200'000));
}

TEST(Random, NormalsInSinglePrecisionAreThoseInDoublePrecision) {
  for (const std::size_t count : {1U, 7U, 256U, 100'001U}) {
    std::vector<float> single(count);
    std::vector<double> twice(count);
    RandomStream(3).fill_normal(std::span<float>(single));
    RandomStream(3).fill_normal(std::span<double>(twice));
    for (std::size_t i = 0; i < count; ++i) ASSERT_NEAR(single[i], twice[i], 2e-6) << i;
  }
}

TEST(Random, IndicesCoverTheirRangeEvenly) {
  RandomStream random(3);
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts.at(random.index(7));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 4 * std::sqrt(70'000.0 * 6 / 49));
}

TEST(Random, AStreamContinuesFromItsSnapshot) {
  RandomStream original(4);
  original.next();
  SnapshotWriter writer;
  original.save(writer, "stream");
  RandomStream restored(99);
  SnapshotReader reader(writer.bytes());
  restored.load(reader, "stream");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(original.next(), restored.next());
}

}  // namespace
}  // namespace tutti
