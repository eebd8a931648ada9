#include "tutti/canvas.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tutti/environment.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

constexpr Color kWhite{255, 255, 255};
constexpr Color kBlack{0, 0, 0};

// The red channel, one digit from 0 (black) to 9 (white) for each pixel.
std::string picture(const Frame& frame) {
  std::string text;
  for (std::int64_t y = 0; y < frame.size.height; ++y) {
    for (std::int64_t x = 0; x < frame.size.width; ++x) {
      const int red = frame.pixels[static_cast<std::size_t>(3 * (y * frame.size.width + x))];
      text += static_cast<char>('0' + red * 9 / 255);
    }
    text += '\n';
  }
  return text;
}

std::int64_t darkness(const Frame& frame) {
  std::int64_t sum = 0;
  for (const std::uint8_t value : frame.pixels) sum += 255 - value;
  return sum;
}

TEST(Canvas, ADiscCoversItsAreaAndIsSymmetric) {
  Canvas canvas({16, 16}, kWhite);
  canvas.disc({8, 8}, 3, kBlack);
  const std::string blank = "9999999999999999\n";
  const std::string half = blank + blank + blank + blank + blank;
  EXPECT_EQ(picture(canvas.take()), half +
                                        "9999993003999999\n9999930000399999\n9999900000099999\n"
                                        "9999900000099999\n9999930000399999\n9999993003999999\n" +
                                        half);
}

TEST(Canvas, ARingLeavesItsMiddleFree) {
  Canvas canvas({16, 16}, kWhite);
  canvas.ring({8, 8}, 5, 1, kBlack);
  const std::string text = picture(canvas.take());
  EXPECT_EQ(text[17 * 8 + 8], '9');
  EXPECT_EQ(text[17 * 8 + 3], '0');
}

TEST(Canvas, ALineIsAsWideAsAsked) {
  Canvas canvas({32, 16}, kWhite);
  canvas.line({4, 8}, {28, 8}, 2, kBlack);
  const Frame frame = canvas.take();
  // 24 x 2 pixels and two half discs of radius 1.
  EXPECT_NEAR(static_cast<double>(darkness(frame)) / (3 * 255), 24 * 2 + 3.14, 0.5);
}

TEST(Canvas, ShapesFarOutsideLeaveThePictureAlone) {
  Canvas canvas({16, 16}, kWhite);
  canvas.disc({1e300, -1e300}, 3, kBlack);
  canvas.disc({std::numeric_limits<double>::quiet_NaN(), 8}, 3, kBlack);
  canvas.line({-1e9, -500}, {1e9, -500}, 4, kBlack);
  canvas.disc({8, 8}, std::numeric_limits<double>::quiet_NaN(), kBlack);
  canvas.rectangle(-20, -20, 5, 5, kBlack);
  canvas.rectangle(-5000, 0, 4000, 16, kBlack);
  canvas.rectangle(std::numeric_limits<std::int64_t>::max(), 0, std::numeric_limits<std::int64_t>::max(), 16, kBlack);
  EXPECT_EQ(darkness(canvas.take()), 0);
}

TEST(Canvas, ALineAcrossTheLargestPictureDoesNotOverflow) {
  Canvas canvas({kLargestFrameSide, kLargestFrameSide}, kWhite);
  canvas.line({-1e9, -1e9}, {1e9, 1e9}, 4, kBlack);
  const Frame frame = canvas.take();
  EXPECT_EQ(frame.pixels[0], 0);
  EXPECT_EQ(frame.pixels[3 * (1000 * 2048 + 1000)], 0);
  EXPECT_EQ(frame.pixels[3 * (1000 * 2048 + 1100)], 255);
}

TEST(Canvas, ASizeBeyondTheLimitsIsRefusedInWords) {
  try {
    const Canvas canvas({0, 240}, kWhite);
    FAIL() << "a picture without pixels was made";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "a picture of 0 x 240 pixels; expected sides from 16 to 2048");
  }
}

// An environment as it was written before environments could draw.
class Plain : public Environment {
 public:
  const EnvironmentSpec& spec() const override { return spec_; }
  void reset(std::uint64_t) override {}
  StepResult step(std::span<const float>) override { return {}; }
  void observe(std::size_t, std::span<float>) const override {}
  void state(std::span<float>) const override {}
  void save(SnapshotWriter&) const override {}
  void load(SnapshotReader&) override {}

 private:
  EnvironmentSpec spec_;
};

TEST(Canvas, AnEnvironmentThatKnowsNothingOfPicturesSaysSo) {
  Plain environment;
  EXPECT_FALSE(environment.spec().renders);
  EXPECT_THROW(environment.render({}), Error);
}

}  // namespace
}  // namespace tutti
