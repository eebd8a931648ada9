#include "tutti/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "tutti/error.hpp"

namespace tutti {
namespace {

constexpr std::int64_t kUnits = 8;           // of a pixel's side
constexpr std::int64_t kSamplesPerSide = 4;  // taken at the odd units
constexpr int kSamples = static_cast<int>(kSamplesPerSide * kSamplesPerSide);
constexpr std::int64_t kSmallestSide = 16;
// Two points differ by at most 2^15 units along an axis, so that the squares below stay within 63 bits.
constexpr double kOutside = 1024;

// In units.
struct Place {
  std::int64_t x;
  std::int64_t y;
};

std::int64_t to_units(double pixels) { return std::llround(pixels * static_cast<double>(kUnits)); }

Place to_units(CanvasPoint point) {
  const auto clamped = [](double value) {
    if (std::isnan(value)) return -kOutside;
    return std::clamp(value, -kOutside, static_cast<double>(kLargestFrameSide) + kOutside);
  };
  return {to_units(clamped(point.x)), to_units(clamped(point.y))};
}

std::int64_t radius_in_units(double radius) {
  if (std::isnan(radius)) return 0;
  return to_units(std::clamp(radius, 0.0, static_cast<double>(kLargestFrameSide)));
}

std::int64_t square(std::int64_t value) { return value * value; }

std::int64_t pixel_below(std::int64_t units) { return units >= 0 ? units / kUnits : -1; }

void require_drawable(FrameSize size) {
  const auto fits = [](std::int64_t side) { return side >= kSmallestSide && side <= kLargestFrameSide; };
  if (fits(size.width) && fits(size.height)) return;
  throw Error("a picture of " + std::to_string(size.width) + " x " + std::to_string(size.height) +
              " pixels; expected sides from " + std::to_string(kSmallestSide) + " to " +
              std::to_string(kLargestFrameSide));
}

}  // namespace

Canvas::Canvas(FrameSize size, Color background) {
  require_drawable(size);
  frame_.size = size;
  frame_.pixels.resize(static_cast<std::size_t>(size.width * size.height * 3));
  rectangle(0, 0, size.width, size.height, background);
}

void Canvas::rectangle(std::int64_t left, std::int64_t top, std::int64_t width, std::int64_t height, Color color) {
  const auto within = [](std::int64_t begin, std::int64_t length, std::int64_t side) {
    constexpr std::int64_t kFar = std::int64_t{1} << 40;  // so that the sum below is a number
    const std::int64_t first = std::clamp(begin, -kFar, kFar);
    const std::int64_t last = first + std::clamp<std::int64_t>(length, 0, 2 * kFar);
    return std::pair(std::max<std::int64_t>(first, 0), std::min(last, side));
  };
  const auto [first_x, last_x] = within(left, width, frame_.size.width);
  const auto [first_y, last_y] = within(top, height, frame_.size.height);
  for (std::int64_t y = first_y; y < last_y; ++y) {
    for (std::int64_t x = first_x; x < last_x; ++x) blend(x, y, color, kSamples);
  }
}

void Canvas::disc(CanvasPoint center, double radius, Color color) { ring(center, radius, radius, color); }

void Canvas::ring(CanvasPoint center, double radius, double width, Color color) {
  const Place middle = to_units(center);
  const std::int64_t outer = radius_in_units(radius);
  const std::int64_t hole = width < radius ? radius_in_units(radius - width) : -1;
  const std::int64_t most = square(outer);
  const std::int64_t least = hole < 0 ? -1 : square(hole);
  fill(middle.x - outer, middle.y - outer, middle.x + outer, middle.y + outer, color,
       [&](std::int64_t x, std::int64_t y) {
         const std::int64_t distance = square(x - middle.x) + square(y - middle.y);
         return distance <= most && distance > least;
       });
}

void Canvas::line(CanvasPoint from, CanvasPoint to, double width, Color color) {
  const Place start = to_units(from);
  const Place end = to_units(to);
  const std::int64_t half = std::max<std::int64_t>(radius_in_units(width / 2), 1);
  const std::int64_t along_x = end.x - start.x;
  const std::int64_t along_y = end.y - start.y;
  const std::int64_t length = square(along_x) + square(along_y);
  const auto near = [&](const Place& point, std::int64_t x, std::int64_t y) {
    return square(x - point.x) + square(y - point.y) <= square(half);
  };
  fill(std::min(start.x, end.x) - half, std::min(start.y, end.y) - half, std::max(start.x, end.x) + half,
       std::max(start.y, end.y) + half, color, [&](std::int64_t x, std::int64_t y) {
         const std::int64_t projection = (x - start.x) * along_x + (y - start.y) * along_y;
         if (projection <= 0) return near(start, x, y);
         if (projection >= length) return near(end, x, y);
         const std::int64_t cross = (x - start.x) * along_y - (y - start.y) * along_x;
         return square(cross) <= square(half) * length;
       });
}

Frame Canvas::take() { return std::move(frame_); }

// Of each pixel that the box (in units) touches, counts the samples that are `inside`.
template <class Inside>
void Canvas::fill(std::int64_t left, std::int64_t top, std::int64_t right, std::int64_t bottom, Color color,
                  const Inside& inside) {
  const std::int64_t last_x = std::min(pixel_below(right), frame_.size.width - 1);
  const std::int64_t last_y = std::min(pixel_below(bottom), frame_.size.height - 1);
  for (std::int64_t y = std::max<std::int64_t>(pixel_below(top), 0); y <= last_y; ++y) {
    for (std::int64_t x = std::max<std::int64_t>(pixel_below(left), 0); x <= last_x; ++x) {
      int samples = 0;
      for (std::int64_t row = 0; row < kSamplesPerSide; ++row) {
        for (std::int64_t column = 0; column < kSamplesPerSide; ++column) {
          if (inside(x * kUnits + 2 * column + 1, y * kUnits + 2 * row + 1)) ++samples;
        }
      }
      if (samples > 0) blend(x, y, color, samples);
    }
  }
}

void Canvas::blend(std::int64_t x, std::int64_t y, Color color, int samples) {
  std::uint8_t* pixel = frame_.pixels.data() + 3 * (y * frame_.size.width + x);
  const std::uint8_t source[] = {color.red, color.green, color.blue};
  for (int channel = 0; channel < 3; ++channel) {
    const int sum = pixel[channel] * (kSamples - samples) + source[channel] * samples;
    pixel[channel] = static_cast<std::uint8_t>((sum + kSamples / 2) / kSamples);
  }
}

}  // namespace tutti
