// A film as an animated GIF, written frame by frame.
#pragma once

#include <cstdio>
#include <filesystem>
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
  ~GifWriter();
  GifWriter(const GifWriter&) = delete;
  GifWriter& operator=(const GifWriter&) = delete;

  /// Only what changed is stored. Throws FileError.
  void add(const Frame& frame);

  /// Completes the file; without it none stays. Throws FileError.
  void finish();

 private:
  [[noreturn]] void fail() const;
  void check(int status) const;

  AsideFile target_;
  FrameSize size_;
  int delay_;
  std::FILE* stream_ = nullptr;
  GifFileType* gif_ = nullptr;
  Palette palette_;
  std::vector<Palette::Rgb> shown_;  // what a viewer has on the screen
};

}  // namespace tutti::watch
