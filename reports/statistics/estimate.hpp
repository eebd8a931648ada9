// Numbers as statistics give them: with an interval, with a spread, or missing.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

namespace tutti::reports {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Fewer runs than this in a cell carry no interval, no band and no verdict.
inline constexpr std::int64_t kLeastRuns = 3;
/// A difference whose p is at least this may be chance.
inline constexpr double kSignificance = 0.05;

struct Interval {
  double low = kMissing;
  double high = kMissing;
};

/// A number and its interval; none where fewer than two runs carry it.
struct Estimate {
  double value = kMissing;
  std::optional<Interval> interval;
};

struct Spread {
  double mean = kMissing, sd = kMissing;
  std::int64_t n = 0;
};

/// Low and high return of a task: what normalises to 0 and 1.
struct Bounds {
  double low = kMissing;
  double high = kMissing;
};

}  // namespace tutti::reports
