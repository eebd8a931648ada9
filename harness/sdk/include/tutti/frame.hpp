// Pictures, as they cross the plugin boundary.
#pragma once

#include <cstdint>
#include <vector>

namespace tutti {

/// In pixels, each side from 16 to kLargestFrameSide.
struct FrameSize {
  std::int64_t width = 320;
  std::int64_t height = 240;

  friend bool operator==(const FrameSize&, const FrameSize&) = default;
};

inline constexpr std::int64_t kLargestFrameSide = 2048;

/// One picture.
struct Frame {
  FrameSize size;
  std::vector<std::uint8_t> pixels;  // [height, width, 3]: rows from the top, each pixel red, green, blue
};

}  // namespace tutti
