#include "watch/picture.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include "harness/results/temporary_folder.hpp"
#include "results/files.hpp"

namespace tutti::watch {
namespace {

constexpr Color kBlue{0, 114, 178};

Frame plain(FrameSize size, Color color) { return Canvas(size, color).take(); }

std::vector<std::uint8_t> decoded(const std::string& bytes, FrameSize& size) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), 0) << image.message;
  image.format = PNG_FORMAT_RGB;
  size = {image.width, image.height};
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0) << image.message;
  return pixels;
}

TEST(Picture, APngDecodesToTheFrame) {
  const testing_support::TemporaryFolder folder;
  Frame frame = plain({40, 30}, kBlue);
  write_text(frame, 2, 2, "ab", {255, 255, 255});
  write_png(folder.path() / "picture.png", frame);
  FrameSize size;
  EXPECT_EQ(decoded(results::read_file(folder.path() / "picture.png"), size), frame.pixels);
  EXPECT_EQ(size, frame.size);
}

TEST(Picture, FramesStandBesideAndBelowEachOther) {
  const std::vector<Frame> frames = {plain({20, 16}, {0, 0, 0}), plain({20, 16}, kBlue)};
  EXPECT_EQ(side_by_side(frames).size, (FrameSize{44, 16}));
  const Frame column = stacked(frames);
  EXPECT_EQ(column.size, (FrameSize{20, 36}));
  EXPECT_EQ(column.pixels.front(), 0);
  EXPECT_EQ(column.pixels.back(), kBlue.blue);
}

TEST(Picture, WordsThatDoNotFitAreCutOff) {
  Frame frame = plain({20, 16}, {255, 255, 255});
  write_text(frame, 0, 0, "a label that is far too long", {0, 0, 0});
  write_text(frame, 0, 12, "too low", {0, 0, 0});
  const Frame expected = [] {
    Frame two = plain({20, 16}, {255, 255, 255});
    write_text(two, 0, 0, "a ", {0, 0, 0});
    return two;
  }();
  EXPECT_EQ(frame.pixels, expected.pixels);
}

TEST(Picture, BytesThatAreNoLettersAreLeftOut) {
  Frame frame = plain({40, 16}, {255, 255, 255});
  write_text(frame, 0, 0, "\xC3\xA9\xFF", {0, 0, 0});
  EXPECT_EQ(frame.pixels, plain({40, 16}, {255, 255, 255}).pixels);
}

}  // namespace
}  // namespace tutti::watch
