// A film as an animated GIF, written frame by frame.
#pragma once

#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "tutti/frame.hpp"
#include "watch/aside_file.hpp"
#include "watch/palette.hpp"

struct GifFileType;

namespace tutti::watch {

class GifWriter {
 public:
  /// It repeats for ever; every frame shows for `delay` hundredths of a second. Throws FileError.
  GifWriter(const std::filesystem::path& file, FrameSize size, int delay);
  GifWriter(const GifWriter&) = delete;
  GifWriter& operator=(const GifWriter&) = delete;

  /// Only what changed is stored. Throws FileError.
  void add(const Frame& frame);

  /// Completes the file; without it none stays. Throws FileError.
  void finish();

  /// What giflib has encoded; for giflib alone. False if the file does not take it.
  bool take(std::string_view bytes) noexcept;

 private:
  struct Close {
    void operator()(GifFileType* gif) const;
  };
  void check(int status);

  AsideFile target_;
  FrameSize size_;
  int delay_;
  std::exception_ptr failure_;  // giflib calls us, and no exception may pass it
  std::unique_ptr<GifFileType, Close> gif_;
  Palette palette_;
  std::vector<Palette::Rgb> shown_;  // what a viewer has on the screen
};

}  // namespace tutti::watch
