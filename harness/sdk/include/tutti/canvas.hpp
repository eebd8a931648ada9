// Draws anti-aliased shapes with integers alone, so that the same calls give the same bytes on every machine: for
// environments that draw themselves.
//
//   Canvas canvas(size, {255, 255, 255});
//   canvas.line({10, 10}, {90, 40}, 3, {0, 114, 178});
//   canvas.disc({90, 40}, 8, {213, 94, 0});
//   return canvas.take();
#pragma once

#include <cstdint>

#include "tutti/export.hpp"
#include "tutti/frame.hpp"

namespace tutti {

struct Color {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

/// In pixels from the upper left corner of the picture; {0.5, 0.5} is the centre of the first pixel.
struct CanvasPoint {
  double x = 0;
  double y = 0;
};

/// Later shapes cover earlier ones. Coordinates are rounded to eighths of a pixel, and clamped a little outside of the
/// picture.
class TUTTI_API Canvas {
 public:
  /// Throws Error on a size beyond the limits of FrameSize.
  Canvas(FrameSize size, Color background);

  FrameSize size() const { return frame_.size; }

  void disc(CanvasPoint center, double radius, Color color);
  /// The outline of a disc, `width` thick inwards from `radius`.
  void ring(CanvasPoint center, double radius, double width, Color color);
  /// A line with round ends.
  void line(CanvasPoint from, CanvasPoint to, double width, Color color);
  /// Whole pixels, without anti-aliasing.
  void rectangle(std::int64_t left, std::int64_t top, std::int64_t width, std::int64_t height, Color color);

  /// The picture; the canvas is empty from then on.
  Frame take();

 private:
  template <class Inside>
  void fill(std::int64_t left, std::int64_t top, std::int64_t right, std::int64_t bottom, Color color,
            const Inside& inside);
  void blend(std::int64_t x, std::int64_t y, Color color, int samples);

  Frame frame_;
};

}  // namespace tutti
