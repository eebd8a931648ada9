#include "watch/view.hpp"

#include <algorithm>
#include <array>

#include "watch/picture.hpp"

namespace tutti::watch {
namespace {

constexpr std::array kColors{Color{0, 114, 178},   Color{230, 159, 0}, Color{0, 158, 115},
                             Color{204, 121, 167}, Color{213, 94, 0},  Color{86, 180, 233}};
constexpr Color kWhite{255, 255, 255};
constexpr Color kFrame{190, 190, 190};
constexpr Color kText{60, 60, 60};
constexpr std::int64_t kMargin = 12;

}  // namespace

View::View(Environment& environment) : environment_(environment), renders_(environment.spec().renders) {
  if (!renders_ && environment.spec().coverage.empty()) {
    throw Error(
        "this environment does not draw itself (no render) and declares no coverage coordinates to plot instead: there "
        "is nothing to show; --no-gif --no-mp4 --csv writes its trajectory");
  }
}

void View::begin() { history_.clear(); }

void View::look() {
  if (renders_) return;
  const EnvironmentSpec& spec = environment_.spec();
  std::vector<double> points(static_cast<std::size_t>(spec.coverage_points) * spec.coverage.size());
  environment_.coverage(points);
  history_.insert(history_.end(), points.begin(), points.end());
}

Frame View::draw(FrameSize size) {
  Frame frame = renders_ ? environment_.render(size) : plot(size);
  if (frame.size == size && frame.pixels.size() == static_cast<std::size_t>(3 * size.width * size.height)) return frame;
  throw Error("the environment's picture has another size than the one asked for");
}

// A panel for each dimension, time to the right, a line for each point.
Frame View::plot(FrameSize size) const {
  const EnvironmentSpec& spec = environment_.spec();
  Canvas canvas(size, kWhite);
  const std::size_t dimensions = spec.coverage.size();
  const auto points = static_cast<std::size_t>(spec.coverage_points);
  const std::size_t moments = history_.size() / (points * dimensions);
  const auto last =
      static_cast<double>(std::max<std::int64_t>({spec.episode_limit, static_cast<std::int64_t>(moments) - 1, 1}));
  const std::int64_t panel = size.height / static_cast<std::int64_t>(dimensions);
  const std::int64_t width = size.width - 2 * kMargin;
  const std::int64_t height = std::max<std::int64_t>(panel - 2 * kMargin, 1);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const std::int64_t top = panel * static_cast<std::int64_t>(d) + kMargin;
    canvas.rectangle(kMargin - 1, top - 1, width + 2, height + 2, kFrame);
    canvas.rectangle(kMargin, top, width, height, kWhite);
    const auto place = [&](std::size_t moment, std::size_t point) {
      const CoverageDimension& dimension = spec.coverage[d];
      const double value = history_[(moment * points + point) * dimensions + d];
      const double share = std::clamp((value - dimension.low) / (dimension.high - dimension.low), 0.0, 1.0);
      return CanvasPoint{static_cast<double>(kMargin) + static_cast<double>(width) * static_cast<double>(moment) / last,
                         static_cast<double>(top) + static_cast<double>(height) * (1 - share)};
    };
    for (std::size_t point = 0; point < points; ++point) {
      const Color color = kColors[point % kColors.size()];
      for (std::size_t k = 1; k < moments; ++k) canvas.line(place(k - 1, point), place(k, point), 1.5, color);
      if (moments > 0) canvas.disc(place(moments - 1, point), 3, color);
    }
  }
  Frame frame = canvas.take();
  for (std::size_t d = 0; d < dimensions; ++d) {
    write_text(frame, kMargin, panel * static_cast<std::int64_t>(d) + 2, spec.coverage[d].name, kText);
  }
  return frame;
}

}  // namespace tutti::watch
