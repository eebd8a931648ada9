#include "reports/statistics/curve.hpp"

#include "examples.hpp"

namespace tutti::reports {
namespace {

const std::vector<double> kMeanOfO = {0, 30, 55, 65, 75, 85};

TEST(Curve, AveragesRunsOverTheEvaluationsThatAllHave) {
  expect_close(mean_curve({{0, 40, 60, 70, 80, 80}, {0, 20, 50, 60, 70, 90}}), kMeanOfO);
  expect_close(mean_curve({{1, 2, 3}, {3, 4}}), {2, 3});
  EXPECT_TRUE(mean_curve({}).empty());
}

TEST(Curve, SmoothsInACentredWindowThatShrinksAtTheEnds) {
  expect_close(smooth(kMeanOfO, {.kind = Smoothing::Kind::kCentered, .window = 3}),
               {15, 28.333333333333332, 50, 65, 75, 80});
}

TEST(Curve, SmoothsInATrailingWindow) {
  expect_close(smooth(kMeanOfO, {.kind = Smoothing::Kind::kTrailing, .window = 3}),
               {0, 15, 28.333333333333332, 50, 65, 75});
}

TEST(Curve, SmoothsByADebiasedExponentialAverage) {
  expect_close(smooth(kMeanOfO, {.kind = Smoothing::Kind::kExponential, .alpha = 0.6}),
               {0, 18.75, 37.244897959183675, 50, 60.843164469118655, 70.97878625134264});
}

TEST(Curve, WithoutSmoothingStaysAsItIs) { EXPECT_EQ(smooth(kMeanOfO, {}), kMeanOfO); }

TEST(Curve, IsResampledOntoACommonGridOfTime) {
  const std::vector<double> first_time = {0, 10, 20, 30}, first = {0, 1, 2, 3};
  const std::vector<double> second_time = {0, 15, 30, 45}, second = {0, 3, 6, 9};
  std::vector<double> mean;
  for (const double at : even_grid(30, 4)) {
    mean.push_back((interpolate(first_time, first, at) + interpolate(second_time, second, at)) / 2);
  }
  expect_close(mean, {0, 1.5, 3, 4.5});
}

TEST(Curve, AreaIsTheAverageReturnDuringTraining) {
  const std::vector<double> steps = {0, 100, 200, 300, 400, 500};
  expect_close(area_under_curve(steps, std::vector<double>{0, 15, 25, 40, 50, 50}), 31);
  expect_close(area_under_curve(steps, kMeanOfO), 53.5);
  expect_close(area_under_curve(steps, std::vector<double>{0, 5, 10, 15, 20, 25}), 12.5);
  expect_close(area_under_curve(steps, std::vector<double>{0, 10, 20, 30, 40, 50}), 25);
  expect_close(area_under_curve(steps, std::vector<double>{0, 20, 30, 50, 60, 50}), 37);
  expect_close(area_under_curve(steps, std::vector<double>{0, 40, 60, 70, 80, 80}), 58);
  expect_close(area_under_curve(steps, std::vector<double>{0, 20, 50, 60, 70, 90}), 49);
  expect_close(area_under_curve(steps, std::vector<double>{0, 4, 8, 12, 18, 22}), 10.6);
  expect_close(area_under_curve(steps, std::vector<double>{0, 6, 12, 18, 22, 28}), 14.4);
}

}  // namespace
}  // namespace tutti::reports
