#include "watch/picture.hpp"

#include <gif_lib.h>
#include <png.h>

#include <algorithm>

#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::watch {
namespace {

constexpr std::int64_t kGap = 4;

Frame blank(FrameSize size) {
  return {size, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * size.width * size.height), 255)};
}

void paste(const Frame& source, Frame& target, std::int64_t left, std::int64_t top) {
  for (std::int64_t y = 0; y < source.size.height; ++y) {
    const auto row = source.pixels.begin() + 3 * y * source.size.width;
    std::copy(row, row + 3 * source.size.width, target.pixels.begin() + 3 * ((top + y) * target.size.width + left));
  }
}

}  // namespace

Frame side_by_side(std::span<const Frame> frames) {
  FrameSize size{-kGap, 0};
  for (const Frame& frame : frames)
    size = {size.width + frame.size.width + kGap, std::max(size.height, frame.size.height)};
  Frame result = blank(size);
  std::int64_t left = 0;
  for (const Frame& frame : frames) {
    paste(frame, result, left, 0);
    left += frame.size.width + kGap;
  }
  return result;
}

Frame stacked(std::span<const Frame> frames) {
  FrameSize size{0, -kGap};
  for (const Frame& frame : frames)
    size = {std::max(size.width, frame.size.width), size.height + frame.size.height + kGap};
  Frame result = blank(size);
  std::int64_t top = 0;
  for (const Frame& frame : frames) {
    paste(frame, result, 0, top);
    top += frame.size.height + kGap;
  }
  return result;
}

void write_text(Frame& frame, std::int64_t left, std::int64_t top, std::string_view text, Color color) {
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (left + GIF_FONT_WIDTH > frame.size.width || top + GIF_FONT_HEIGHT > frame.size.height) return;
    for (int row = 0; row < GIF_FONT_HEIGHT && code < 128; ++row) {
      for (int column = 0; column < GIF_FONT_WIDTH; ++column) {
        if ((GifAsciiTable8x8[code][row] >> (GIF_FONT_WIDTH - 1 - column) & 1) == 0) continue;
        std::uint8_t* const pixel = frame.pixels.data() + 3 * ((top + row) * frame.size.width + left + column);
        pixel[0] = color.red;
        pixel[1] = color.green;
        pixel[2] = color.blue;
      }
    }
    left += GIF_FONT_WIDTH;
  }
}

void write_png(const std::filesystem::path& file, const Frame& frame) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(frame.size.width);
  image.height = static_cast<png_uint_32>(frame.size.height);
  image.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, frame.pixels.data(), 0, nullptr) == 0) {
    throw Error(file.string() + ": libpng: " + image.message);
  }
  bytes.resize(size);
  results::write_file(file, bytes, results::Durability::kProcess);
}

}  // namespace tutti::watch
