#include "watch/gif.hpp"

#include <gif_lib.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tutti/error.hpp"

namespace tutti::watch {
namespace {

constexpr int kAsBefore = 255;  // the transparent index

int pass_on(GifFileType* gif, const GifByteType* bytes, int count) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
  return static_cast<GifWriter*>(gif->UserData)->take(text) ? count : 0;
}

// Pixels of a rectangle within a picture.
struct Area {
  std::int64_t left, top, right, bottom;  // right and bottom belong to it
};

}  // namespace

GifWriter::GifWriter(const std::filesystem::path& file, FrameSize size, int delay)
    : target_(file), size_(size), delay_(delay) {
  int error = 0;
  gif_.reset(EGifOpen(this, pass_on, &error));
  if (gif_ == nullptr) throw Error("giflib: " + std::string(GifErrorString(error)));
  EGifSetGifVersion(gif_.get(), true);
  const int width = static_cast<int>(size.width);
  const int height = static_cast<int>(size.height);
  check(EGifPutScreenDesc(gif_.get(), width, height, 8, 0, nullptr));
  const GifByteType forever[] = {1, 0, 0};
  check(EGifPutExtensionLeader(gif_.get(), APPLICATION_EXT_FUNC_CODE));
  check(EGifPutExtensionBlock(gif_.get(), 11, "NETSCAPE2.0"));
  check(EGifPutExtensionBlock(gif_.get(), sizeof forever, forever));
  check(EGifPutExtensionTrailer(gif_.get()));
}

void GifWriter::Close::operator()(GifFileType* gif) const { EGifCloseFile(gif, nullptr); }

bool GifWriter::take(std::string_view bytes) noexcept {
  try {
    target_.write(bytes);
    return true;
  } catch (...) {
    failure_ = std::current_exception();
    return false;
  }
}

void GifWriter::check(int status) {
  if (failure_) std::rethrow_exception(failure_);
  if (status != GIF_OK) throw Error(target_.file().string() + ": giflib cannot encode this film");
}

void GifWriter::add(const Frame& frame) {
  if (!palette_.covers(frame)) palette_ = Palette(frame);
  const auto pixels = static_cast<std::size_t>(size_.width * size_.height);
  const bool is_first = shown_.empty();
  if (is_first) shown_.assign(pixels, ~Palette::Rgb{0});
  std::vector<GifPixelType> indices(pixels, kAsBefore);
  Area changed{size_.width, size_.height, -1, -1};
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint8_t index = palette_.index_of(color_at(&frame.pixels[3 * i]));
    const Palette::Rgb color = palette_.colors()[index];
    if (color == shown_[i]) continue;
    indices[i] = index;
    shown_[i] = color;
    const std::int64_t x = static_cast<std::int64_t>(i) % size_.width;
    const std::int64_t y = static_cast<std::int64_t>(i) / size_.width;
    changed = {std::min(changed.left, x), std::min(changed.top, y), std::max(changed.right, x),
               std::max(changed.bottom, y)};
  }
  if (changed.right < 0) changed = {0, 0, 0, 0};  // a frame has to have a pixel

  const GraphicsControlBlock control{DISPOSE_DO_NOT, false, delay_, kAsBefore};
  GifByteType extension[4];
  EGifGCBToExtension(&control, extension);
  check(EGifPutExtension(gif_.get(), GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension));
  std::vector<GifColorType> colors(256);
  for (std::size_t i = 0; i < palette_.colors().size(); ++i) {
    const Palette::Rgb color = palette_.colors()[i];
    colors[i] = {static_cast<GifByteType>(color >> 16), static_cast<GifByteType>(color >> 8 & 255),
                 static_cast<GifByteType>(color & 255)};
  }
  ColorMapObject* const map = GifMakeMapObject(256, colors.data());
  const auto width = static_cast<int>(changed.right - changed.left + 1);
  const auto height = static_cast<int>(changed.bottom - changed.top + 1);
  const int status = EGifPutImageDesc(gif_.get(), static_cast<int>(changed.left), static_cast<int>(changed.top), width,
                                      height, false, map);
  GifFreeMapObject(map);
  check(status);
  for (std::int64_t y = changed.top; y <= changed.bottom; ++y) {
    check(EGifPutLine(gif_.get(), &indices[static_cast<std::size_t>(y * size_.width + changed.left)], width));
  }
}

void GifWriter::finish() {
  check(EGifCloseFile(gif_.release(), nullptr));
  target_.commit();
}

}  // namespace tutti::watch
