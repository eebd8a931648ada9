#include "watch/palette.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tutti::watch {
namespace {

// As many colours as it has pixels.
Frame gradient() {
  Frame frame{{64, 64}, {}};
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      for (const int value : {4 * x, 4 * y, 2 * (x + y)}) frame.pixels.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return frame;
}

TEST(Palette, FewColorsAreKeptAsTheyAre) {
  Frame frame{{16, 16}, std::vector<std::uint8_t>(3 * 256, 255)};
  frame.pixels[0] = 17;
  Palette palette(frame);
  EXPECT_EQ(palette.colors().size(), 2U);
  EXPECT_EQ(palette.colors()[palette.index_of(0x11FFFF)], 0x11FFFFU);
  EXPECT_TRUE(palette.covers(frame));
  frame.pixels[3] = 18;
  EXPECT_FALSE(palette.covers(frame));
}

TEST(Palette, ManyColorsStayCloseToThemselves) {
  const Frame frame = gradient();
  Palette palette(frame);
  EXPECT_LE(palette.colors().size(), Palette::kMostColors);
  EXPECT_TRUE(palette.covers(frame));
  EXPECT_FALSE(palette.covers({{16, 16}, std::vector<std::uint8_t>(3 * 256, 0x7F)}) &&
               palette.covers({{16, 1}, {255, 0, 255}}));
}

}  // namespace
}  // namespace tutti::watch
