// Learning curves: means, smoothing, resampling onto a common grid, area.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tutti::reports {

/// How a learning curve is smoothed: nothing, a window of evaluations, or a debiased exponential average.
struct Smoothing {
  enum class Kind { kNone, kCentered, kTrailing, kExponential };
  Kind kind = Kind::kNone;
  std::int64_t window = 1;  // evaluations
  double alpha = 0;         // weight of the past
};

/// Mean over runs at each of the evaluations that all runs have; `runs` is [run][evaluation].
std::vector<double> mean_curve(const std::vector<std::vector<double>>& runs);

/// One run's curve, smoothed.
std::vector<double> smooth(std::span<const double> curve, const Smoothing& smoothing);

/// Linear interpolation of (x, y) at `at`; x ascends. Clamped to the first and last point.
double interpolate(std::span<const double> x, std::span<const double> y, double at);

/// `count` evenly spaced points from 0 to `end`.
std::vector<double> even_grid(double end, std::size_t count = 200);

/// Trapezoidal area divided by the width: the average of y. NaN with fewer than two points.
double area_under_curve(std::span<const double> x, std::span<const double> y);

}  // namespace tutti::reports
