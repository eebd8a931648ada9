// Loops with every set of instructions of this processor.
#include "nn/loops.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tutti/random.hpp"

namespace tutti {
namespace {

constexpr std::int64_t kRows = 37, kWidth = 131;  // neither is a multiple of anything, so that there are rests

std::vector<float> numbers(RandomStream& random, std::int64_t count) {
  std::vector<float> result(static_cast<std::size_t>(count));
  for (float& number : result) number = static_cast<float>(2 * random.normal());
  return result;
}

/// Everything that the loops compute of the same numbers, one after another.
std::vector<float> results(Instructions newest) {
  hold_loops_to(newest);
  RandomStream random(5);
  std::vector<float> all;
  const auto keep = [&](const std::vector<float>& some) { all.insert(all.end(), some.begin(), some.end()); };
  for (const Activation kind :
       {Activation::kIdentity, Activation::kRelu, Activation::kTanh, Activation::kMish, Activation::kGelu}) {
    std::vector<float> rows = numbers(random, kRows * kWidth), slopes(rows.size()), sums(kWidth), before(rows.size());
    const std::vector<float> bias = numbers(random, kWidth), addend = numbers(random, kRows * kWidth);
    add_and_activate<float>(kind, {rows.data(), kRows, kWidth, bias.data(), addend.data(), 1, slopes.data()});
    differentiate_activation<float>(kind, kRows, kWidth, addend.data(),
                                    keeps_slopes(kind) ? slopes.data() : rows.data(), before.data(), sums.data());
    keep(rows);
    keep(before);
    keep(sums);
    if (keeps_slopes(kind)) keep(slopes);
  }
  for (const std::int64_t columns : {2, 3, 4}) {
    const std::vector<float> left = numbers(random, kRows * kWidth), right = numbers(random, kWidth * columns);
    const std::vector<float> few = numbers(random, kRows * columns);
    std::vector<float> product(static_cast<std::size_t>(kRows * columns)), outer(right.size());
    EXPECT_TRUE(narrow_product(kRows, columns, kWidth, {left.data(), kWidth, false}, {right.data(), columns, false},
                               product.data(), columns, false));
    EXPECT_TRUE(narrow_product(kWidth, columns, kRows, {left.data(), kWidth, true}, {few.data(), columns, false},
                               outer.data(), columns, false));
    keep(product);
    keep(outer);
  }
  hold_loops_to(Instructions::kAvx512);
  return all;
}

TEST(Loops, Avx512GivesTheBitsOfAvx2) {
  if (loop_instructions() != Instructions::kAvx512) GTEST_SKIP() << "products do not use AVX-512 here";
  EXPECT_EQ(results(Instructions::kAvx512), results(Instructions::kAvx2));
}

TEST(Loops, EverySetOfInstructionsComputesTheSame) {
  const std::vector<float> newest = results(Instructions::kAvx512), oldest = results(Instructions::kOldest);
  ASSERT_EQ(newest.size(), oldest.size());
  for (std::size_t i = 0; i < newest.size(); ++i) {
    EXPECT_NEAR(newest[i], oldest[i], 2e-5 * std::fmax(1.0F, std::fabs(oldest[i]))) << i;
  }
}

}  // namespace
}  // namespace tutti
