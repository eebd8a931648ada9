#include "reports/statistics/summary.hpp"

#include "examples.hpp"
#include "reports/statistics/ranks.hpp"
#include "reports/statistics/welch.hpp"

namespace tutti::reports {
namespace {

const std::vector<double> kA = {6100.2, 5890.7, 6321.4, 6010.9, 6205.3};
const std::vector<double> kH = {5950.1, 5600.4, 6100.8, 5780.2, 5875.5};
const std::vector<double> kQ = {3100.0, 2950.5, 3300.25, 2875.0, 3050.75};

void expect_summary(const std::vector<double>& runs, double mean, double sd, double sd0, double sem, double half) {
  const Summary summary = summarize(runs, 0.95);
  EXPECT_EQ(summary.n, 5);
  expect_close(summary.mean, mean);
  expect_close(summary.sd, sd);
  expect_close(summary.sd0, sd0);
  expect_close(summary.sem, sem);
  expect_close((summary.interval->high - summary.interval->low) / 2, half);
}

TEST(Summary, AgreesWithIndependentlyComputedRows) {
  expect_summary(kA, 6105.7, 167.09947636063976, 149.45831525880388, 74.72915762940193, 207.48140391570772);
  expect_summary(kH, 5861.4, 187.1451976407626, 167.38775343495138, 83.69387671747569, 232.37145434726338);
  expect_summary(kQ, 3055.3, 162.4118414709962, 145.26556715202676, 72.63278357601338, 201.66093643651342);
}

TEST(Summary, MeansThatAreEqualInDecimalsAreEqual) {
  EXPECT_EQ(mean_of(std::vector<double>{0, 0, 0.2, 0.4}), mean_of(std::vector<double>{0, 0, 0.3, 0.3}));
  EXPECT_EQ(mean_of(std::vector<double>{0.1, 0.2, 0.6}), 0.3);
  EXPECT_EQ(mean_of(std::vector<double>{0.1 + 0.2}), 0.3);
  for (const double value : {0.1, 0.7, -0.1, 2.3, 1e-320, 7e-300, 3e12, 7e300}) {
    for (std::size_t n = 1; n < 40; ++n) {
      const Summary summary = summarize(std::vector<double>(n, value), 0.95);
      EXPECT_EQ(summary.mean, value) << n;
      if (n > 1) {
        EXPECT_EQ(summary.sd, 0) << value << " " << n;
      }
    }
  }
  EXPECT_FALSE(std::signbit(mean_of(std::vector<double>{0.1, 0.2, -0.3})));
  EXPECT_NEAR(mean_of(std::vector<double>{1e-9, 3e-9, 1}), (1 + 4e-9) / 3, 1e-13);
}

TEST(Summary, UsesStudentsQuantiles) {
  // sd / sqrt(n) is 1 and 1 / sqrt(3): what is left are the quantiles for one and two degrees of freedom.
  expect_close(student_half_width(std::vector<double>{0, 2}, 0.95), 12.706204736174707);
  expect_close(student_half_width(std::vector<double>{0, 1, 2}, 0.95), 4.302652729749464 / std::sqrt(3.0));
}

TEST(Summary, GivesNoIntervalForTwoRuns) {
  const Summary summary = summarize(std::vector<double>{1, 2}, 0.95);
  EXPECT_FALSE(summary.interval);
  expect_close(summary.sd, std::sqrt(0.5));
}

TEST(Summary, OfNothingIsMissing) {
  const Summary summary = summarize({}, 0.95);
  EXPECT_EQ(summary.n, 0);
  EXPECT_TRUE(std::isnan(summary.mean));
  EXPECT_TRUE(std::isnan(median_of({})));
}

TEST(Welch, AgreesWithIndependentlyComputedTests) {
  const WelchTest close = welch_test(kA, kH);
  EXPECT_NEAR(close.t, 2.1773383316958737, 1e-12 * 2.2);
  EXPECT_NEAR(close.degrees, 7.899464947963987, 1e-11);
  EXPECT_NEAR(close.p, 0.06154012449568604, 1e-11);
  const WelchTest far = welch_test(kA, kQ);
  EXPECT_NEAR(far.t, 29.271333948713455, 1e-10);
  EXPECT_NEAR(far.p, 2.03e-9, 0.005e-9);
  const std::vector<double> corrected = holm({close.p, far.p});
  EXPECT_EQ(corrected[0], close.p);
  EXPECT_NEAR(corrected[1], 4.07e-9, 0.005e-9);
}

TEST(Welch, WithoutSpreadDecidesByTheMeans) {
  EXPECT_EQ(welch_test(std::vector<double>{2, 2}, std::vector<double>{2, 2, 2}).p, 1);
  EXPECT_EQ(welch_test(std::vector<double>{2, 2}, std::vector<double>{3, 3}).p, 0);
  EXPECT_TRUE(std::isnan(welch_test(std::vector<double>{2}, std::vector<double>{3, 3}).p));
}

TEST(Welch, FindsNothingBetweenConstantsThatAreEqual) {
  const std::vector<double> ten(10, 0.1), three(3, 0.1);
  EXPECT_EQ(welch_test(ten, three).p, 1);
  const Interval interval = welch_interval(ten, three, 0.95);
  EXPECT_EQ(interval.low, 0);
  EXPECT_EQ(interval.high, 0);
}

TEST(Welch, SurvivesSpreadsWhoseSquaresAreTooLargeOrTooSmall) {
  for (const double scale : {1e90, 1e-90}) {
    const std::vector<double> x = {0, scale, 2 * scale}, y = {5 * scale, 6 * scale, 7 * scale};
    EXPECT_NEAR(welch_test(x, y).degrees, 4, 1e-9) << scale;
    EXPECT_NEAR(welch_test(x, y).p, welch_test(std::vector<double>{0, 1, 2}, std::vector<double>{5, 6, 7}).p, 1e-12);
    EXPECT_GT(welch_interval(x, y, 0.95).low, 0);
  }
  const std::vector<double> huge = {1e200, -1e200}, plain = {1, 2};
  EXPECT_TRUE(std::isnan(welch_test(huge, plain).p));
  EXPECT_TRUE(std::isnan(welch_interval(huge, plain, 0.95).low));
}

TEST(Welch, IntervalContainsZeroExactlyWhenTheTestDoesNotReject) {
  const Interval close = welch_interval(kA, kH, 0.95);
  EXPECT_LT(close.low, 0);
  EXPECT_GT(close.high, 0);
  EXPECT_LT(welch_interval(kA, kQ, 0.95).high, 0);
  const Interval at_p = welch_interval(kA, kH, 1 - 0.06154012449568604);
  EXPECT_NEAR(at_p.high, 0, 1e-6);
}

TEST(Holm, IsMonotoneAndCappedAtOne) {
  expect_close(holm({0.01, 0.04, 0.03, 0.005}), {0.03, 0.06, 0.06, 0.02});
  expect_close(holm({0.9, 0.8}), {1, 1});
}

TEST(Holm, DoesNotCountMissingComparisons) {
  const std::vector<double> corrected = holm({0.04, kMissing});
  expect_close(corrected[0], 0.04);
  EXPECT_TRUE(std::isnan(corrected[1]));
}

TEST(Ranks, AverageOverTiesAndSkipTheMissing) {
  const std::vector<double> ranks = descending_ranks({3, 5, 3, kMissing});
  expect_close({ranks[0], ranks[1], ranks[2]}, {2.5, 1, 2.5});
  EXPECT_TRUE(std::isnan(ranks[3]));
}

}  // namespace
}  // namespace tutti::reports
