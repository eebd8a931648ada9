// What is shown of an environment: its own picture, or a plot of its coverage coordinates where it draws none.
#pragma once

#include <vector>

#include "tutti/environment.hpp"

namespace tutti::watch {

class View {
 public:
  /// Throws Error where there is nothing to show.
  explicit View(Environment& environment);

  /// A new episode has begun.
  void begin();

  /// Takes what the plot shows of the present moment; once after begin() and after every step.
  void look();

  Frame draw(FrameSize size);

 private:
  Frame plot(FrameSize size) const;

  Environment& environment_;
  bool renders_;
  std::vector<double> history_;  // [moments, coverage_points, dimensions]
};

}  // namespace tutti::watch
