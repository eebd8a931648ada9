#include "reports/statistics/curve.hpp"

#include <algorithm>
#include <cmath>

#include "reports/statistics/profile.hpp"
#include "reports/statistics/summary.hpp"

namespace tutti::reports {
namespace {

// Mean of curve[k - before .. k + after], as far as it exists.
std::vector<double> window_mean(std::span<const double> curve, std::size_t before, std::size_t after) {
  std::vector<double> result;
  for (std::size_t k = 0; k < curve.size(); ++k) {
    const std::size_t first = k < before ? 0 : k - before;
    const std::size_t last = std::min(curve.size() - 1, k + after);
    double sum = 0;
    for (std::size_t j = first; j <= last; ++j) sum += curve[j];
    result.push_back(sum / static_cast<double>(last - first + 1));
  }
  return result;
}

std::vector<double> debiased_average(std::span<const double> curve, double alpha) {
  std::vector<double> result;
  double state = 0;
  double remaining = 1;  // alpha^(k+1), the weight that is still zero
  for (const double value : curve) {
    state = alpha * state + (1 - alpha) * value;
    remaining *= alpha;
    result.push_back(state / (1 - remaining));
  }
  return result;
}

}  // namespace

std::vector<double> mean_curve(const std::vector<std::vector<double>>& runs) {
  std::vector<double> result;
  if (runs.empty()) return result;
  const std::size_t length = std::ranges::min(runs, {}, [](const auto& run) { return run.size(); }).size();
  std::vector<double> column(runs.size());
  for (std::size_t k = 0; k < length; ++k) {
    std::ranges::transform(runs, column.begin(), [k](const auto& run) { return run[k]; });
    result.push_back(mean_of(column));
  }
  return result;
}

std::vector<double> smooth(std::span<const double> curve, const Smoothing& smoothing) {
  const auto window = static_cast<std::size_t>(smoothing.window);
  switch (smoothing.kind) {
    case Smoothing::Kind::kCentered:
      return window_mean(curve, (window - 1) / 2, (window - 1) / 2);
    case Smoothing::Kind::kTrailing:
      return window_mean(curve, window - 1, 0);
    case Smoothing::Kind::kExponential:
      return debiased_average(curve, smoothing.alpha);
    case Smoothing::Kind::kNone:
      break;
  }
  return {curve.begin(), curve.end()};
}

double interpolate(std::span<const double> x, std::span<const double> y, double at) {
  const auto upper = std::ranges::lower_bound(x, at);
  if (upper == x.begin()) return y.front();
  if (upper == x.end()) return y.back();
  const auto k = static_cast<std::size_t>(upper - x.begin());
  return y[k - 1] + (y[k] - y[k - 1]) * ((at - x[k - 1]) / (x[k] - x[k - 1]));
}

std::vector<double> even_grid(double end, std::size_t count) { return even_thresholds(0, end, count); }

double area_under_curve(std::span<const double> x, std::span<const double> y) {
  if (x.size() < 2) return kMissing;
  double area = 0;
  for (std::size_t k = 0; k + 1 < x.size(); ++k) area += (x[k + 1] - x[k]) * (y[k] + y[k + 1]) / 2;
  return area / (x.back() - x.front());
}

}  // namespace tutti::reports
