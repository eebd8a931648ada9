// At most 255 colours that stand for those of a picture, as a GIF needs them.
// Source of the choice: Heckbert 1982, Color image quantization for frame buffer display (median cut).
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "tutti/frame.hpp"

namespace tutti::watch {

class Palette {
 public:
  static constexpr std::size_t kMostColors = 255;  // one index is left for "as before"

  using Rgb = std::uint32_t;  // 0xRRGGBB

  Palette() = default;
  /// Every colour of the frame where they are few enough, else the means of boxes by median cut.
  explicit Palette(const Frame& frame);

  const std::vector<Rgb>& colors() const { return colors_; }

  /// Whether it stands for this frame as well: a frame of the same scene keeps its palette.
  bool covers(const Frame& frame);

  std::uint8_t index_of(Rgb color);

 private:
  std::vector<Rgb> colors_;
  bool exact_ = false;
  std::unordered_map<Rgb, std::uint8_t> indices_;  // of exact colours, or of cells of similar ones once asked for
};

/// The colour of a pixel, given where its three bytes are.
inline Palette::Rgb color_at(const std::uint8_t* pixel) {
  return static_cast<Palette::Rgb>(pixel[0] << 16 | pixel[1] << 8 | pixel[2]);
}

}  // namespace tutti::watch
